"""How the desks write periods."""

from __future__ import annotations

from datetime import timedelta

from django import template

from compliance.periods import in_words

register = template.Library()


@register.filter
def period(length: timedelta) -> str:
    """A length of time in the unit that people would use."""
    return in_words(length)
