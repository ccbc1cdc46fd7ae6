"""`manage.py platforms`, and the page that is generated with it."""

from __future__ import annotations

import io
import json
from pathlib import Path

from django.core.management import call_command

from socialhub.platforms import registry
from socialhub.platforms.values import Kind

PAGE = Path(__file__).resolve().parent.parent / "docs" / "platforms.md"


def _run(*form: str) -> str:
    out = io.StringIO()
    call_command("platforms", *form, stdout=out)
    return out.getvalue()


def test_the_page_of_platforms_is_as_the_tables_are_now() -> None:
    """If not: `manage.py platforms --markdown > docs/platforms.md`."""
    assert PAGE.read_text(encoding="utf-8") == _run("--markdown")


def test_the_matrix_has_every_kind_limit_login_and_quota_as_json() -> None:
    matrix = {platform["key"]: platform for platform in json.loads(_run("--json"))}
    assert set(matrix) == set(registry.connectors())
    for key, connector in registry.connectors().items():
        told = matrix[key]
        assert list(told["kinds"]) == [kind.value for kind in connector.kinds]
        assert [login["key"] for login in told["logins"]] == [login.key for login in connector.logins]
        assert all(login["typed"] or login["scopes"]["publish"] for login in told["logins"])
        assert len(told["quotas"]) == len(connector.quotas)
        assert told["rules_source"].startswith("https://")
        assert [option["key"] for option in told["options"]] == list(connector.options.by_key)


def test_every_kind_is_there_or_its_absence_has_a_reason() -> None:
    shown = _run()
    assert shown.rstrip().endswith("10 platforms")
    for connector in registry.connectors().values():
        assert connector.publishing is not None
        assert set(connector.publishing.left_out) == set(Kind) - set(connector.kinds)
        assert connector.name in shown
        assert all(why in shown for why in connector.publishing.left_out.values())
