"""Figures of pins and of the account, and pins that were made elsewhere
(https://developers.pinterest.com/docs/api/v5/multi_pins-analytics, /pins-get, /pins-list, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
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
    Why,
    as_number,
    counted,
)
from socialhub.platforms.values import Account, Kind

from . import analytics
from .finding import made_at, permalink
from .metrics import EVERY, LEVELS, LIFETIME, MOVING, SINCE_MADE, STILL, TABLE

AT_ONCE = 50
"""A hundred are allowed; where the form for many is not open to the app, each is a request."""
LONGEST = timedelta(days=89)
"""How far back analytics go, and a day less."""
PAGE, LEAST_PAGES = 100, 2
KINDS = {"image": Kind.IMAGE, "video": Kind.VIDEO}
NOT_OPEN = frozenset({401, 403, 404})
OLD = "Pinterest tells this of the last 90 days alone."


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """Pins of the last 90 days by analytics, stills and videos apart; older ones one by one, by what they carry."""
    today = now.astimezone(UTC).date()
    first = today - LONGEST
    found: dict[str, Findings] = {}
    for is_video in (False, True):
        same = [post for post in posts if (post.kind is Kind.VIDEO) is is_video]
        young = [post for post in same if post.at.astimezone(UTC).date() >= first]
        names = names_of(is_video)
        if young:
            found |= _many(api, account, young, names, today)
        for post in same:
            if post not in young and (told := _old(api, account, post, names)) is not None:
                found[post.id] = told
    return found


def names_of(is_video: bool) -> list[str]:
    """The figures of a still pin or of a video: Pinterest takes no list that mixes them."""
    return [term.name for term in (*EVERY, *(MOVING if is_video else STILL), *LIFETIME)]


def _many(
    api: Api, account: Account, posts: Sequence[Published], names: Sequence[str], today: date
) -> Mapping[str, Findings]:
    """In one request where the app may; a pin that is gone or not ours would fail them all, so then one by one."""
    born = {post.id: post.at.astimezone(UTC).date() for post in posts}
    span = (min(*born.values(), today), today)
    try:
        reply = analytics.ask(api, "pins/analytics", names, span, {"pin_ids": list(born)}, many=True)
    except PlatformError as error:
        if error.http_status not in NOT_OPEN or error.kind not in {Fault.PERMISSION, Fault.NOT_FOUND}:
            raise
        ones = {pin: _one(api, account, pin, names, (born[pin], today)) for pin in born}
        return {pin: found for pin, found in ones.items() if found is not None}
    return {
        pin: analytics.read_whole(reply.told[pin], names, reply.dead) for pin in born if pin in reply.told
    }


def _one(
    api: Api, account: Account, pin: str, names: Sequence[str], span: tuple[date, date]
) -> Findings | None:
    try:
        reply = analytics.ask(api, f"pins/{pin}/analytics", names, span)
    except PlatformError as error:
        return _missing(account, names, error)
    return analytics.read_whole(reply.told.get("", analytics.NOTHING), names, reply.dead)


def _old(api: Api, account: Account, post: Published, names: Sequence[str]) -> Findings | None:
    """What came together since the pin was made, under the names that analytics have for it."""
    try:
        body = api.get(f"pins/{post.id}", params={"pin_metrics": "true"}).body
    except PlatformError as error:
        return _missing(account, names, error)
    metrics = _mapping(_mapping(body).get("pin_metrics"))
    told = _mapping(metrics.get("lifetime_metrics"))
    numbers = [
        Number(name, value)
        for theirs, name in SINCE_MADE.items()
        if (value := as_number(told.get(theirs))) is not None
    ]
    given = {number.name for number in numbers}
    texts = dict.fromkeys(SINCE_MADE.values(), "")
    lacks = tuple(Lack(name, Why.NOT_GIVEN, texts.get(name, OLD)) for name in names if name not in given)
    return Findings(tuple(numbers), lacks, {"id": post.id, "lifetime": dict(told)})


def _missing(account: Account, names: Sequence[str], error: PlatformError) -> Findings | None:
    if error.kind is Fault.NOT_FOUND:
        return None
    if error.kind is not Fault.PERMISSION:
        raise error
    return Findings(lacks=analytics.refused(account, names, error))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the account stands."""
    told = _mapping(api.get("user_account").body)
    found = counted(told, LEVELS)
    raw = {name: told.get(name) for name in (*(term.name for term in LEVELS), "monthly_views")}
    return Findings(found.numbers, found.lacks, raw)


def read_days(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """The account day by day."""
    return analytics.read_days(api, account, span)


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The account's own pins. Newest first is usual and not promised: a page without a young one ends the look, but
    not the first page.
    """
    query: dict[str, Any] = {"page_size": PAGE, "pin_filter": "exclude_repins"}
    if listing.cursor.get("bookmark"):
        query["bookmark"] = listing.cursor["bookmark"]
    body = _mapping(api.get("pins", params=query).body)
    pins = [pin for pin in mappings(body.get("items")) if pin.get("id") and pin.get("is_owner") is not False]
    young = [pin for pin in pins if made_at(pin) >= listing.since]
    page, mark = int(listing.cursor.get("page", 0)) + 1, body.get("bookmark")
    is_more = bool(mark) and (bool(young) or page < LEAST_PAGES)
    cursor = {"bookmark": mark, "page": page} if is_more else {}
    return Listed(tuple(_post(pin) for pin in young), cursor, is_more)


def _post(pin: Mapping[str, Any]) -> Published:
    media = str(_mapping(pin.get("media")).get("media_type") or "")
    words = [str(pin.get(name) or "") for name in ("title", "description")]
    return Published(
        id=str(pin["id"]),
        at=made_at(pin),
        kind=KINDS.get(media, Kind.GALLERY if media.startswith("multiple_") else None),
        text="\n\n".join(word for word in words if word),
        url=permalink(str(pin["id"])),
    )


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=AT_ONCE,
    parts=(Part("profile", read_profile), Part("days", read_days, most_days=90)),
    history=LONGEST,
    again=7,
    list_posts=list_posts,
)
