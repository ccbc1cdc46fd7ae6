"""`manage.py platforms`, and the page that is generated with it."""

from __future__ import annotations

import io
import json
from pathlib import Path

from django.core.management import call_command

from socialhub.platforms import registry
from socialhub.platforms.metrics import Metric
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


def test_every_figure_of_every_platform_is_on_the_page_with_its_reason_where_it_is_absent() -> None:
    page = _run("--markdown")
    shared = page[page.index("## Figures") :]
    for connector in registry.connectors().values():
        assert connector.insights is not None
        table = connector.insights.table
        own = page[page.index(f"## {connector.name}\n") :].partition("\n## ")[0]
        for term in (*table.post, *table.account):
            assert f"| `{term.name}` | {term.metric} | {term.meaning}" in own
        assert all(f"- No {metric}: {why}" in own for metric, why in table.left_out.items())
        assert connector.name in shared
    assert all(f"`{metric}`" in shared for metric in Metric if metric is not Metric.OTHER)


def test_every_kind_is_there_or_its_absence_has_a_reason() -> None:
    shown = _run()
    assert shown.rstrip().endswith("10 platforms")
    for connector in registry.connectors().values():
        assert connector.publishing is not None
        assert set(connector.publishing.left_out) == set(Kind) - set(connector.kinds)
        assert connector.name in shown
        assert all(why in shown for why in connector.publishing.left_out.values())
