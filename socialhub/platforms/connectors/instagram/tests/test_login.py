"""The answers of both logins in all their shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import LoginError
from socialhub.platforms.login import LoginContext
from socialhub.platforms.testing import Played
from socialhub.platforms.values import App, Secret, Tokens

from ..login import discover_linked, read_short_tokens

CONNECTOR = registry.get("instagram")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"access_token": "t-123456", "user_id": 17841400000000001, "permissions": "a,b"}]},
        {"access_token": "t-123456", "user_id": "1", "permissions": ["a", "b"]},
        {"access_token": "t-123456", "permissions": "a,b"},
    ],
)
def test_the_short_token_is_read_in_all_its_shapes(body: dict[str, Any]) -> None:
    assert read_short_tokens(body, NOW).scopes == {"a", "b"}


@pytest.mark.parametrize("body", [{"data": []}, {}, None, {"data": ["x"]}])
def test_an_answer_without_a_token_ends_the_login(body: Any) -> None:
    with pytest.raises(LoginError):
        read_short_tokens(body, NOW)


def test_pages_without_a_linked_account_are_left_out_and_none_at_all_is_explained() -> None:
    linked = {"id": "1784", "username": "ann", "name": "Ann"}
    pages = [
        {"id": "1", "name": "Bare"},
        {"id": "2", "access_token": "page-token", "instagram_business_account": linked},
    ]
    first = {
        "data": pages[:1],
        "paging": {"cursors": {"after": "c1"}, "next": "https://graph.facebook.com/next"},
    }
    app = App("client", Secret("app-secret"))

    def found(*answers: Any) -> Any:
        played = Played({"body": {"id": "77"}}, *({"body": body} for body in answers))
        api = Api("instagram", CONNECTOR.service, played, app=app)
        return discover_linked(
            LoginContext(api, app, "https://hub.test/back", NOW), Tokens(Secret("user-token"))
        )

    (account,) = found(first, {"data": pages[1:]})
    assert (account.external_id, account.handle, account.person_id) == ("1784", "@ann", "77")
    assert account.tokens == Tokens(Secret("page-token"))
    with pytest.raises(LoginError) as caught:
        found({"data": pages[:1]})
    assert "linked" in caught.value.user_message
