"""Every bound that any table of rules draws: nothing is said below it and at it, and past it that very thing."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.rules import Document, Image, KindRules, Text, Video, check
from socialhub.platforms.values import Content, Kind
from tests.bounds import cases, option_cases

CONNECTORS = list(registry.connectors().values())
WAYS = [(connector, kind) for connector in CONNECTORS for kind in connector.kinds]
COUNTED = {"count", "url_cost", "local_mentions", "with_options"}
"""How text is measured, which test_text.py and test_rules.py look at."""


def codes_of(content: Content, connector: Connector) -> set[str]:
    """What the tables say against it."""
    assert connector.rules is not None
    return {violation.code for violation in check(content, connector.rules)}


@pytest.mark.parametrize(("connector", "kind"), WAYS, ids=lambda v: getattr(v, "key", str(v)))
def test_a_rule_speaks_past_its_bound_and_not_before(connector: Connector, kind: Kind) -> None:
    assert connector.rules is not None
    for case in cases(kind, connector.rules.kinds[kind]):
        for content in case.good:
            assert codes_of(content, connector) == set(), f"{case.bound}: {str(content)[:300]}"
        if case.bad is not None:
            found = codes_of(case.bad, connector)
            assert found - case.also == {case.code}, f"{case.bound}: {str(case.bad)[:300]}"


@pytest.mark.parametrize(("connector", "kind"), WAYS, ids=lambda v: getattr(v, "key", str(v)))
def test_an_option_speaks_past_its_bound_and_not_before(connector: Connector, kind: Kind) -> None:
    for option in connector.options.for_kind(kind):
        for bound, good, bad, code in option_cases(option):

            def codes(value: Any, where: str = f"options.{option.key}") -> set[str]:
                found = connector.options.check(kind, {where.partition(".")[2]: value})
                return {violation.code for violation in found if violation.field == where}

            assert [codes(value) for value in good] == [set()] * len(good), f"{option.key} {bound}"
            assert codes(bad) == {code}, f"{option.key} {bound}"


def test_no_bound_is_left_out() -> None:
    """A new bound in the tables needs a case in ``tests/bounds.py``."""
    drawn: set[str] = set()
    for connector, kind in WAYS:
        assert connector.rules is not None
        rules = connector.rules.kinds[kind]
        drawn |= {word for case in cases(kind, rules) for word in case.bound.split()}
    known = {field.name for table in (Text, Image, Video, Document, KindRules) for field in fields(table)}
    by_other_name = {"by_mime", "text", "image", "video", "document"}
    unused = {"max_width", "max_height", "max_pixels", "min_width"}
    assert known - COUNTED - by_other_name - unused <= drawn
