"""Figures of posts and of the account, and posts that were written elsewhere
(https://docs.x.com/x-api/fundamentals/metrics, read 2026-08).

Each version of an edited post has figures of its own, so they are added up. Every post that is read costs money: one
request tells of up to a hundred, another of the older ones, of which nothing private is told any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.metrics import (
    Findings,
    Insights,
    Lack,
    Listed,
    Listing,
    Number,
    Part,
    Published,
    Span,
    Term,
    Why,
    as_number,
)
from socialhub.platforms.values import Account, Kind

from .finding import FIELDS, permalink, text_of
from .lookup import AT_ONCE, OPEN, Told, history, look_up
from .metrics import ACCOUNT, GROUPS, NEWER, TABLE, WATCHED
from .watching import read_watched

PRIVATE_FOR = timedelta(days=30)
TOO_OLD = "X tells this for 30 days after the post."
PAGE = 100


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """The figures of posts, private ones where they are young enough, with all their versions."""
    young = [post.id for post in posts if now - post.at < PRIVATE_FOR]
    old = [post.id for post in posts if post.id not in young]
    told = Told()
    look_up(api, young, tuple(GROUPS), told)
    look_up(api, old + told.refused(young), OPEN, told)
    told_of = {one: item for item in list(told.posts.values()) for one in history(item)}
    others = [one for one in told_of if one not in told.posts and one not in young + old]
    look_up(api, [one for one in others if _is_of(told_of[one], young)], tuple(GROUPS), told)
    look_up(api, [one for one in others if not _is_of(told_of[one], young)], OPEN, told)
    subjects = {post.id: _versions(post, told, told_of) for post in posts if post.id in told_of}
    films = {each: _films(versions, told) for each, versions in subjects.items()}
    asked = {key: post.at for post in posts if post.id in young for key in films.get(post.id, ())}
    watched = read_watched(api, asked, now)
    found: dict[str, Findings] = {}
    for each, versions in subjects.items():
        is_young = each in young
        figures = _figures(each, versions, films[each], told, is_young=is_young)
        found[each] = figures + (watched.of(films[each]) if is_young else _too_old(films[each]))
    return found


def _is_of(item: Mapping[str, Any], ids: Sequence[str]) -> bool:
    return any(one in ids for one in history(item))


def _versions(
    post: Published, told: Told, told_of: Mapping[str, Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    return [told.posts[one] for one in history(told_of[post.id]) if one in told.posts]


def _films(versions: Sequence[Mapping[str, Any]], told: Told) -> list[str]:
    """The keys of what moves in a post, by its last version: all versions share the files."""
    attached = versions[-1].get("attachments") if versions else None
    keys = attached.get("media_keys") if isinstance(attached, Mapping) else None
    return [str(key) for key in keys or () if told.files.get(str(key), {}).get("type", "video") != "photo"]


def _figures(
    post: str, versions: Sequence[Mapping[str, Any]], films: Sequence[str], told: Told, *, is_young: bool
) -> Findings:
    found, raw = Findings(), []
    for group, terms in GROUPS.items():
        of_files = group.startswith("media.")
        if of_files and not films:
            continue
        items = [told.files.get(key, {}) for key in films] if of_files else versions
        blocks = [_block(item, group.removeprefix("media.")) for item in items]
        raw += [{"group": group, **block} for block in blocks if block]
        is_gone = not is_young and group not in OPEN
        why = Why.NOT_GIVEN if is_gone else told.why(post, group)
        found += _added(blocks, terms, group, why, TOO_OLD if is_gone else "")
    return Findings(found.numbers, found.lacks, {"id": post, "told": raw})


def _block(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    block = item.get(name)
    return block if isinstance(block, Mapping) else {}


def _added(
    blocks: Sequence[Mapping[str, Any]], terms: Sequence[Term], group: str, why: Why, text: str = ""
) -> Findings:
    """The sum of each figure over versions or files; one that any of them lacks has none."""
    numbers, lacks = [], []
    for term in terms:
        given = [_value(block, term.name.removeprefix(f"{group}.")) for block in blocks]
        values = [value for _, value in given if value is not None]
        if values and len(values) == len(given):
            name = term.name if given[-1][0] == "" else given[-1][0]
            numbers.append(Number(name, sum(values)))
        else:
            lacks.append(Lack(term.name, why, text))
    return Findings(tuple(numbers), tuple(lacks))


def _value(block: Mapping[str, Any], name: str) -> tuple[str, float | None]:
    """A figure, with the new spelling of its name where X used that."""
    newer = NEWER.get(name, "")
    if name not in block and newer in block:
        return newer, as_number(block[newer])
    return "", as_number(block.get(name))


def _too_old(films: Sequence[str]) -> Findings:
    return Findings(lacks=(Lack(WATCHED.name, Why.NOT_GIVEN, TOO_OLD),) if films else ())


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the account stands."""
    body = api.get("2/users/me", params={"user.fields": "public_metrics"}).body
    data = body.get("data") if isinstance(body, Mapping) else None
    block = _block(data, "public_metrics") if isinstance(data, Mapping) else {}
    found = _added([block], ACCOUNT, "", Why.NOT_GIVEN)
    return Findings(found.numbers, found.lacks, dict(block))


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The account's own posts, newest first; reposts, and replies with the further parts of threads, are left out."""
    params: dict[str, Any] = {
        "max_results": PAGE,
        "start_time": listing.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "exclude": "retweets,replies",
        "tweet.fields": FIELDS,
        "expansions": "attachments.media_keys",
        "media.fields": "media_key,type",
    }
    if page := str(listing.cursor.get("page") or ""):
        params["pagination_token"] = page
    body = api.get(f"2/users/{account.external_id}/tweets", params=params).body
    body = body if isinstance(body, Mapping) else {}
    told = Told()
    told.add(body, {})
    meta = body.get("meta")
    after = str(meta.get("next_token") or "") if isinstance(meta, Mapping) else ""
    posts = tuple(_published(account, told))
    return Listed(posts, {"page": after} if after else {}, bool(after))


def _published(account: Account, told: Told) -> Iterator[Published]:
    for number, item in told.posts.items():
        try:
            at = datetime.fromisoformat(str(item.get("created_at"))).astimezone(UTC)
        except ValueError:
            continue
        yield Published(number, at, _kind(item, told), text_of(item), permalink(account, number))


def _kind(item: Mapping[str, Any], told: Told) -> Kind:
    attached = item.get("attachments")
    keys = list((attached.get("media_keys") if isinstance(attached, Mapping) else None) or ())
    if not keys:
        return Kind.TEXT
    if any(told.files.get(str(key), {}).get("type") == "video" for key in keys):
        return Kind.VIDEO
    return Kind.GALLERY if len(keys) > 1 else Kind.IMAGE


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=AT_ONCE,
    parts=(Part("profile", read_profile),),
    list_posts=list_posts,
)
