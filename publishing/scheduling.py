"""The verbs of a post that shall go out: publish now, schedule, cancel, retry, check, confirm.

Each is one transaction over the rows of one post. The publisher may hold a row meanwhile; a verb takes effect
only where the state still allows it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts import limits
from accounts.clock import database_now
from accounts.models import ConnectedAccount
from accounts.signals import tell_deed
from publishing import recording
from publishing.claiming import lift_leases
from publishing.composing import violations_by_delivery
from publishing.contents import choose_kind, placed_media, texts_of
from publishing.duplicates import find_twins, fingerprint_of, window
from publishing.models import Delivery, Post
from publishing.states import EDITABLE, State, check_transition
from socialhub.platforms.rules import Severity, Violation

GRACE = timedelta(minutes=1)
"""A time that passed while the form was filled in still counts as now."""
FURTHEST = timedelta(days=365 * 2)


class NotAllowed(Exception):
    """The act does not fit the state any more; the text says why, ``field`` where to show it."""

    def __init__(self, message: str, field: str = "") -> None:
        """Keep the sentence for the person and the field it belongs to."""
        super().__init__(message)
        self.field = field


class SaidBefore(NotAllowed):
    """The same went out to the same account, or will: a person must say that it is meant."""

    def __init__(self, twins: Sequence[Delivery]) -> None:
        """Keep those that say the same, the latest first."""
        self.twins = tuple(twins)
        account = self.twins[0].account
        name = account.handle or account.name or account.external_id
        super().__init__(
            f"{name} has a post with the same text and files within {window().days} days of this one. "
            "Change it, or say that you post it again on purpose.", "again",
        )  # fmt: skip


@dataclass(frozen=True)
class Blocked(Exception):
    """The rules forbid publishing: what is wrong, by the id of the delivery."""

    violations: Mapping[int, tuple[Violation, ...]]


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time. Raises :class:`NotAllowed` in the gap of a clock change; the first of a doubled
    hour is taken.
    """
    wall = datetime.combine(day, clock, tzinfo=zone)
    instant = wall.astimezone(ZoneInfo("UTC"))
    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        after = instant.astimezone(zone)
        raise NotAllowed(
            f"{wall:%H:%M} does not exist on {wall:%-d %B %Y} in {zone.key}: the clocks go forward then. "
            f"The next time there is {after:%H:%M}.", "time",
        )  # fmt: skip
    return instant


def publish_now(post: Post, *, again: bool = False) -> None:
    """Send a post out at once. Raises as :func:`schedule` does."""
    _queue(post, database_now(), again=again, verb="post.published")


def schedule(post: Post, due_at: datetime, *, again: bool = False) -> None:
    """Let a post go out at ``due_at`` (aware).

    Raises :class:`NotAllowed` (a time in the past, an account that cannot publish), :class:`SaidBefore` where the
    account has the same already, unless ``again`` says that it is meant, and :class:`Blocked` by the rules.
    """
    now = check_time(due_at)
    _queue(post, max(due_at, now), again=again, verb="post.scheduled")


def check_time(due_at: datetime) -> datetime:
    """Refuse a time that has passed or is too far ahead; gives the time it is now."""
    now = database_now()
    if due_at < now - GRACE:
        raise NotAllowed("This time has passed. Choose a later one, or publish now.", "time")
    if due_at > now + FURTHEST:
        raise NotAllowed("This is more than two years ahead. Choose an earlier time.", "date")
    return now


def _queue(post: Post, due_at: datetime, *, again: bool, verb: str) -> None:
    with transaction.atomic():
        Post.objects.select_for_update().get(pk=post.pk)
        deliveries = [d for d in _locked(post.deliveries.all()) if d.state in EDITABLE]
        if not deliveries:
            raise NotAllowed("Choose at least one channel that this post has not gone out to.", "channels")
        _check_accounts(deliveries)
        _check_rules(post, deliveries)
        _check_twins(deliveries, due_at, again=again)
        post.due_at = due_at
        post.save(update_fields=["due_at", "updated_at"])
        for delivery in deliveries:
            _start_over(delivery, due_at)
        tell_deed(verb, workspace=post.workspace_id, subject=post, channels=len(deliveries))


def _check_accounts(deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        state = delivery.account.state
        if state != ConnectedAccount.State.ACTIVE:
            name = delivery.account.name or delivery.account.handle
            raise NotAllowed(
                f"{name} cannot publish now ({state}). Reconnect it or leave it out.", "channels"
            )


def _check_rules(post: Post, deliveries: Iterable[Delivery]) -> None:
    media = [item for _, item in placed_media(post)]
    rows = list(deliveries)
    for delivery in rows:
        kind, _ = choose_kind(delivery.account.connector, texts_of(post, delivery), media, delivery.kind)
        delivery.kind = kind.value
    found = violations_by_delivery(post, rows)
    broken = {
        key: violations
        for key, violations in found.items()
        if any(violation.severity is Severity.ERROR for violation in violations)
    }
    if broken:
        raise Blocked(broken)


def _check_twins(deliveries: Sequence[Delivery], due_at: datetime, *, again: bool) -> None:
    """Give each its fingerprint and refuse what was said before. The accounts' rows are locked meanwhile, so that
    of two that say the same at once the second sees the first.
    """
    accounts = ConnectedAccount.objects.filter(pk__in=[each.account_id for each in deliveries])
    list(accounts.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    unsaid = []
    for delivery in deliveries:
        said = fingerprint_of(delivery)
        if not (delivery.is_repeat and delivery.fingerprint == said):
            unsaid.append(delivery)
        delivery.fingerprint = said
    pairs = [(each.account_id, each.fingerprint) for each in unsaid]
    twins = find_twins(pairs, due_at, besides=deliveries[0].post_id)
    if twins and not again:
        raise SaidBefore(twins)
    repeated = {(twin.account_id, twin.fingerprint) for twin in twins}
    for delivery in unsaid:
        delivery.is_repeat = (delivery.account_id, delivery.fingerprint) in repeated


def _start_over(delivery: Delivery, due_at: datetime) -> None:
    """Queue a delivery. What it brought about in public is kept and gone on from (parts of a thread that are
    live); private work is done anew, for what an earlier try uploaded may be what the platform refused.

    Where the platform refused the public step the post is looked for first: it may be live all the same.
    """
    check_transition(delivery.state, State.SCHEDULED)
    fields = {
        "kind": delivery.kind, "state": State.SCHEDULED, "due_at": due_at, "next_at": due_at, "attempts": 0,
        "looks": 0, "step_since": None, "error_kind": "", "error_code": "", "error_message": "", "note": "",
        "progress": None, "lane": _lane(delivery),
        "fingerprint": delivery.fingerprint, "is_repeat": delivery.is_repeat,
    }  # fmt: skip
    if delivery.sent_at and delivery.step:
        fields |= {
            "in_doubt": True,
            "starts_over": True,
            "note": "Looking first whether it is live after all.",
        }
    elif not delivery.is_begun:
        fields |= {"step": "", "facts": {}, "charged_at": None}
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
    lift_leases(Delivery.objects.filter(pk=delivery.pk))
    recording.write(delivery.pk, "queued", at=database_now(), note=f"Due {due_at:%Y-%m-%d %H:%M:%S} UTC")


def _lane(delivery: Delivery) -> str:
    """What the platform wants written one after the other, told apart from that of other accounts."""
    publishing = delivery.account.connector.publishing
    if publishing is None or publishing.lane is None:
        return ""
    name = publishing.lane(delivery.account.value(), delivery.options)
    return f"{delivery.account_id}:{name}"[:120] if name else ""


def unschedule(post: Post) -> None:
    """Make a post a draft again, as far as nothing of it has begun."""
    _rest(post, State.DRAFT, "Taken out of the schedule.")


def cancel(post: Post) -> int:
    """Cancel what has not begun; gives how many deliveries were cancelled."""
    return _rest(post, State.CANCELLED, "Cancelled.")


def _rest(post: Post, state: State, note: str) -> int:
    resting = Q(state__in=EDITABLE) & ~Q(state=state)
    with transaction.atomic():
        rows = _locked(post.deliveries.filter(resting))
        if not rows:
            raise NotAllowed("Nothing to cancel: this post has gone out or is going out right now.")
        for delivery in rows:
            _rest_row(delivery, state, note)
        verb = "post.cancelled" if state == State.CANCELLED else "post.unscheduled"
        tell_deed(verb, workspace=post.workspace_id, subject=post, channels=len(rows))
    return len(rows)


def _rest_row(row: Delivery, state: State, note: str) -> None:
    check_transition(row.state, state)
    Delivery.objects.filter(pk=row.pk).update(state=state, next_at=None, in_doubt=False)
    recording.write(row.pk, "person", at=database_now(), note=note)
    lift_leases(Delivery.objects.filter(pk=row.pk))


def retry(delivery: Delivery, *, due_at: datetime | None = None, again: bool = False) -> None:
    """Try a failed, missed, held or cancelled delivery again, now or at ``due_at``: its late limit counts from then.

    While a limit is spent, now means as soon as it frees. Raises as :func:`schedule` does.
    """
    with transaction.atomic():
        row = _locked(Delivery.objects.filter(pk=delivery.pk))[0]
        if row.state not in {State.FAILED, State.MISSED, State.HELD, State.CANCELLED}:
            raise NotAllowed("This no longer needs another try.")
        now = check_time(due_at) if due_at else database_now()
        closed = None if due_at else limits.cooling(row.account, now)
        moment = max(due_at or now, closed.until if closed else now)
        _check_accounts([row])
        _check_rules(row.post, [row])
        _check_twins([row], moment, again=again)
        if due_at is not None:
            Post.objects.filter(pk=row.post_id).update(due_at=moment)
        _start_over(row, moment)
        tell_deed("delivery.retried", workspace=row.workspace_id, subject=row)


def discard(delivery: Delivery) -> None:
    """Give up what did not go out."""
    with transaction.atomic():
        row = _locked(Delivery.objects.filter(pk=delivery.pk))[0]
        if row.state not in {State.FAILED, State.MISSED, State.HELD}:
            raise NotAllowed("This no longer waits for a decision.")
        _rest_row(row, State.CANCELLED, "Discarded.")
        tell_deed("delivery.discarded", workspace=row.workspace_id, subject=row)


def check_now(delivery: Delivery) -> None:
    """Look again for an unconfirmed post. Nothing is sent unless it is proven absent."""
    with transaction.atomic():
        row = _locked(Delivery.objects.filter(pk=delivery.pk))[0]
        if row.state != State.UNCONFIRMED:
            raise NotAllowed("This is not unconfirmed any more.")
        now = database_now()
        changes = {"state": State.PUBLISHING, "next_at": now, "looks": 1, "error_message": ""}
        Delivery.objects.filter(pk=row.pk).update(**changes)
        recording.write(row.pk, "person", at=now, note="Asked to look again.")


def confirm_live(delivery: Delivery, url: str) -> None:
    """A person has seen an unconfirmed post live and gives its link, or none.

    Raises :class:`NotAllowed` for a link that leads elsewhere, or to a post that another delivery brought about.
    """
    remote_id = _read_link(delivery, url) if url else ""
    note = f"Confirmed as live: {url}" if url else "Confirmed as live."
    _settle_unconfirmed(delivery, State.PUBLISHED, note, url=url[:500], remote_id=remote_id)


def _read_link(delivery: Delivery, url: str) -> str:
    """The platform's id of the post that a link leads to; empty where the link does not tell."""
    account = delivery.account
    publishing = account.connector.publishing
    found = publishing.read_link(url, account.value()) if publishing else None
    if found is None:
        raise NotAllowed(
            f"This is no link to {account.connector.name}. Open the post there and copy the address.", "link"
        )
    others = Delivery.objects.filter(account=account).exclude(pk=delivery.pk)
    known = Q(remote_id=found) & ~Q(remote_id="") | Q(url=url)
    if others.filter(known).exists():
        raise NotAllowed("This link belongs to another post of yours. Is it the right one?", "link")
    return found


def confirm_absent(delivery: Delivery) -> None:
    """A person has made sure that an unconfirmed post is not live: it is closed and may be composed anew."""
    _settle_unconfirmed(delivery, State.CANCELLED, "Confirmed as not live.")


def publish_again(delivery: Delivery, author_id: int | None) -> Post:
    """Send an unconfirmed post anew, as a post of its own to that one channel. It may then be there twice.

    The old one is closed; whether it is live stays unknown. Raises as :func:`schedule` does.
    """
    with transaction.atomic():
        copy = _copy(delivery.post, author_id, [delivery])
        note = f"Sent anew as post {copy.pk}. Whether this one is live was never known."
        _settle_unconfirmed(delivery, State.CANCELLED, note)
        publish_now(copy, again=True)
    return copy


def _settle_unconfirmed(
    delivery: Delivery, state: State, note: str, url: str = "", remote_id: str = ""
) -> None:
    with transaction.atomic():
        row = _locked(Delivery.objects.filter(pk=delivery.pk))[0]
        if row.state != State.UNCONFIRMED:
            raise NotAllowed("This is not unconfirmed any more.")
        now = database_now()
        Delivery.objects.filter(pk=row.pk).update(
            state=state, url=url, remote_id=remote_id, in_doubt=False, next_at=None, step="", error_message="",
            published_at=(row.sent_at or now) if state == State.PUBLISHED else None,
        )  # fmt: skip
        lift_leases(Delivery.objects.filter(pk=row.pk))
        recording.write(row.pk, "person", at=now, note=note)
        tell_deed("delivery.confirmed", workspace=row.workspace_id, subject=row, state=state.value)


def duplicate(post: Post, author_id: int | None) -> Post:
    """A new draft with the same words, media and channels."""
    return _copy(post, author_id, post.deliveries.exclude(account__state=ConnectedAccount.State.DISCONNECTED))


def _copy(post: Post, author_id: int | None, deliveries: Iterable[Delivery]) -> Post:
    with transaction.atomic():
        copy = Post.objects.create(
            workspace=post.workspace, author_id=author_id, title=post.title, parts=post.parts,
            first_comment=post.first_comment, late_minutes=post.late_minutes,
        )  # fmt: skip
        copy.labels.set(post.labels.all())
        for placed in post.placed.all():
            placed.pk, placed.post = None, copy
            placed.save()
        for delivery in deliveries:
            Delivery.objects.create(
                post=copy, account=delivery.account, own_parts=delivery.own_parts, kind=delivery.kind,
                options=delivery.options, key=uuid.uuid4(),
            )  # fmt: skip
    return copy


def _locked(rows: Iterable[Delivery]) -> list[Delivery]:
    """The rows, locked until the transaction ends (on SQLite the transaction itself is the lock)."""
    ids = [row.pk for row in rows]
    locked = Delivery.objects.select_for_update(of=("self",)).select_related("post__workspace", "account")
    return list(locked.filter(pk__in=ids).order_by("pk"))
