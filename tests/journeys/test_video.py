"""Videos: to YouTube with cover, captions and playlist; to TikTok, which wants every choice from a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.acts import attach, compose, connect, publish_now
from tests.media import photo, video
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SUBTITLES = b"WEBVTT\n\n00:00.000 --> 00:02.000\nWater first\n"


@pytest.fixture(scope="module")
def youtube(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: a channel is connected."""
    return connect(stack, signed_in, "youtube", "google", "YouTube")


@pytest.fixture(scope="module")
def tiktok(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: a creator is connected."""
    return connect(stack, signed_in, "tiktok", "oauth2", "TikTok")


def option(page: Page, key: str) -> Locator:
    """What a person answers an option with."""
    return page.locator(f"[name^=option-][name$='-{key}']:not([type=hidden])")


def choose(page: Page, key: str, label: str) -> None:
    """Answer a choice."""
    option(page, key).select_option(label=label)


def choose_file(page: Page, key: str, name: str, mime: str, content: bytes) -> None:
    """Answer an option with a file, which goes up at once."""
    field = page.locator(f"input[type=file][data-option-file$='-{key}']")
    field.set_input_files({"name": name, "mimeType": mime, "buffer": content})
    expect(page.locator(".file-picked").filter(has_text=name)).to_be_visible(timeout=30_000)


def plays(page: Page) -> float:
    """How long the video on the page is, in seconds."""
    seconds: float = page.locator("video").first.evaluate(
        "video => new Promise(done => { video.onloadedmetadata = () => done(video.duration);"
        " if (video.readyState) done(video.duration); else video.load(); })"
    )
    return seconds


def test_a_video_goes_to_youtube_with_its_title_cover_captions_and_playlist(
    stack: Stack, youtube: Page, tmp_path: Path
) -> None:
    page = youtube
    compose(stack, page, "YouTube", "How we pour, from the first drop.")
    film = video(tmp_path / "pour.mp4", seconds=4, size=(1280, 720))
    attach(page, "pour.mp4", "video/mp4", film, "")
    option(page, "title").fill("The first pour")
    choose(page, "privacy", "Everybody")
    choose(page, "made_for_kids", "No, not made for kids")
    choose(page, "playlist", "All about coffee")
    choose_file(page, "thumbnail", "cover.jpg", "image/jpeg", photo((1280, 720)))
    choose_file(page, "captions", "water.vtt", "text/vtt", SUBTITLES)
    link = publish_now(stack, page)
    eventually(lambda: "cover" in stack.control.posts(platform="youtube")[-1], within=90)
    page.goto(link)
    for words in ("The first pour", "How we pour", "in All about coffee", "captions: en"):
        expect(page.locator("body")).to_contain_text(words)
    assert plays(page) > 3
    assert page.locator("img[alt=Cover]").evaluate("image => image.naturalWidth") == 1280


def test_tiktok_gets_a_video_only_after_a_person_chose_who_sees_it(
    stack: Stack, tiktok: Page, tmp_path: Path
) -> None:
    page = tiktok
    compose(stack, page, "TikTok", "Twelve seconds of steam. #coffee")
    attach(page, "steam.mp4", "video/mp4", video(tmp_path / "steam.mp4", seconds=4), "")
    expect(option(page, "privacy")).to_have_value("")
    assert not option(page, "own_brand").is_checked()
    page.locator("label", has=page.locator("input[name=when][value=now]")).click()
    page.locator("#go .go-act button").click()
    expect(page.locator("main")).to_contain_text("Choose: Who sees it")
    assert stack.control.posts(platform="tiktok") == []
    choose(page, "privacy", "Everyone")
    choose(page, "music_usage", "I agree to it for this post")
    option(page, "own_brand").check()
    page.goto(publish_now(stack, page))
    for words in ("Twelve seconds of steam.", "promotional content"):
        expect(page.locator("body")).to_contain_text(words)
    assert plays(page) > 3
