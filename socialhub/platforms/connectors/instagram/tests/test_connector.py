"""Publishing to Instagram by both ways in: containers, broken uploads, doubt, the first comment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.login import OAuth2
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import PutFile, file_host, file_of, film, long_film, picture
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Content, Kind

CONNECTOR = registry.get("instagram")
every_login = pytest.mark.parametrize("login", CONNECTOR.logins, ids=lambda login: login.key)
FACEBOOK = CONNECTOR.login("page")


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that Instagram fetches."""
    with file_host() as put_file:
        yield put_file


def cup(put: PutFile, text: str = "A cup", **more: Any) -> Content:
    """A post with a picture."""
    return Content(
        Kind.IMAGE, text, media=(file_of(picture(), "image/jpeg", put(picture(), "image/jpeg")),), **more
    )


def reel(data: bytes, put: PutFile, text: str = "A reel") -> Content:
    """A post with a film."""
    return Content(Kind.SHORT, text, media=(file_of(data, "video/mp4", put(data, "video/mp4")),))


def live(desk: Desk) -> list[dict[str, Any]]:
    """What is live, oldest first."""
    return desk.server.control.posts(platform="instagram")


def asked(desk: Desk, method: str, path: str) -> int:
    """How often Instagram was asked for this."""
    return sum(r["method"] == method and path in r["path"] for r in desk.server.control.requests())


def test_a_broken_upload_goes_on_at_the_byte_that_instagram_holds(
    sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    data = long_film(2_000_000)
    sandbox.control.fault(
        "reset_midway", match={"host": "rupload.facebook.com", "method": "POST"}, bytes=1_200_000
    )
    transport = Fragile(sandbox.url)
    desk.transport = transport
    desk.publish(reel(data, put))
    sent = [record.sent for record in transport.records if "rupload" in record.url]
    assert [media["size"] for media in live(desk)[0]["media"]] == [len(data)]
    assert sent == ["application/octet-stream, 2000000 bytes", "application/octet-stream, 800000 bytes"]


def test_every_call_with_a_page_token_carries_the_proof(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox, app={"requires_proof": True})
    row = desk.publish(cup(put, first_comment="First!"))
    assert live(desk)[0]["id"] == row.post_id


@every_login
@pytest.mark.parametrize("lag", [30, 90])
def test_a_lost_answer_is_made_good_also_when_lists_and_flags_lag(
    sandbox: SandboxServer, put: PutFile, login: OAuth2, lag: int
) -> None:
    desk = connect(CONNECTOR, login, sandbox)
    if lag < 60:
        sandbox.control.fault("lagging_listing", match={"times": 0}, seconds=lag)
    else:  # the container tells the truth at once, the list late
        sandbox.control.fault(
            "lagging_listing", match={"path": "/media$", "method": "GET", "times": 0}, seconds=lag
        )
    desk.transport = Fragile(sandbox.url, at=4, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(cup(put))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert row.url == live(desk)[0]["url"]


def test_a_block_as_spam_is_doubt_and_the_same_container_is_published_later(
    sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    sandbox.control.fault("status", match={"path": "/media_publish"}, status=400, code="4/2207051")
    row = desk.publish(cup(put))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert asked(desk, "POST", "/media_publish") == 2


def test_a_post_that_belongs_to_another_delivery_is_not_adopted(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    first = desk.publish(cup(put))
    desk.taken = frozenset({first.post_id})
    desk.transport = Fragile(sandbox.url, at=4, trouble=Trouble.LOSE_ANSWER)
    second = desk.publish(cup(put))
    assert {post["id"] for post in live(desk)} == {first.post_id, second.post_id}
    assert first.post_id != second.post_id


def test_two_posts_that_fit_are_left_to_a_person(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    desk.publish(cup(put))
    desk.transport = Fragile(sandbox.url, at=4, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(cup(put))
    assert row.held.startswith("Several posts")
    assert len(live(desk)) == 2


def test_a_container_that_expired_is_made_anew(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    content = cup(put)
    row = Row()
    while row.step != "publish_container":
        desk.turn(row, content, {})
    sandbox.control.advance(90_000)
    desk.publish(content, row=row)
    assert row.steps.count("create_container") == 2
    assert [post["id"] for post in live(desk)] == [row.post_id]


@every_login
def test_a_film_that_instagram_cannot_process_is_named_as_the_cause(
    sandbox: SandboxServer, put: PutFile, login: OAuth2
) -> None:
    desk = connect(CONNECTOR, login, sandbox)
    sandbox.control.fault(
        "rejected_media", match={"method": "POST", "path": "(/media|ig-api-upload/.*)$", "times": 0}
    )
    with pytest.raises(PlatformError) as caught:
        desk.publish(reel(film(), put))
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_MEDIA, "2207026")
    assert live(desk) == []


def test_a_picture_that_cannot_be_fetched_says_where_to_look(sandbox: SandboxServer) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    media = file_of(picture(), "image/jpeg", lambda ttl: "https://hub.northwind.coffee/media/1.jpg")
    row = Row()
    for _ in range(2):
        desk.turn(row, Content(Kind.IMAGE, "A cup", media=(media,)), {})
    assert row.step == "create_container"
    with pytest.raises(PlatformError) as caught:
        desk.api().post(
            f"{desk.account.external_id}/media", form={"image_url": "https://hub.northwind.coffee/1.jpg"}
        )
    assert "public address" in caught.value.user_message
    assert caught.value.is_retryable


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.name.lower())
def test_whatever_breaks_one_first_comment_is_written(
    sandbox: SandboxServer, put: PutFile, trouble: Trouble
) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    for at in range(4, 10):
        desk.transport = Fragile(sandbox.url, at=at, trouble=trouble)
        desk.taken = frozenset(post["id"] for post in live(desk))
        desk.publish(cup(put, f"A cup {at}", first_comment="First!"))
    assert [[comment["text"] for comment in post["comments"]] for post in live(desk)] == [["First!"]] * 6


def test_options_arrive(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    desk.publish(
        reel(film(), put), {"share_to_feed": False, "collaborators": ["@harborbooks"], "thumb_offset": 1}
    )
    options = live(desk)[0]["options"]
    assert options["share_to_feed"] is False
    assert "harborbooks" in str(options["collaborators"])


def test_only_facebook_login_deletes(sandbox: SandboxServer, put: PutFile) -> None:
    assert CONNECTOR.publishing is not None
    delete = CONNECTOR.publishing.delete
    assert delete is not None
    other = connect(CONNECTOR, CONNECTOR.login("instagram"), sandbox)
    row = other.publish(cup(put))
    with pytest.raises(PlatformError, match="delete_not_offered"):
        delete(other.api(), other.account, row.post_id)
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    for _ in range(2):
        delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []


def test_a_token_of_sixty_days_is_renewed_after_a_day(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(CONNECTOR, CONNECTOR.login("instagram"), sandbox)
    assert desk.account.tokens is not None
    first = desk.account.tokens
    assert first.expires_at is not None
    sandbox.control.advance(50 * 86_400)
    desk.renew()
    assert desk.account.tokens.expires_at is not None
    assert (desk.account.tokens.expires_at - first.expires_at).days == 50
    assert desk.account.tokens.scopes == first.scopes
    assert desk.publish(cup(put)).post_id


@every_login
def test_a_reel_shows_the_cover_that_was_chosen_and_not_a_second_of_the_film(
    sandbox: SandboxServer, put: PutFile, login: OAuth2
) -> None:
    desk = connect(CONNECTOR, login, sandbox)
    cover = file_of(picture("brown"), "image/jpeg", put(picture("brown"), "image/jpeg"))
    row = desk.publish(reel(film(), put), {"cover": cover, "thumb_offset": 1})
    assert live(desk)[0]["cover"] == hashlib.sha256(picture("brown")).hexdigest()
    assert "thumb_offset" not in live(desk)[0]["options"]
    shown = requests.get(Transport(sandbox_url=sandbox.url).address(row.url), timeout=10).text
    assert 'alt="Cover"' in shown


def test_a_cover_that_is_no_jpeg_is_refused_with_the_code_for_pictures(
    sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(CONNECTOR, FACEBOOK, sandbox)
    faulty = file_of(film(), "image/jpeg", put(film(), "image/jpeg"))
    with pytest.raises(PlatformError) as caught:
        desk.publish(reel(film(), put), {"cover": faulty})
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_MEDIA, "2207005")
    png = file_of(picture(), "image/png", put(picture(), "image/png"))
    found = CONNECTOR.check(reel(film(), put), desk.account, {"cover": png})
    assert [(violation.code, violation.field) for violation in found] == [("media_type", "options.cover")]
