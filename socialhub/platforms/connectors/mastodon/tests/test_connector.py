"""Publishing to servers of several kinds: what is asked for, what is found again, what is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import Account, Content, Kind, Part

from ..instance import Instance, read_instance
from ..limits import read_limits
from ..login import check_host

CONNECTOR = registry.get("mastodon")
HOST = "social.example"
OLD = {"version": "4.0.2", "api_version": 0, "has_metadata": False, "has_pkce": False}
FORK = {
    "version": "3.5.3 (compatible; Pixelfed 0.12.1)",
    "api_version": 0,
    "has_metadata": False,
    "has_granular_scopes": False,
    "has_v2_media": False,
    "has_v2_instance": False,
    "idempotency": "off",
}
FINE = ("read:statuses", "write:statuses", "write:media", "read:notifications", "write:favourites")
TEXT = Content(Kind.TEXT, "Fresh roast & a link https://northwind.coffee/beans for @nora@mastodon.example")


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def desk_at(sandbox: SandboxServer, **switches: Any) -> Desk:
    """An account on a server with these switches."""
    sandbox.control.call("POST", "platforms/mastodon/servers", {"host": HOST, **switches})
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def lose(desk: Desk, content: Content, at: int, **options: Any) -> Row:
    """Publish while the answer to the ``at``-th request is lost."""
    desk.transport = Fragile(desk.server.url, at=at, trouble=Trouble.LOSE_ANSWER)
    return desk.publish(content, options)


def live(desk: Desk) -> list[dict[str, Any]]:
    """What is live on the server."""
    return desk.server.control.posts(platform="mastodon", host=HOST)


@pytest.mark.parametrize(
    ("switches", "scopes"),
    [
        ({}, {"profile", *FINE}),
        (OLD, {"read:accounts", *FINE}),
        (FORK, {"read", "write"}),
    ],
)
def test_the_least_scopes_that_the_server_knows_are_asked_for(
    sandbox: SandboxServer, switches: dict[str, Any], scopes: set[str]
) -> None:
    tokens = desk_at(sandbox, **switches).account.tokens
    assert tokens is not None
    assert tokens.scopes == scopes


@pytest.mark.parametrize("switches", [{}, OLD, FORK])
def test_a_picture_is_published_on_any_server(sandbox: SandboxServer, switches: dict[str, Any]) -> None:
    desk = desk_at(sandbox, **switches)
    row = desk.publish(Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg", alt="Cup"),)))
    assert (live(desk)[0]["id"], live(desk)[0]["media"][0]["alt"]) == (row.post_id, "Cup")


@pytest.mark.parametrize(
    "switches", [{}, OLD, FORK, {"idempotency": "error_on_repeat"}, {"idempotency": "off"}]
)
@pytest.mark.parametrize("lag", [0, 30])
def test_a_lost_answer_is_made_good_on_any_server_also_when_lists_lag(
    sandbox: SandboxServer, switches: dict[str, Any], lag: int
) -> None:
    desk = desk_at(sandbox, **switches)
    if lag:
        sandbox.control.fault("lagging_listing", match={"path": "/statuses$", "times": 0}, seconds=lag)
    row = lose(desk, TEXT, at=2)
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert row.held == ""


def test_a_server_that_never_lists_the_post_leaves_it_to_a_person(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox, **FORK)
    sandbox.control.fault("lagging_listing", match={"path": "/statuses$", "times": 0}, seconds=9000)
    content = Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg"),))
    row = lose(desk, content, at=4)
    assert "used the files" in row.held
    assert len(live(desk)) == 1


def test_a_post_that_belongs_to_another_delivery_is_not_adopted(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox, idempotency="off")
    first = desk.publish(TEXT)
    desk.taken = frozenset({first.post_id})
    second = lose(desk, TEXT, at=2)
    assert second.post_id != first.post_id
    assert len(live(desk)) == 2


def test_two_posts_that_fit_are_left_to_a_person(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox, idempotency="off")
    row = Row()
    desk.turn(row, TEXT, {})
    desk.publish(TEXT)
    desk.transport = Fragile(sandbox.url, at=1, trouble=Trouble.LOSE_ANSWER)
    desk.publish(TEXT, row=row)
    assert row.held.startswith("Several posts")
    assert len(live(desk)) == 2


def test_all_but_the_first_post_of_a_thread_stay_out_of_public_timelines(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    content = Content(Kind.THREAD, parts=(Part("one"), Part("two"), Part("three")))
    desk.publish(content)
    desk.publish(content, {"quiet_replies": False, "visibility": "public"})
    desk.publish(content, {"visibility": "private"})
    seen = [post["visibility"] for post in live(desk)]
    assert seen == ["public", "unlisted", "unlisted", *["public"] * 3, *["private"] * 3]


def test_a_refused_part_holds_the_thread_and_the_rest_follows_later(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    sandbox.control.fault("status", match={"method": "POST", "path": "/statuses$", "nth": 2}, status=422)
    content = Content(Kind.THREAD, parts=(Part("one"), Part("two"), Part("three")))
    row = desk.publish(content)
    assert row.held.startswith("1 of 3 posts of the thread are live")
    assert [post["text"] for post in live(desk)] == ["one"]
    resumed = desk.publish(content, row=replace(row, held="", in_doubt=False))
    assert (resumed.held, resumed.post_id) == ("", live(desk)[0]["id"])
    assert [post["text"] for post in live(desk)] == ["one", "two", "three"]


def test_warning_language_and_poll_arrive(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    options = {
        "spoiler_text": "Coffee",
        "language": "de",
        "poll_options": ["Yes", "No"],
        "poll_seconds": "3600",
        "poll_multiple": True,
    }
    desk.publish(TEXT, options)
    post = live(desk)[0]
    assert (post["spoiler_text"], post["language"], post["sensitive"]) == ("Coffee", "de", True)
    assert (post["poll"]["options"], post["poll"]["expires_in"]) == (["Yes", "No"], 3600)


def test_a_file_that_the_server_cannot_process_is_named_as_the_cause(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    sandbox.control.fault("rejected_media", match={"path": "/media$"})
    with pytest.raises(PlatformError) as caught:
        desk.publish(Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4"),)))
    assert (caught.value.kind, caught.value.is_retryable) == (Fault.INVALID_MEDIA, False)
    assert live(desk) == []


def test_files_that_were_swept_away_are_sent_again(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    content = Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4"),))
    row = Row()
    desk.turn(row, content, {})
    sandbox.control.advance(90_000)
    desk.publish(content, row=row)
    assert row.steps.count("upload_media") == 2
    assert [post["id"] for post in live(desk)] == [row.post_id]


def test_a_deleted_post_is_gone_and_deleting_it_again_is_no_error(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    row = desk.publish(TEXT)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []


@pytest.mark.parametrize("typed", ["localhost", "10.0.0.1", "social", "social.example:81"])
def test_what_is_no_server_is_explained(typed: str) -> None:
    with pytest.raises(LoginError) as caught:
        check_host(typed)
    assert caught.value.user_message.endswith(".")


def test_the_rules_are_those_of_the_server() -> None:
    account = Account("1", "@ann", host=HOST, extra={"characters": 5000, "files": 8, "url_cost": 30})
    rules = CONNECTOR.rules_for(account)
    assert (rules.kinds[Kind.TEXT].text.max, rules.kinds[Kind.GALLERY].media) == (5000, (2, 8))
    assert CONNECTOR.check(Content(Kind.TEXT, "https://a.example " + "x" * 4969), account) == ()
    assert CONNECTOR.check(Content(Kind.TEXT, "https://a.example " + "x" * 4970), account) != ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"version": "4.6.6", "api_versions": {"mastodon": 10}}, True),
        ({"version": "4.2.1"}, True),
        ({"version": "2.7.2 (compatible; Pleroma 2.9)"}, False),
        ({"version": "4.2.1 (compatible; Akkoma 3.1)"}, False),
        ({"version": "0.19.1"}, False),
        ("strange", False),
    ],
)
def test_only_mastodon_itself_is_taken_for_mastodon(body: Any, expected: bool) -> None:
    assert read_instance(body).is_mastodon is expected


def test_strange_limits_keep_the_defaults() -> None:
    body = {
        "configuration": {"statuses": {"max_characters": "many"}, "media_attachments": []},
        "max_toot_chars": 700,
    }
    assert read_instance(body) == Instance(is_mastodon=False, characters=500)
    assert read_instance({"max_toot_chars": 700}).characters == 700


def test_limits_are_read_with_their_iso_reset_and_malformed_ones_ignored(sandbox: SandboxServer) -> None:
    desk = desk_at(sandbox)
    api: Api = desk.api()
    limits = api.get("api/v1/accounts/verify_credentials").limits
    assert limits[0].limit == 300
    assert limits[0].resets_at is not None
    now = sandbox.clock.moment()
    assert read_limits({"x-ratelimit-limit": "a", "x-ratelimit-remaining": "1"}, now) == ()
    strange = {"x-ratelimit-limit": "9", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "soon"}
    assert read_limits(strange, now)[0].resets_at is None
