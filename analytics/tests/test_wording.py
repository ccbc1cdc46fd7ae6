"""Figures in words, as each locale writes them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from django.utils.formats import number_format

from analytics.wording import day_words, written

FIGURES = (0, 7, 184_320, 1_234_567, 12.34, 999.95, 1234.5, -4321, -0.04)


@pytest.mark.parametrize("language", ["en", "de", "fr", "cs", "hi", "pl", "ar", "es", "ja"])
@pytest.mark.parametrize("value", FIGURES)
def test_figures_are_grouped_and_pointed_as_django_does_in_that_locale(language: str, value: float) -> None:
    places = 0 if float(value).is_integer() or abs(value) >= 1000 else 1
    with translation.override(language):
        expected = number_format(round(value, places), places, use_l10n=True, force_grouping=True)
        assert written(value) == expected
        share = number_format(round(100 * value, 1), 1, use_l10n=True, force_grouping=True)
        assert written(value, is_share=True) == f"{share} %"


def test_the_words_of_a_day_are_those_of_the_active_language() -> None:
    day = date(2026, 10, 3)
    with translation.override("en"):
        assert day_words(day) == "Sat 3 Oct 2026"
    with translation.override("de"):
        assert day_words(day) == "Sa 3 Okt 2026"
