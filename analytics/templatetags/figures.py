"""Tags that draw figures: numbers, changes, small lines."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from analytics import drawing
from analytics.wording import changed, written
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


@register.filter
def of(mapping: object, key: object) -> object:
    """What stands under a key; nothing where nothing does."""
    return mapping.get(key) if isinstance(mapping, dict) else None
