"""The calendar: month, week and list, computed here cell by cell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.models import ConnectedAccount
from publishing.models import Post
from publishing.quotas import Outlook
from publishing.views import care, grid, room
from publishing.views.cards import Card, cards, label_of, name_of
from publishing.views.posts import Chip

SHOWN = 2
LIST_DAYS = 14
# Before six in the morning a week shows only hours in which something happens.
FIRST_HOUR = 6
OLDEST, NEWEST = date(2000, 1, 1), date(2100, 12, 31)


class Link(NamedTuple):
    """One of the views to choose from."""

    label: str
    url: str
    current: bool


@dataclass
class Day:
    """One day as a cell or a heading."""

    date: date
    cards: list[Card]
    url: str
    compose: str
    past: bool
    today: bool
    chosen: bool
    outside: bool = False
    note: str = ""
    room: room.DayRoom | None = None

    @property
    def shown(self) -> list[Card]:
        """The cards for which a month's cell has room."""
        return self.cards[:SHOWN]

    @property
    def more(self) -> int:
        """How many more there are."""
        return max(0, len(self.cards) - SHOWN)

    @property
    def crowded(self) -> bool:
        """Whether cards have to be drawn small."""
        return len(self.cards) > 1


class Cell(NamedTuple):
    """One hour of one day."""

    cards: list[Card]
    compose: str
    spoken: str
    past: bool
    now: bool
    chosen: bool


class Row(NamedTuple):
    """One hour across the week."""

    label: str
    cells: list[Cell]


@dataclass
class Page:
    """What a calendar page needs of its request: where it stands and how it builds addresses."""

    request: WorkspaceRequest
    name: str
    day: date
    channel: str
    today: date = field(default_factory=timezone.localdate)

    @cached_property
    def accounts(self) -> list[ConnectedAccount]:
        """The workspace's channels."""
        return list(ConnectedAccount.objects.filter(workspace=self.request.workspace).without_secrets())

    def url(self, day: date, name: str = "", **more: str) -> str:
        """The address of a view at a day, with the filter kept."""
        query = {"day": day.isoformat(), **({"channel": self.channel} if self.channel else {}), **more}
        slug = self.request.workspace.slug
        return f"{reverse('publishing:calendar', args=[slug, name or self.name])}?{urlencode(query)}"

    def compose(self, day: date, hour: int | None = None) -> str:
        """The composer with day and hour filled in."""
        query = {"date": day.isoformat(), **({"time": f"{hour:02}:00"} if hour is not None else {})}
        return f"{reverse('publishing:compose', args=[self.request.workspace.slug])}?{urlencode(query)}"

    def build(self, day: date, by_day: dict[date, list[Card]]) -> Day:
        """One day with its cards."""
        return Day(
            day,
            by_day.get(day, []),
            self.url(day) + f"#d{day:%Y%m%d}",
            self.compose(day),
            past=day < self.today,
            today=day == self.today,
            chosen=day == self.day,
            outside=self.name == "month" and day.month != self.day.month,
            note=grid.clock_change(day, self.request.workspace.zone),
        )


@require_GET
@requires("posts.view")
def calendar(request: WorkspaceRequest, name: str) -> HttpResponse:
    """Month, week or list around `?day=`, today by default."""
    page = Page(request, name, _day(request.GET.get("day", "")), request.GET.get("channel", ""))
    build = {"month": _month, "week": _week, "list": _list}[name]
    views = [Link(label, page.url(page.day, key), key == name) for key, label in _VIEWS]
    span = {
        "name": name,
        "views": views,
        "today": page.url(page.today),
        "now": timezone.localtime(),
        "compose": page.compose(page.day),
        **build(page),
    }
    context = {
        "span": span,
        "filters": _channels(page),
        "banners": care.banners(request),
        "can_compose": request.membership.may("posts.edit"),
    }
    return render(request, "publishing/calendar.html", context)


_VIEWS = (("month", "Month"), ("week", "Week"), ("list", "List"))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return day if OLDEST <= day <= NEWEST else timezone.localdate()


def _month(page: Page) -> dict[str, Any]:
    by_day = _cards(page, grid.month_span(page.day, page.request.workspace.zone))
    weeks = [[page.build(day, by_day) for day in week] for week in grid.month_weeks(page.day)]
    return {
        "title": f"{page.day:%B %Y}",
        "weeks": weeks,
        "days": [day for week in weeks for day in week if day.chosen],
        "before": page.url(grid.shift_month(page.day, -1)),
        "after": page.url(grid.shift_month(page.day, 1)),
    }


def _week(page: Page) -> dict[str, Any]:
    span = grid.week_span(page.day, page.request.workspace.zone)
    by_day = _cards(page, span)
    days = [page.build(day, by_day) for day in span.days]
    _fill_rooms(page, days)
    week = timedelta(days=7)
    return {
        "title": _between(span.first, span.last),
        "days": days,
        "rows": [_row(page, days, hour) for hour in _hours(days)],
        "before": page.url(page.day - week),
        "after": page.url(page.day + week),
    }


def _fill_rooms(page: Page, days: list[Day]) -> None:
    """Say of each day to come how full the fullest daily limit is."""
    usable = [row for row in page.accounts if row.state == ConnectedAccount.State.ACTIVE]
    rows = [row for row in usable if page.channel in {"", str(row.pk)}]
    outlook = Outlook(rows)
    for day in days:
        if not day.past:
            day.room = room.of_day(rows, outlook, day.date, page.request.workspace.zone)


def _list(page: Page) -> dict[str, Any]:
    last = page.day + timedelta(days=LIST_DAYS - 1)
    span = grid.Span(page.day, last, page.request.workspace.zone)
    by_day = _cards(page, span)
    days = [page.build(day, by_day) for day in span.days]
    return {
        "title": _between(span.first, span.last),
        "days": [day for day in days if day.cards],
        "before": page.url(page.day - timedelta(days=LIST_DAYS)),
        "after": page.url(last + timedelta(days=1)),
    }


def _between(first: date, last: date) -> str:
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} – {last.day} {last:%B %Y}"
    if first.month != last.month:
        return f"{first.day} {first:%B} – {last.day} {last:%B %Y}"
    return f"{first.day}–{last.day} {last:%B %Y}"


def _hours(days: list[Day]) -> range:
    """From six in the morning, or from the first hour in which something is due."""
    hours = [timezone.localtime(each.at).hour for day in days for each in day.cards if each.at]
    return range(min([FIRST_HOUR, *hours]), 24)


def _row(page: Page, days: list[Day], hour: int) -> Row:
    now = timezone.localtime()
    may = page.request.membership.may("posts.edit")
    cells = []
    for day in days:
        here = [each for each in day.cards if each.at and timezone.localtime(each.at).hour == hour]
        ends = datetime.combine(day.date, time(hour, 59), page.request.workspace.zone)
        past = ends < now
        exists = hour in grid.hours_of(day.date, page.request.workspace.zone) if day.note else True
        compose = page.compose(day.date, hour) if may and not past and exists else ""
        cells.append(
            Cell(
                here, compose, f"{day.date:%A} {hour:02}:00", past, day.today and now.hour == hour, day.chosen
            )
        )
    return Row(f"{hour:02}:00", cells)


def _cards(page: Page, span: grid.Span) -> dict[date, list[Card]]:
    """Everything that is due in the span, by local day and in order."""
    workspace = page.request.workspace
    posts = Post.objects.filter(workspace=workspace, due_at__gte=span.starts_at, due_at__lt=span.ends_at)
    if page.channel.isascii() and page.channel.isdigit():
        posts = posts.filter(deliveries__account=int(page.channel))
    found: dict[date, list[Card]] = defaultdict(list)
    for each in cards(posts.order_by("due_at", "pk"), workspace):
        assert each.at is not None
        found[timezone.localdate(each.at)].append(each)
    return found


def _channels(page: Page) -> list[Chip]:
    bare = Page(page.request, page.name, page.day, "")
    chips = [Chip("All channels", bare.url(page.day), not page.channel, "accounts")]
    for each in page.accounts:
        on = page.channel == str(each.pk)
        url = bare.url(page.day, channel=str(each.pk)) if not on else bare.url(page.day)
        chips.append(Chip(f"{label_of(each.platform)} {name_of(each)}", url, on, "", each.platform))
    return chips if len(chips) > 2 else []
