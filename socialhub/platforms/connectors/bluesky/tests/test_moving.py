"""Accounts that live on another server than they did."""

from __future__ import annotations

import pytest

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.testing import Desk
from socialhub.platforms.tests.samples import file_of, picture
from socialhub.platforms.values import Content, Kind

from .desks import OTHER, OWN, TEXT, row_before_the_post

NEXT = "maple.us-west.host.bsky.network"


def move(desk: Desk, host: str) -> None:
    """The account goes to another server, which there may have to be first."""
    control = desk.server.control
    if host == NEXT:
        control.call("POST", "platforms/bluesky/servers", {"host": NEXT, "is_own": True})
    control.call("POST", "platforms/bluesky/accounts", {"account": desk.account.external_id, "host": host})


def test_an_account_that_moved_before_is_posted_to_where_it_lives_now(desk: Desk) -> None:
    move(desk, NEXT)
    desk.publish(TEXT)
    writes = [entry for entry in desk.server.control.requests() if "putRecord" in entry["path"]]
    assert [entry["host"] for entry in writes] == [NEXT]


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IMAGE])
def test_an_account_that_moves_between_two_steps_is_followed_with_its_files(desk: Desk, kind: Kind) -> None:
    files = (file_of(picture(), "image/jpeg", alt="Cup"),) if kind is Kind.IMAGE else ()
    content = Content(kind, "Fresh roast", media=files)
    row = row_before_the_post(desk, content)
    keys = row.facts["rkeys"]
    move(desk, NEXT)
    assert desk.publish(content, row=row).facts["rkeys"] == keys
    writes = [entry for entry in desk.server.control.requests() if "putRecord" in entry["path"]]
    assert [(entry["host"], entry["status"]) for entry in writes] == [(OWN, 400), (NEXT, 200)]
    assert [len(post["media"]) for post in desk.server.control.posts()] == [len(files)]


def test_an_account_that_moved_out_of_reach_asks_the_person_back(desk: Desk) -> None:
    row = row_before_the_post(desk, TEXT)
    move(desk, OTHER)
    with pytest.raises(PlatformError) as refused:
        desk.publish(TEXT, row=row)
    assert refused.value.requires_reauth
    assert "Connect the account again" in refused.value.user_message
    assert desk.server.control.posts() == []


def test_a_refusal_by_the_server_where_the_account_lives_is_no_move(desk: Desk) -> None:
    desk.server.control.fault(
        "status", match={"path": "putRecord", "times": 0}, status=400, code="AccountNotFound"
    )
    with pytest.raises(PlatformError, match="AccountNotFound"):
        desk.publish(TEXT)
