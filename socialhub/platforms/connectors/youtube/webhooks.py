"""Pushes of a channel's videos over Google's WebSub hub
(https://developers.google.com/youtube/v3/guides/push_notifications, https://www.w3.org/TR/websub/, read 2026-11).

They are hints: which video is new, changed or gone. Comments are not told. The hub fails for days at times, so
nothing relies on it.

``kept``: ``asked_at`` and ``tries`` while the hub has yet to check our address; ``begins_at`` and ``expires_at`` of
the lease that it granted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.events import (
    Ask,
    Call,
    Event,
    EventKind,
    Reply,
    Subscribed,
    Subscribing,
    Unreadable,
    Webhooks,
)
from socialhub.platforms.signatures import is_hex_of, seal
from socialhub.platforms.values import Account, Secret

from .feed import Line, channel_of, read_feed

SOURCE = "https://developers.google.com/youtube/v3/guides/push_notifications"
HUB = "https://pubsubhubbub.appspot.com/subscribe"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
FIELDS = frozenset({"videos"})
ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})
LEASE, SHORTEST, LONGEST = timedelta(days=5), timedelta(minutes=1), timedelta(days=30)
PATIENCE, MOST_DOUBLINGS = timedelta(minutes=10), 5
"""How long the hub may take to check our address before it is asked again, twice as long each time."""


def verify(call: Call, secret: Secret, now: datetime) -> bool:
    """``X-Hub-Signature: <algorithm>=<hex>`` over the raw body."""
    algorithm, _, given = call.header("x-hub-signature").partition("=")
    return algorithm in ALGORITHMS and is_hex_of(given, seal(secret, call.body, algorithm))


def is_well_formed(body: bytes) -> bool:
    """Whether a body is a feed."""
    try:
        read_feed(body)
    except ValueError:
        return False
    return True


def parse(body: bytes) -> tuple[Event, ...]:
    """A hint for each video: the same change is told once, each further one anew."""
    try:
        return tuple(_event(line) for line in read_feed(body))
    except ValueError as problem:
        raise Unreadable(str(problem)) from None


def _event(line: Line) -> Event:
    kind = EventKind.POST_REMOVED if line.is_gone else EventKind.POST_LIVE
    data = {} if line.is_gone else {"published": line.published, "updated": line.updated}
    key = f"{kind.value}:{line.video}:{line.updated}"
    return Event(kind, key, line.channel, line.video, line.at, data)


def subscribe(api: Api, account: Account, ask: Ask) -> Subscribed:
    """Ask the hub, which then checks our address; asking again renews."""
    _tell_hub(api, account, ask, "subscribe")
    tries = int(ask.kept.get("tries") or 0) + 1
    return _state({**ask.kept, "asked_at": ask.now.isoformat(), "tries": tries}, ask.now)


def check(api: Api, account: Account, ask: Ask) -> Subscribed | None:
    """The hub tells nothing of what there is, so the lease that it granted counts."""
    found = _state(ask.kept, ask.now)
    return found if found.is_pending or found.expires_at else None


def unsubscribe(api: Api, account: Account, ask: Ask) -> None:
    """Let the hub forget us; without that the lease ends by itself."""
    _tell_hub(api, account, ask, "unsubscribe")


def confirm(call: Call, account: Account, ask: Ask) -> tuple[Reply, Subscribed | None] | None:
    """The hub asks whether we asked. Only our own topic counts, and an end only while we are leaving: anybody may
    ask the hub to silence us.
    """
    query = call.query
    mode, challenge = query.get("hub.mode"), query.get("hub.challenge") or ""
    if not challenge or channel_of(query.get("hub.topic") or "") != account.external_id:
        return None
    if mode == "unsubscribe" and ask.is_leaving:
        return Reply(challenge), None
    if mode != "subscribe" or ask.is_leaving:
        return None
    ends = ask.now + _lease(query.get("hub.lease_seconds") or "")
    return Reply(challenge), _state(
        {"begins_at": ask.now.isoformat(), "expires_at": ends.isoformat()}, ask.now
    )


def _lease(seconds: str) -> timedelta:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 10):
        return LEASE
    return min(max(timedelta(seconds=int(seconds)), SHORTEST), LONGEST)


def _state(kept: Mapping[str, Any], now: datetime) -> Subscribed:
    """What is kept, as it stands now: a lease that is over is none."""
    begins, ends, asked = (_moment(kept.get(name)) for name in ("begins_at", "expires_at", "asked_at"))
    patience = PATIENCE * 2 ** min(max(int(kept.get("tries") or 1) - 1, 0), MOST_DOUBLINGS)
    found = Subscribed(FIELDS, is_pending=asked is not None and now < asked + patience, kept=kept)
    return replace(found, begins_at=begins, expires_at=ends) if ends and now < ends else found


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _tell_hub(api: Api, account: Account, ask: Ask, mode: str) -> None:
    form = {
        "hub.mode": mode,
        "hub.callback": ask.callback,
        "hub.topic": f"{TOPIC}{account.external_id}",
        "hub.verify": "async",
        "hub.lease_seconds": int(LEASE.total_seconds()),
    }
    if ask.secret is not None:
        form["hub.secret"] = ask.secret.reveal()
    try:
        api.post(HUB, form=form, auth=False)
    except PlatformError as error:
        if error.code == "not_json" and 200 <= error.http_status < 300:
            return
        # Whatever the hub says, it says nothing of the channel's access or of YouTube's limits.
        raise PlatformError(
            Fault.SERVER_ERROR,
            platform=error.platform,
            code=f"hub_{error.code}",
            http_status=error.http_status,
            retry_after=error.retry_after,
            reach=Reach.REFUSED,
            user_message="Google's hub does not take our address right now. We ask again by ourselves.",
        ) from None


webhooks = Webhooks(
    verify=verify,
    parse=parse,
    subscribing=Subscribing(
        subscribe, check, unsubscribe, every=timedelta(hours=12), own_callback=True, confirm=confirm
    ),
    is_well_formed=is_well_formed,
    hides_refusal=True,
    source=SOURCE,
)
