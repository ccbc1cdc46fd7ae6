"""Tags that draw figures: numbers, changes, small lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analytics import drawing
from analytics.queries.own import Series
from analytics.wording import changed, day_words, written
from socialhub.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def figure(value: float | None, unit: object = None, why: str = "") -> SafeString:
    """A figure in full; ``unit`` has is_share or is_time. An absent one is a dash that says why, never 0."""
    if value is None:
        reason = why or "not given"
        return format_html(
            '<span class="absent" title="{}">—<span class="sr"> {}</span></span>', reason, reason
        )
    share, time = bool(getattr(unit, "is_share", False)), bool(getattr(unit, "is_time", False))
    exact = f"{value:.6g}" if share else f"{value:.15g}"
    return format_html('<data value="{}">{}</data>', exact, written(value, is_share=share, is_time=time))


@register.simple_tag
def delta(change: float | None, unit: object = None) -> SafeString:
    """How a figure moved: sign, colour and words."""
    if change is None:
        return SafeString("")
    share = bool(getattr(unit, "is_share", False))
    text = changed(change, is_share=share)
    if round(change, 4) == 0:
        return format_html('<span class="delta" data-tone="neutral">{}unchanged</span>', icon("minus"))
    tone, symbol, word = ("good", "up", "up") if change > 0 else ("bad", "down", "down")
    return format_html(
        '<span class="delta" data-tone="{}">{}<span class="sr">{} </span>{}</span>',
        tone,
        icon(symbol),
        word,
        text,
    )


@register.simple_tag
def spark(values: Sequence[float | None]) -> SafeString:
    """A small line that eyes read beside the words; nothing where two values are not known."""
    drawn = drawing.spark(values)
    if drawn is None:
        return SafeString("")
    return format_html(
        '<svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="area" d="{}"/><path d="{}"/><path class="end" d="{}"/></svg>',
        drawn.area, drawn.line, drawn.end,
    )  # fmt: skip


@register.simple_tag
def day_rows(days: Iterable[drawing.Day], unit: object, *, compares: bool) -> SafeString:
    """The rows of the table that says what a chart shows. Made here, for a template takes ten times as long."""
    rows = []
    for day in days:
        value = figure(day.value, unit, "not read in time" if day.is_gap else "no figure")
        former = (
            format_html("<td data-num>{}</td>", figure(day.former, unit, "no figure")) if compares else ""
        )
        rows.append((day.x, day_words(day.day), value, former, str(day.posts)))
    row = '<tr data-x="{}"><th scope="row">{}</th><td data-num>{}</td>{}<td data-num>{}</td></tr>'
    return format_html_join("", row, rows)


@register.simple_tag
def series_rows(series: Iterable[Series]) -> SafeString:
    """The rows of the table of an account's days, figure by figure."""
    rows = (
        (each.term.name, day_words(day), figure(value, each)) for each in series for day, value in each.points
    )
    row = '<tr><th scope="row"><code>{}</code></th><td>{}</td><td data-num>{}</td></tr>'
    return format_html_join("", row, rows)


NO_POSTS = SafeString(
    '<td data-level="0"><span aria-hidden="true">·</span><span class="sr">no posts</span></td>'
)


@register.simple_tag
def heat_cells(cells: Iterable[dict[str, Any]]) -> SafeString:
    """A day of the table of days and hours."""
    cell = '<td data-level="{}"{} title="{}">{}<small>{}<span class="sr"> posts</span></small></td>'
    drawn = (
        format_html(
            cell, str(each["level"]), SafeString(" data-best") if each["best"] else "", each["title"],
            each["value"], str(each["posts"]),
        )
        if each["level"]
        else NO_POSTS
        for each in cells
    )  # fmt: skip
    return SafeString("".join(drawn))


@register.filter
def of(mapping: object, key: object) -> object:
    """What stands under a key; nothing where nothing does."""
    return mapping.get(key) if isinstance(mapping, dict) else None
