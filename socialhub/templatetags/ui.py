"""Tags that every page draws with: icons, platform glyphs, states, times, form fields."""

from __future__ import annotations

import functools
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

import socialhub.platforms.connectors
from accounts.network import browser_link

register = template.Library()
register.filter("live_link", browser_link)


class Look(NamedTuple):
    """How a state is shown: never by colour alone."""

    icon: str
    word: str


STATES = {
    "draft": Look("draft", "Draft"),
    "awaiting_approval": Look("ask", "Awaiting approval"),
    "scheduled": Look("clock", "Scheduled"),
    "publishing": Look("busy", "Publishing"),
    "published": Look("done", "Published"),
    "partly": Look("partly", "Partly published"),
    "unconfirmed": Look("doubt", "Unconfirmed"),
    "failed": Look("failed", "Failed"),
    "missed": Look("missed", "Missed"),
    "held": Look("pause", "Held"),
    "cancelled": Look("ban", "Cancelled"),
}

TONES = {
    "good": "done",
    "info": "info",
    "busy": "busy",
    "ask": "ask",
    "warn": "warn",
    "bad": "failed",
    "neutral": "minus",
    "success": "done",
    "warning": "warn",
    "error": "failed",
    "debug": "info",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of the sprite; silent for screen readers unless it has a label."""
    href = f"{static('icons/sprite.svg')}#{name}"
    if not label:
        return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)
    return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)


@register.simple_tag
def glyph(platform: str, label: str = "", *, color: bool = False) -> SafeString:
    """The mark of a platform, from its own folder; silent unless it has a label."""
    href = f"{static(f'platforms/{platform}/icon.svg')}#icon"
    voice = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="glyph" data-platform="{}" {} {}><use href="{}"/></svg>',
        platform, "data-color" if color else "", voice, href,
    )  # fmt: skip


@functools.cache
def _platform_sheets() -> tuple[str, ...]:
    root = Path(socialhub.platforms.connectors.__path__[0])
    found = root.glob("*/static/platforms/*/style.css")
    return tuple(sorted(f"platforms/{sheet.parent.name}/style.css" for sheet in found))


@register.simple_tag
def platform_styles() -> SafeString:
    """A stylesheet link for every connector folder that brings its colours."""
    rows = [(static(path),) for path in _platform_sheets()]
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', rows)


class Mark(NamedTuple):
    """A platform's mark on a ring: where its middle and its corner lie, and what to draw."""

    x: int
    y: int
    left: int
    top: int
    href: str


@register.simple_tag
def orbiting() -> list[Mark]:
    """Every platform's mark on the rings of the front door, spread by the golden angle."""
    marks = []
    for index, sheet in enumerate(_platform_sheets()):
        angle, radius = 2.4 * index + 0.6, (130, 210, 300)[index % 3]
        x, y = round(400 + radius * math.cos(angle)), round(340 + radius * math.sin(angle))
        href = static(f"{sheet.rpartition('/')[0]}/icon.svg") + "#icon"
        marks.append(Mark(x, y, x - 16, y - 16, href))
    return marks


@register.simple_tag
def state(value: str, word: str = "", *, pill: bool = False) -> SafeString:
    """A state of a post or delivery as colour, icon and word."""
    look = STATES[value]
    return format_html(
        '<span class="state" data-state="{}"{}>{}{}</span>',
        value, SafeString(" data-pill") if pill else "", icon(look.icon), word or look.word,
    )  # fmt: skip


@register.simple_tag
def tone(name: str, word: str, symbol: str = "", *, pill: bool = False) -> SafeString:
    """Anything else that is good, bad or in between, as colour, icon and word."""
    return format_html(
        '<span class="state" data-tone="{}"{}>{}{}</span>',
        name, SafeString(" data-pill") if pill else "", icon(symbol or TONES[name]), word,
    )  # fmt: skip


@register.filter
def initial(name: str) -> str:
    """The letter that stands for somebody without a picture."""
    return next((letter.upper() for letter in name if letter.isalnum()), "?")


@register.filter
def tone_icon(name: str) -> str:
    """The icon that goes with a tone or with a Django message level."""
    return TONES.get(name, "info")


@register.simple_tag
def moment(value: datetime | None, style: str = "smart", *, zone: bool = False) -> SafeString:
    """A time in the active zone; the exact instant is the title. Styles: time, day, full, exact, smart, next."""
    if value is None:
        return SafeString("—")
    local = timezone.localtime(value)
    text = format_date(local, _pattern(style, local))
    if zone:
        text = f"{text} {zone_name(local)}"
    exact = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        exact.isoformat(timespec="milliseconds"), f"{exact:%F %T}.{exact.microsecond // 1000:03}", text,
    )  # fmt: skip


def _pattern(style: str, local: datetime) -> str:
    if style not in {"smart", "next"}:
        patterns = {"time": "H:i", "day": "D j M", "full": "D j M Y, H:i", "exact": "H:i:s"}
        return patterns[style]
    today = timezone.localdate()
    if local.date() == today:
        return "H:i:s" if style == "next" else "H:i"
    return "D j M, H:i" if local.year == today.year else "j M Y, H:i"


@register.simple_tag
def zone_name(value: datetime | None = None) -> str:
    """The active zone as people say it: "London, BST" for Europe/London in summer."""
    local = timezone.localtime(value)
    place = timezone.get_current_timezone_name().rpartition("/")[2].replace("_", " ")
    short = local.strftime("%Z")
    return f"{place}, {short}" if short and short[0].isalpha() and short != place else place


@register.inclusion_tag("_field.html")
def field(bound: BoundField, hint: str = "", label: str = "") -> dict[str, Any]:
    """A form field with its label, hint and errors, tied together for screen readers."""
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    css = "select" if isinstance(widget, Select) and not group else "input"
    plain = group or isinstance(widget, CheckboxInput)
    return {
        "field": bound,
        "control": bound.as_widget() if plain else bound.as_widget(attrs={"class": css}),
        "group": group,
        "check": isinstance(widget, CheckboxInput),
        "hint": hint or bound.help_text,
        "label": label or bound.label,
    }
