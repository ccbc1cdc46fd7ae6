"""Figures of a page and of its posts, for its administrators
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics,
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/video-analytics-api, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.metrics import Findings, Lack, Number, Published, Span, Term, Why, as_number, counted
from socialhub.platforms.values import Account, Kind

from .finders import Told, ask, by_day, intervals, urns
from .metrics import FACETS, GAINS, NAMED, PAGE_FILM, PAGE_FOLLOWERS, PAGE_VIEWS, SHARED
from .rest import encoded, mapping

SHARES, UGC = "urn:li:share:", "urn:li:ugcPost:"


def read_posts(api: Api, account: Account, posts: Sequence[Published]) -> Mapping[str, Findings]:
    """All posts in one request, and those with videos one by one besides."""
    ids = [post.id for post in posts if post.id.startswith((SHARES, UGC))]
    found = _of_posts(api, account, ids)
    films = [post.id for post in posts if post.kind is Kind.VIDEO and post.id in found]
    return found | {post: found[post] + _of_film(api, post) for post in films}


def _of_posts(api: Api, account: Account, ids: Sequence[str]) -> dict[str, Findings]:
    """One post that LinkedIn refuses ends the request for all of them, so the rest is asked for in halves."""
    if not ids:
        return {}
    told = _ask_for(api, account, ids)
    if told.why is Why.UNKNOWN and len(ids) > 1:
        middle = len(ids) // 2
        return _of_posts(api, account, ids[:middle]) | _of_posts(api, account, ids[middle:])
    return {post: told.lacks(SHARED) for post in ids} if told.why else _counts(told, ids)


def _ask_for(api: Api, account: Account, ids: Sequence[str]) -> Told:
    whose = {"q": "organizationalEntity", "organizationalEntity": encoded(account.external_id)}
    kinds = {"shares": [one for one in ids if one.startswith(SHARES)]}
    kinds["ugcPosts"] = [one for one in ids if one.startswith(UGC)]
    lists = {name: urns(values) for name, values in kinds.items() if values}
    told = ask(api, "organizationalEntityShareStatistics", **whose, **lists)
    if told.why is not Why.UNKNOWN:
        return told
    # Older pages of the documentation write lists by number.
    old = {
        f"{name}[{place}]": encoded(one) for name, values in kinds.items() for place, one in enumerate(values)
    }
    return ask(api, "organizationalEntityShareStatistics", **whose, **old)


def _counts(told: Told, ids: Sequence[str]) -> dict[str, Findings]:
    """The counts of each post.

    LinkedIn leaves a post that nobody saw or touched out of its answer and says that this means zero. This is the
    only platform, and the only place here, where absent is 0; an answer that has no list at all proves nothing.
    """
    if not isinstance(mapping(told.body).get("elements"), list):
        return {}
    lines = {str(each.get("share") or each.get("ugcPost") or ""): each for each in told.elements}
    found = {}
    for post in ids:
        if post in lines:
            block = mapping(lines[post].get("totalShareStatistics"))
            counts = counted(block, SHARED)
            found[post] = Findings(counts.numbers, counts.lacks, {"id": post, **block})
        else:
            zeros = tuple(Number(term.name, 0.0) for term in SHARED)
            found[post] = Findings(zeros, raw={"id": post, "left_out": True})
    return found


def _of_film(api: Api, post: str) -> Findings:
    found, raw = Findings(), {}
    for place, term in enumerate(PAGE_FILM):
        query = {"q": "entity", "entity": encoded(post), "type": term.name, "aggregation": "ALL"}
        told = ask(api, "videoAnalytics", **query)
        value = as_number(told.first.get("value"))
        if value is not None:
            found += Findings((Number(term.name, value),))
            raw[term.name] = value
        elif told.why is Why.PERMISSION or told.is_gone:
            return found + told.lacks(PAGE_FILM[place:])
        else:
            found += told.lacks([term])
    return Findings(found.numbers, found.lacks, {"id": post, **raw})


def read_followers(api: Api, account: Account) -> Findings:
    """How many follow the page. The statistics of followers have no total any more."""
    told = ask(api, f"networkSizes/{encoded(account.external_id)}", edgeType="COMPANY_FOLLOWED_BY_MEMBER")
    if told.why is not None:
        return told.lacks([PAGE_FOLLOWERS])
    found = counted(mapping(told.body), [PAGE_FOLLOWERS])
    return Findings(found.numbers, found.lacks, dict(mapping(told.body)))


def read_days(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """What happened to all posts of the page, by day."""
    return _by_day(
        api,
        account,
        "organizationalEntityShareStatistics",
        "totalShareStatistics",
        (*SHARED, *NAMED),
        span,
        now,
    )


def read_gains(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Who began to follow, by day."""
    return _by_day(api, account, "organizationalEntityFollowerStatistics", "followerGains", GAINS, span, now)


def _by_day(
    api: Api, account: Account, resource: str, block: str, terms: Sequence[Term], span: Span, now: datetime
) -> Findings:
    whose = {"q": "organizationalEntity", "organizationalEntity": encoded(account.external_id)}
    told = ask(api, resource, **whose, timeIntervals=intervals(span))
    return by_day(told, span, terms, now, lambda element, name: mapping(element.get(block)).get(name))


def read_page_views(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How often the page was looked at, by day."""
    whose = {"q": "organization", "organization": encoded(account.external_id)}
    told = ask(api, "organizationPageStatistics", **whose, timeIntervals=intervals(span))

    def views(element: Mapping[str, Any], name: str) -> Any:
        kinds = mapping(mapping(element.get("totalPageStatistics")).get("views"))
        return mapping(kinds.get(name)).get("pageViews")

    found = by_day(told, span, [PAGE_VIEWS], now, views)
    raw = [{"day": str(one.day), one.name: one.value} for one in found.numbers]
    return Findings(found.numbers, found.lacks, raw or None)


def read_audience(api: Api, account: Account) -> Findings:
    """Who follows the page, in groups. An empty list is a group that LinkedIn keeps to itself: too few follow."""
    whose = {"q": "organizationalEntity", "organizationalEntity": encoded(account.external_id)}
    told = ask(api, "organizationalEntityFollowerStatistics", **whose)
    if told.why is not None:
        return Findings(lacks=tuple(Lack(name, told.why) for name in FACETS))
    numbers, lacks = [], []
    for name, (key, by, _) in FACETS.items():
        lines = told.first.get(name)
        groups = _groups(lines, key) if isinstance(lines, list) else {}
        if groups:
            numbers.append(Number(name, groups=groups, by=by))
        else:
            lacks.append(Lack(name, Why.NOT_GIVEN if lines is None else Why.TOO_FEW))
    raw = {name: told.first[name] for name in FACETS if name in told.first}
    return Findings(tuple(numbers), tuple(lacks), raw or None)


def _groups(lines: Sequence[Any], key: str) -> dict[str, float]:
    groups: dict[str, float] = {}
    for line in lines:
        counts = mapping(mapping(line).get("followerCounts"))
        values = [as_number(counts.get(name)) for name in ("organicFollowerCount", "paidFollowerCount")]
        known = [value for value in values if value is not None]
        if known and mapping(line).get(key):
            groups[str(line[key])] = sum(known)
    return groups
