"""Reports by e-mail: when they come, what they say, that each comes once, and how one leaves."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from accounts.models import ConnectedAccount, User, Workspace
from analytics import jobs, reporting
from analytics.models import ReportSubscription
from analytics.queries.overview import overview
from analytics.reporting import Every, next_time, period_of
from analytics.tests import history
from analytics.wishes import CUSTOM, Period, Wish
from analytics.wording import written

LONDON = ZoneInfo("Europe/London")
HERE = "/w/northwind-coffee/analytics/reports/"


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)  # type: ignore[arg-type, misc]


@pytest.fixture
def row(workspace: Workspace, mara: User, ridge: ConnectedAccount, yesterday: date) -> ReportSubscription:
    for back in range(60):
        history.gain(ridge, yesterday - timedelta(days=back), views=100 + back, likes=5)
    return reporting.subscribe(workspace=workspace, user=mara, every="week", weekday=0)


def due(row: ReportSubscription) -> None:
    ReportSubscription.objects.filter(pk=row.pk).update(next_at=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("every", "weekday", "after", "then"),
    [
        (Every.WEEK, 0, local(2026, 11, 25, 12), local(2026, 11, 30, 8)),
        (Every.WEEK, 2, local(2026, 11, 25, 12), local(2026, 12, 2, 8)),
        (Every.WEEK, 3, local(2026, 11, 25, 12), local(2026, 11, 26, 8)),
        (Every.MONTH, 5, local(2026, 12, 1, 9), local(2027, 1, 1, 8)),
        (Every.WEEK, 6, local(2026, 3, 27, 12), local(2026, 3, 29, 8)),
    ],
)
def test_a_report_comes_at_eight_in_the_morning_of_its_day(
    every: Every, weekday: int, after: datetime, then: datetime
) -> None:
    assert next_time(every, weekday, LONDON, after) == then


@pytest.mark.parametrize(
    ("every", "day", "period"),
    [
        (Every.WEEK, date(2026, 11, 30), Period(date(2026, 11, 23), date(2026, 11, 29))),
        (Every.MONTH, date(2026, 12, 1), Period(date(2026, 11, 1), date(2026, 11, 30))),
        (Every.MONTH, date(2026, 3, 2), Period(date(2026, 2, 1), date(2026, 2, 28))),
    ],
)
def test_it_is_about_the_week_or_month_that_is_over(every: Every, day: date, period: Period) -> None:
    assert period_of(every, day) == period


def test_it_says_the_numbers_of_the_page(
    row: ReportSubscription, workspace: Workspace, mailoutbox: list[EmailMessage]
) -> None:
    due(row)
    jobs.send_reports()
    [letter] = mailoutbox
    period = period_of(Every.WEEK, timezone.localdate(timezone=LONDON))
    figures = overview(workspace, Wish(period, CUSTOM)).figures
    assert letter.to == ["mara@northwind.test"]
    assert f"Views: {written(figures['views'].value)} (-" in letter.body
    assert f"Engagements: {written(figures['engagements'].value)} (±0.0 %)" in letter.body
    assert "Saves: not given, 0 of 1 channels" in letter.body
    assert f"from={period.first}&to={period.last}" in letter.body


def test_each_one_leaves_once_however_often_the_job_runs(
    row: ReportSubscription, mailoutbox: list[EmailMessage]
) -> None:
    jobs.send_reports()
    assert mailoutbox == []
    due(row)
    for _ in range(3):
        jobs.send_reports()
    assert len(mailoutbox) == 1
    row.refresh_from_db()
    assert row.next_at > timezone.now() + timedelta(hours=1)
    assert row.sent_at is not None


def test_a_mail_server_that_refuses_is_asked_again_later(
    row: ReportSubscription, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: EmailBackend, messages: list[EmailMessage]) -> int:
        raise ConnectionRefusedError("no")

    due(row)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuses)
        jobs.send_reports()
    row.refresh_from_db()
    assert row.sent_at is None
    assert row.next_at < timezone.now() + timedelta(hours=1)
    due(row)
    jobs.send_reports()
    assert len(mailoutbox) == 1


def test_who_left_the_workspace_gets_none(
    row: ReportSubscription, workspace: Workspace, mailoutbox: list[EmailMessage]
) -> None:
    workspace.memberships.all().delete()
    due(row)
    jobs.send_reports()
    assert mailoutbox == []
    assert not ReportSubscription.objects.exists()


def test_the_link_in_the_letter_ends_it_without_a_login_but_not_by_being_looked_at(
    row: ReportSubscription, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    due(row)
    jobs.send_reports()
    found = re.search(r"without signing in: http://[^/]+(/reports/\S+/)", str(mailoutbox[0].body))
    assert found is not None
    assert found[1] in mailoutbox[0].extra_headers["List-Unsubscribe"]
    shown = client.get(found[1]).content.decode()
    assert "No more reports of Northwind Coffee?" in shown
    assert ReportSubscription.objects.exists()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(found[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not ReportSubscription.objects.exists()
    assert client.get(found[1]).status_code == 200
    assert client.get(found[1][:-3] + "xx/").status_code == 404


def test_the_page_asks_for_a_report_changes_it_and_ends_it(browser: Client, mara: User) -> None:
    answer = browser.post(HERE, {"every": "week", "weekday": "4"}, follow=True)
    assert "The next report comes on Friday" in answer.content.decode()
    browser.post(HERE, {"every": "month", "weekday": "4"})
    assert ReportSubscription.objects.get().every == "month"
    browser.post(HERE, {"every": "hour", "weekday": "4"})
    assert ReportSubscription.objects.get().every == "month"
    browser.post(HERE, {"every": ""})
    assert not ReportSubscription.objects.exists()
