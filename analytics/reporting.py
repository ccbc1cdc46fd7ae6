"""Reports by e-mail: the overview's own figures, sent once for each time they are due."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import Membership, User, Workspace
from analytics.models import ReportSubscription
from analytics.queries.figures import Figure
from analytics.queries.overview import Overview, overview
from analytics.wishes import CUSTOM, Period, Wish
from analytics.wording import changed, written
from publishing.views.cards import label_of
from socialhub.platforms.redaction import redact

log = logging.getLogger(__name__)
Every = ReportSubscription.Every
HOUR = time(8)
AGAIN = timedelta(minutes=15)
SALT = "analytics.report"
AT_ONCE = 200


def subscribe(*, workspace: Workspace, user: User, every: str, weekday: int) -> ReportSubscription:
    """One report for a person and workspace; asking again changes it."""
    when = next_time(Every(every), weekday, workspace.zone, timezone.now())
    values = {"every": Every(every), "weekday": weekday, "next_at": when}
    row, _ = ReportSubscription.objects.update_or_create(workspace=workspace, user=user, defaults=values)
    return row


def next_time(every: Every, weekday: int, zone: ZoneInfo, after: datetime) -> datetime:
    """The next morning that it is due, in the zone of the workspace."""
    day = after.astimezone(zone).date() + timedelta(days=1)
    if every == Every.MONTH:
        while day.day != 1:
            day += timedelta(days=1)
    else:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    return datetime.combine(day, HOUR, zone)


def period_of(every: Every, day: date) -> Period:
    """The days that a report of that day is about: the week, or the month, that is over."""
    last = day - timedelta(days=1)
    if every == Every.MONTH:
        last = day.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last)
    return Period(last - timedelta(days=6), last)


def send_due() -> int:
    """Send what is due; gives how many letters left. A killed process loses a letter rather than sending two."""
    sent = 0
    for _ in range(AT_ONCE):
        taken = _take()
        if taken is None:
            return sent
        sent += _send(*taken)
    return sent


@transaction.atomic
def _take() -> tuple[ReportSubscription, datetime] | None:
    """The next row that is due, moved on already, and when it was due."""
    rows = ReportSubscription.objects.select_for_update(skip_locked=True, of=("self",))
    row = (
        rows.filter(next_at__lte=database_now())
        .select_related("workspace", "user")
        .order_by("next_at")
        .first()
    )
    if row is None:
        return None
    was_due = row.next_at
    row.next_at = next_time(Every(row.every), row.weekday, row.workspace.zone, timezone.now())
    row.save(update_fields=["next_at"])
    return row, was_due


def _send(row: ReportSubscription, was_due: datetime) -> int:
    membership = Membership.objects.filter(workspace=row.workspace, user=row.user).first()
    if membership is None or not membership.may("analytics.view") or not row.user.is_active:
        row.delete()
        return 0
    try:
        letter(row, was_due).send()
    except OSError as error:  # what smtplib raises, refusals included
        log.warning("report %s could not be sent: %s", row.pk, redact(str(error)))
        ReportSubscription.objects.filter(pk=row.pk).update(next_at=timezone.now() + AGAIN)
        return 0
    ReportSubscription.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    return 1


def letter(row: ReportSubscription, was_due: datetime) -> EmailMessage:
    """The letter, with the numbers of the page for the same days."""
    workspace = row.workspace
    zone = workspace.zone
    period = period_of(Every(row.every), was_due.astimezone(zone).date())
    leave = settings.PUBLIC_URL + reverse("analytics:leave-report", args=[token(row)])
    with timezone.override(zone):
        found = overview(workspace, Wish(period, CUSTOM))
        text = render_to_string("analytics/mail/report.txt", _context(workspace, found, period, leave))
    subject = f"{workspace.name}: {period.first:%-d %b} to {period.last:%-d %b %Y}"
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return EmailMessage(" ".join(subject.split()), text, None, [row.user.email], headers=headers)


def _context(workspace: Workspace, found: Overview, period: Period, leave: str) -> dict[str, Any]:
    page = settings.PUBLIC_URL + reverse("analytics:overview", args=[workspace.slug])
    return {
        "workspace": workspace,
        "period": period,
        "lines": [_line(figure) for figure in found.figures.values()],
        "tops": found.tops[:3],
        "posts": found.posts,
        "health": found.health,
        "apart": [label_of(platform) for platform in found.apart],
        "page": f"{page}?range=custom&from={period.first}&to={period.last}",
        "leave": leave,
    }


def _line(figure: Figure) -> dict[str, Any]:
    tile = figure.tile
    moved = ""
    if figure.value is not None and figure.change is not None:
        sign = "+" if figure.change > 0 else "-" if figure.change < 0 else "±"
        moved = f"{sign}{changed(figure.change, is_share=tile.is_share)}"
    return {
        "label": tile.label,
        "value": written(figure.value, is_share=tile.is_share) if figure.value is not None else "not given",
        "moved": moved,
        "covered": f"{figure.covered} of {figure.of} channels",
    }


def token(row: ReportSubscription) -> str:
    """What the link to leave carries: signed, so it needs no login and nobody can make one."""
    return signing.dumps([row.pk, row.user_id], salt=SALT)


def find(signed: str) -> ReportSubscription | None:
    """The report of a link; ``None`` where it ended already. Raises ``BadSignature`` for what we never signed."""
    number, user = signing.loads(signed, salt=SALT)
    return ReportSubscription.objects.filter(pk=number, user=user).select_related("workspace").first()
