"""Figures of a member's own posts, one request for each metric
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics,
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/follower-statistics, read 2026-11).

They want scopes that LinkedIn gives to apps with its Community Management API; where the consent has none of them
nothing is asked, for the requests of a day are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from socialhub.platforms.api import Api
from socialhub.platforms.metrics import (
    Findings,
    Lack,
    Number,
    Published,
    Span,
    Term,
    Why,
    as_number,
    counted,
)
from socialhub.platforms.values import Account, Kind

from .finders import ask, by_day, dates
from .metrics import MEMBER_DAY, MEMBER_FILM, MEMBER_FOLLOWERS, MEMBER_POST
from .rest import encoded

POSTS, PROFILE = "r_member_postAnalytics", "r_member_profileAnalytics"
ENTITIES = {"urn:li:share": "share", "urn:li:ugcPost": "ugc"}
NOT_APPROVED = "The developer app for profiles has no approval for this. Pages have figures without it."
REFUSED = "LinkedIn does not permit this app or this member to read it."


def read_posts(api: Api, account: Account, posts: Sequence[Published]) -> Mapping[str, Findings]:
    """One post after the other; one that LinkedIn does not find is not told of."""
    if not _may(account, POSTS):
        return {post.id: _not_approved(_terms(post)) for post in posts}
    found = {post.id: _of_post(api, post) for post in posts}
    return {post: findings for post, findings in found.items() if findings is not None}


def _terms(post: Published) -> tuple[Term, ...]:
    return (*MEMBER_POST, *MEMBER_FILM) if post.kind is Kind.VIDEO else MEMBER_POST


def _of_post(api: Api, post: Published) -> Findings | None:
    entity = ENTITIES.get(post.id.rpartition(":")[0])
    if entity is None:
        return None
    terms, numbers, lacks = _terms(post), [], []
    for place, term in enumerate(terms):
        resource = "memberCreatorVideoAnalytics" if term in MEMBER_FILM else "memberCreatorPostAnalytics"
        where = {"q": "entity", "entity": f"({entity}:{encoded(post.id)})"}
        told = ask(api, resource, **where, queryType=term.name, aggregation="TOTAL")
        value = as_number(told.first.get("count"))
        if told.is_gone:
            return None
        if told.why is Why.PERMISSION:
            lacks += [Lack(one.name, Why.PERMISSION, REFUSED) for one in terms[place:]]
            break
        if value is None:
            lacks.append(Lack(term.name, told.why or Why.NOT_GIVEN))
        else:
            numbers.append(Number(term.name, value))
    raw = {"id": post.id, **{number.name: number.value for number in numbers}}
    return Findings(tuple(numbers), tuple(lacks), raw)


def read_followers(api: Api, account: Account) -> Findings:
    """How many follow the member."""
    if not _may(account, PROFILE):
        return _not_approved([MEMBER_FOLLOWERS])
    told = ask(api, "memberFollowersCount", q="me")
    if told.why is not None:
        return Findings(lacks=(Lack(MEMBER_FOLLOWERS.name, told.why, REFUSED),))
    found = counted(told.first, [MEMBER_FOLLOWERS])
    return Findings(found.numbers, found.lacks, dict(told.first))


def read_days(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """What happened to all posts of the member, by day."""
    if not _may(account, POSTS):
        return _not_approved(MEMBER_DAY)
    found = Findings()
    for term in MEMBER_DAY:
        query = {"q": "me", "queryType": term.name, "aggregation": "DAILY", "dateRange": dates(span)}
        told = ask(api, "memberCreatorPostAnalytics", **query)
        found += by_day(told, span, [term], now, lambda element, name: element.get("count"))
        if told.why is Why.PERMISSION:
            return _refused(MEMBER_DAY)
    return found


def _may(account: Account, scope: str) -> bool:
    granted = account.tokens.scopes if account.tokens is not None else frozenset()
    return not granted or scope in granted


def _not_approved(terms: Sequence[Term]) -> Findings:
    return Findings(lacks=tuple(Lack(term.name, Why.PERMISSION, NOT_APPROVED) for term in terms))


def _refused(terms: Sequence[Term]) -> Findings:
    return Findings(lacks=tuple(Lack(term.name, Why.PERMISSION, REFUSED) for term in terms))
