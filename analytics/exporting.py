"""Tables to take away: the same objects that the pages draw, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from analytics.queries.overview import Overview
from analytics.queries.posts import COLUMNS, Row
from publishing.views.cards import label_of

MOST_ROWS = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Value = str | float | int | date | datetime | None


@dataclass(frozen=True)
class Sheet:
    """A table: ``notes`` stand over it. A value of None is absent and stays an empty cell, never 0."""

    name: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    shares: frozenset[int] = frozenset()


def days_sheet(found: Overview) -> Sheet:
    """The days of every figure of the overview, with the total over them."""
    figures = list(found.figures.values())
    columns = [f"{each.tile.label}{' (not read in time)' if each.unread else ''}" for each in figures]
    days: list[list[Value]] = [
        [day, found.posts_on.get(day, 0), *(each.points[index].value for each in figures)]
        for index, day in enumerate(found.period.days)
    ]
    total: list[Value] = ["Total", found.posts, *(each.value for each in figures)]
    before: list[Value] = ["Before", None, *(each.before for each in figures)]
    coverage: list[Value] = ["Channels", None, *(f"{each.covered} of {each.of}" for each in figures)]
    notes = (
        f"{found.period.first:%Y-%m-%d} to {found.period.last:%Y-%m-%d}",
        "Gains of tracked posts between two nights. An empty cell is a figure that is absent, not zero.",
        "Total counts days that were not read in time; Before is of channels that gave the figure in both periods.",
        *(f"{each.tile.label}: {each.text}" for each in figures),
    )
    shares = frozenset(index + 2 for index, each in enumerate(figures) if each.tile.is_share)
    return Sheet(
        "Days", notes, ("Day", "Posts published", *columns), [*days, total, before, coverage], shares
    )


def posts_sheet(rows: Iterable[Row], zone: ZoneInfo) -> Sheet:
    """Posts in the order of the page, with every figure that any of them has."""
    listed = list(rows)
    keys = [key for key in COLUMNS if any(key in row.totals for row in listed)]
    lines: list[list[Value]] = [
        [
            row.published_at.astimezone(zone), label_of(row.account.platform), row.name, row.kind, row.title,
            ", ".join(row.labels), "here" if row.is_ours else "elsewhere", row.url,
            row.read_at.astimezone(zone) if row.read_at else None, *(row.totals.get(key) for key in keys),
        ]
        for row in listed
    ]  # fmt: skip
    notes = (
        f"Times are of {zone.key}. An empty cell is a figure that is absent, not zero.",
        *(f"{COLUMNS[key].label}: {COLUMNS[key].text}" for key in keys),
    )
    fixed = ("Published", "Platform", "Channel", "Kind", "Post", "Labels", "Made", "Link", "Read at")
    shares = frozenset(len(fixed) + index for index, key in enumerate(keys) if COLUMNS[key].is_share)
    return Sheet("Posts", notes, (*fixed, *(COLUMNS[key].label for key in keys)), lines, shares)


def as_csv(sheet: Sheet) -> bytes:
    """With a byte order mark, for Excel takes it for Latin-1 without."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(name) for name in sheet.columns])
    writer.writerows([[_plain(value) for value in row] for row in sheet.rows])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> str | float | int:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else int(value) if float(value).is_integer() else value


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook: figures as numbers, text as text, notes on a sheet of their own."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True}) as book:
        bold = book.add_format({"bold": True})
        looks = {"share": "0.0%", "number": "#,##0.##", "day": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}
        formats = {name: book.add_format({"num_format": look}) for name, look in looks.items()}
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 1)
        page.set_column(0, len(sheet.columns), 16)
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, bold)
        for line, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                _cell(page, line, column, value, formats, is_share=column in sheet.shares)
        notes = book.add_worksheet("Notes")
        notes.set_column(0, 0, 110)
        for line, text in enumerate(sheet.notes):
            notes.write_string(line, 0, text)
    return out.getvalue()


def _cell(
    page: Any, line: int, column: int, value: Value, formats: Mapping[str, Any], *, is_share: bool
) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        page.write_datetime(line, column, value, formats["time"])
    elif isinstance(value, date):
        page.write_datetime(line, column, value, formats["day"])
    elif isinstance(value, str):
        page.write_string(line, column, value)
    else:
        page.write_number(line, column, value, formats["share" if is_share else "number"])
