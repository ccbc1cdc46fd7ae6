"""Figures of statuses and of the account, and statuses that were written elsewhere
(https://docs.joinmastodon.org/methods/statuses/#index, /methods/accounts/#statuses, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Findings, Insights, Listed, Listing, Part, Published, Span, counted
from socialhub.platforms.values import Account, Kind

from .metrics import TABLE
from .words import plain_text

PAGE = 40
AT_ONCE = 20
"""The API names no bound for asking after many statuses; this many are asked for."""


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """Many statuses in one request; servers before 4.3 know no such request and are asked one by one."""
    ids = [post.id for post in posts]
    try:
        body = api.get("api/v1/statuses", params=[("id[]", number) for number in ids]).body
    except PlatformError as error:
        if error.http_status not in {404, 405}:
            raise
        body = [status for number in ids if (status := _one(api, number)) is not None]
    return {str(status["id"]): _counts(status) for status in mappings(body) if status.get("id")}


def _one(api: Api, number: str) -> Any:
    try:
        return api.get(f"api/v1/statuses/{number}").body
    except PlatformError as error:
        if error.kind is Fault.NOT_FOUND:
            return None
        raise


def _counts(status: Mapping[str, Any]) -> Findings:
    found = counted(status, TABLE.post)
    names = {term.name for term in TABLE.post}
    return Findings(found.numbers, found.lacks, {key: status[key] for key in status if key in names | {"id"}})


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the account stands."""
    body = api.get("api/v1/accounts/verify_credentials").body
    answer: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    found = counted(answer, TABLE.account)
    raw = {term.name: answer.get(term.name) for term in TABLE.account}
    return Findings(found.numbers, found.lacks, raw)


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The account's own statuses, newest first; boosts of others and replies to others are none of its posts."""
    below = str(listing.cursor.get("below", ""))
    params: dict[str, Any] = {"limit": PAGE, "exclude_reblogs": "true", "exclude_replies": "true"}
    if below:
        params["max_id"] = below
    page = list(mappings(api.get(f"api/v1/accounts/{account.external_id}/statuses", params=params).body))
    found = [post for status in page if (post := _published(status)) is not None]
    is_more = len(page) == PAGE and bool(found) and found[-1].at >= listing.since
    return Listed(
        tuple(post for post in found if post.at >= listing.since),
        {"below": str(page[-1].get("id", ""))} if is_more else {},
        is_more,
    )


def _published(status: Mapping[str, Any]) -> Published | None:
    try:
        at = datetime.fromisoformat(str(status.get("created_at"))).astimezone(UTC)
    except ValueError:
        return None
    if not status.get("id") or status.get("visibility") == "direct":
        return None
    return Published(
        id=str(status["id"]),
        at=at,
        kind=_kind(status),
        text=plain_text(str(status.get("content") or "")),
        url=str(status.get("url") or ""),
    )


def _kind(status: Mapping[str, Any]) -> Kind:
    types = [str(each.get("type") or "") for each in mappings(status.get("media_attachments"))]
    if not types:
        return Kind.LINK if isinstance(status.get("card"), Mapping) else Kind.TEXT
    if types[0] in {"video", "gifv"}:
        return Kind.VIDEO
    return Kind.GALLERY if len(types) > 1 else Kind.IMAGE


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=AT_ONCE,
    parts=(Part("profile", read_profile),),
    list_posts=list_posts,
)
