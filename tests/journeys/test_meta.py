"""Publishing to a Facebook Page and to Threads: keys, consent, pictures, a video with a cover, other words."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import (
    HOME,
    attach,
    compose,
    connect,
    is_drawn,
    publish_now,
)
from tests.media import photo, video
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture(scope="package")
def facebook(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: a Facebook Page is connected."""
    return connect(stack, signed_in, "facebook", "page", "Facebook", login="page")


@pytest.fixture(scope="package")
def threads(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: a Threads profile is connected."""
    return connect(stack, signed_in, "threads", "threads", "Threads")


def test_a_photo_goes_to_a_facebook_page(stack: Stack, facebook: Page) -> None:
    page = facebook
    page.goto(f"{stack.url}{HOME}accounts/")
    expect(page.locator("main")).to_contain_text("Facebook")
    compose(stack, page, "Facebook", "The roastery opens its doors on Sunday.")
    attach(page, "door.jpg", "image/jpeg", photo(), "An open door and a cup beside it")
    link, post = publish_now(stack, page), page.url
    page.goto(link)
    expect(page.locator("body")).to_contain_text("The roastery opens its doors on Sunday.")
    assert is_drawn(page, "An open door and a cup beside it")
    page.goto(post)
    change = page.locator("#flights a", has_text="Change the words")
    for _ in range(50):  # offered as soon as the last step after publishing is done
        if change.count():
            break
        page.reload()
    page.locator("#flights summary").first.click()
    change.click()
    page.get_by_label("Text").fill("The roastery opens its doors on Monday.")
    page.get_by_role("button", name="Change it on Facebook").click()
    page.wait_for_url(post)
    page.goto(link)
    expect(page.locator("body")).to_contain_text("The roastery opens its doors on Monday.")
    expect(page.locator("body")).not_to_contain_text("Sunday")
    assert is_drawn(page, "An open door and a cup beside it")


def test_a_photo_goes_to_threads(stack: Stack, threads: Page) -> None:
    page = threads
    compose(stack, page, "Threads", "Small talk over a large cup.")
    attach(page, "cup.jpg", "image/jpeg", photo(), "A large cup on a small table")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("Small talk over a large cup.")
    assert is_drawn(page, "A large cup on a small table")


def test_a_video_goes_to_threads(stack: Stack, threads: Page, tmp_path: Path) -> None:
    page = threads
    compose(stack, page, "Threads", "Four seconds of steam.")
    attach(page, "steam.mp4", "video/mp4", video(tmp_path / "steam.mp4", seconds=4), "Steam over a cup")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("Four seconds of steam.")
    expect(page.locator("video")).to_have_count(1)
