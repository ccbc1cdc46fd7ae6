"""The page for auditors and reviewers is as the declarations are now."""

from __future__ import annotations

import io
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from socialhub.platforms import registry
from socialhub.platforms.login import OAuth2


def _run(*form: str) -> str:
    out = io.StringIO()
    call_command("compliance", *form, stdout=out)
    return out.getvalue()


def test_every_scope_that_is_asked_for_has_a_reason() -> None:
    """If not: say in ``REASONS`` of the connector's ``policy.py`` what it is for."""
    for connector in registry.connectors().values():
        for login in connector.logins:
            if isinstance(login, OAuth2):
                asked = set(login.scopes_for(sorted(connector.capabilities)))
                assert asked <= set(connector.policy.reasons), connector.key


def test_the_page_of_compliance_is_as_the_declarations_are_now() -> None:
    """If not: `manage.py compliance --markdown > docs/compliance.md`."""
    page = Path(settings.BASE_DIR) / "docs" / "compliance.md"
    assert page.read_text(encoding="utf-8") == _run("--markdown")


def test_the_addresses_of_this_hub_can_be_pasted() -> None:
    shown = _run()
    for connector in registry.connectors().values():
        assert f"## {connector.name}\n" in shown
        there = f"http://127.0.0.1:8000/privacy/{connector.key}/delete/" in shown
        assert there is (connector.privacy is not None)
