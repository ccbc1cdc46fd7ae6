"""What an account may post by what it pays for, and every refusal that the table knows."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import file_of, film
from socialhub.platforms.values import Account, Content, Kind, Media

CONNECTOR = registry.get("x")
CODES = [code for code in CONNECTOR.service.errors.codes if not code.startswith("oauth/")]
GRANTS = [code for code in CONNECTOR.service.errors.codes if code.startswith("oauth/")]
WORDS = {
    "duplicate": Fault.DUPLICATE,
    "reply": Fault.POLICY,
    "media": Fault.INVALID_MEDIA,
    "video": Fault.INVALID_MEDIA,
    "shorter": Fault.INVALID_REQUEST,
    "suspended": Fault.PERMISSION,
    "locked": Fault.PERMISSION,
}
LONG_FILM = Content(Kind.VIDEO, media=(Media("1", "video/mp4", 600 * 1024 * 1024, seconds=7000),))
LONG_TEXT = Content(Kind.TEXT, "x" * 25_000)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The account of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


@pytest.mark.parametrize(
    ("extra", "pays"),
    [
        ({"subscription": "Premium"}, True),
        ({"subscription": "PremiumPlus"}, True),
        ({"subscription": "Basic", "verified": "blue"}, False),
        ({"subscription": "None", "verified": "none"}, False),
        ({"subscription": "", "verified": "blue"}, True),
        ({"subscription": "", "verified": "business"}, True),
        ({"verified": "government"}, False),
        ({}, False),
    ],
)
def test_accounts_that_pay_may_post_long_texts_and_videos(extra: Mapping[str, Any], pays: bool) -> None:
    account = Account("1", "@ann", extra=extra)
    assert (CONNECTOR.check(LONG_TEXT, account) == ()) is pays
    assert (CONNECTOR.check(LONG_FILM, account) == ()) is pays


def test_what_an_account_pays_for_is_learned(desk: Desk) -> None:
    assert CONNECTOR.learn is not None
    account = desk.server.world.accounts.get(desk.account.external_id)
    assert account is not None
    for subscription, longest in (("None", 280), ("Premium", 25_000)):
        account.kind = subscription
        extra = CONNECTOR.learn(desk.api(), desk.account)
        rules = CONNECTOR.rules_for(replace(desk.account, extra=extra))
        assert rules.kinds[Kind.TEXT].text.max == longest


def gif(size: tuple[int, int], frames: int) -> Media:
    """An animated GIF."""
    target = io.BytesIO()
    pictures = [Image.new("RGB", size, (n % 256, n // 256, 9)) for n in range(frames)]
    pictures[0].save(target, "GIF", save_all=True, append_images=pictures[1:])
    return replace(file_of(target.getvalue(), "image/gif"), width=size[0], height=size[1])


@pytest.mark.parametrize(
    ("size", "codes"),
    [((1280, 1080), []), ((1281, 1080), ["width_too_large"]), ((1280, 1081), ["height_too_large"])],
)
def test_an_animated_picture_has_bounds_of_its_own(size: tuple[int, int], codes: list[str]) -> None:
    moving = Media("1", "image/gif", 15 * 1024 * 1024, width=size[0], height=size[1])
    still = Media("1", "image/png", 5 * 1024 * 1024, width=4000, height=4000)
    account = Account("1", "@ann")
    found = CONNECTOR.check(Content(Kind.IMAGE, media=(moving,)), account)
    assert [violation.code for violation in found] == codes
    assert CONNECTOR.check(Content(Kind.IMAGE, media=(still,)), account) == ()
    both = CONNECTOR.check(
        Content(Kind.GALLERY, media=(replace(moving, width=10, height=10), still)), account
    )
    assert [violation.code for violation in both] == ["media_mixed"]


@pytest.mark.parametrize(("frames", "is_taken"), [(350, True), (351, False)])
def test_a_gif_of_too_many_frames_is_told_as_a_bad_file(desk: Desk, frames: int, is_taken: bool) -> None:
    content = Content(Kind.IMAGE, "Steam", media=(gif((16, 16), frames),))
    if is_taken:
        assert desk.publish(content).post_id
        return
    with pytest.raises(PlatformError) as caught:
        desk.publish(content)
    assert caught.value.kind is Fault.INVALID_MEDIA


def test_who_may_reply_and_the_community_arrive(desk: Desk) -> None:
    desk.publish(Content(Kind.TEXT, "For readers"), {"reply_settings": "verified"})
    community = {"community": " 1493446837214187523", "share_with_followers": True}
    desk.publish(Content(Kind.VIDEO, "For makers", media=(file_of(film(), "video/mp4"),)), community)
    first, second = desk.server.control.posts(platform="x")
    assert (first["reply_settings"], first["community_id"]) == ("verified", "")
    assert (second["community_id"], second["share_with_followers"]) == ("1493446837214187523", True)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_can_be_ordered_and_is_told_apart(desk: Desk, code: str) -> None:
    assert order(desk, code).code == code
    assert order(desk, code).kind is CONNECTOR.service.errors.codes[code].kind


@pytest.mark.parametrize("word", WORDS)
def test_every_refusal_that_is_known_by_its_words_can_be_ordered(desk: Desk, word: str) -> None:
    assert order(desk, word).kind is WORDS[word]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 429, 500, 503])
def test_every_status_of_the_table_can_be_ordered(desk: Desk, status: int) -> None:
    desk.server.control.fault("status", match={"method": "POST", "path": "/2/tweets"}, status=status)
    with pytest.raises(PlatformError) as caught:
        desk.api().post("2/tweets", json_body={"text": "Fresh roast"})
    known = CONNECTOR.service.errors.statuses.get(status)
    assert caught.value.kind is (known.kind if known else Fault.SERVER_ERROR)


def order(desk: Desk, code: str) -> PlatformError:
    """What becomes of a post that meets this refusal."""
    desk.server.control.fault("status", match={"method": "POST", "path": "/2/tweets"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.api().post("2/tweets", json_body={"text": "Fresh roast"})
    return caught.value


@pytest.mark.parametrize("code", GRANTS)
def test_every_refusal_of_the_token_endpoint_can_be_ordered(desk: Desk, code: str) -> None:
    desk.server.control.fault("status", match={"path": "/oauth2/token"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert (caught.value.code, caught.value.kind) == (code, CONNECTOR.service.errors.codes[code].kind)
