"""Publishing to Instagram, X, Mastodon and Bluesky, and what happens when people or networks hesitate."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.acts import HOME, attach, compose, is_drawn, publish_now, start_connecting
from tests.media import photo, video
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_photo_goes_to_instagram(stack: Stack, instagram: Page) -> None:
    page = instagram
    page.goto(f"{stack.url}{HOME}accounts/")
    expect(page.locator("main")).to_contain_text("Healthy")
    compose(stack, page, "Instagram", "First frost, first flat white.")
    attach(page, "beans.jpg", "image/jpeg", photo(), "A bag of beans in the morning sun")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("First frost, first flat white.")
    assert is_drawn(page, "A bag of beans in the morning sun")


def test_a_thread_of_two_with_a_video_goes_to_x(stack: Stack, x: Page, tmp_path: Path) -> None:
    page = x
    compose(stack, page, "X", "How we pour, part one.", "And part two: wait for the bloom.")
    attach(
        page, "pour.mp4", "video/mp4", video(tmp_path / "pour.mp4", seconds=4), "Water circling over coffee"
    )
    page.goto(publish_now(stack, page))
    body = page.locator("body")
    expect(body).to_contain_text("How we pour, part one.")
    expect(body).to_contain_text("And part two: wait for the bloom.")
    played = page.locator("video").first
    assert (
        played.evaluate(
            "video => new Promise(done => { video.onloadedmetadata = () => done(video.duration);"
            " if (video.readyState) done(video.duration); else video.load(); })"
        )
        > 3
    )


def test_a_picture_goes_to_a_mastodon_server(stack: Stack, mastodon: Page) -> None:
    page = mastodon
    compose(stack, page, "Mastodon", "Hello fediverse, we brought coffee.")
    attach(page, "beans.jpg", "image/jpeg", photo(), "Beans on a tray")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("Hello fediverse, we brought coffee.")
    assert is_drawn(page, "Beans on a tray")


def test_a_picture_and_a_link_go_to_bluesky(stack: Stack, bluesky: Page) -> None:
    page = bluesky
    compose(stack, page, "Bluesky @northwind", "Hello sky, we brought coffee. #coffee")
    attach(page, "beans.jpg", "image/jpeg", photo(), "Beans under the sky")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("Hello sky, we brought coffee. #coffee")
    assert is_drawn(page, "Beans under the sky")
    compose(stack, page, "Bluesky @northwind", "The new roast: https://northwind.coffee/beans")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("card: northwind.coffee")


def test_a_person_who_says_no_is_told_that_nothing_was_connected(stack: Stack, signed_in: Page) -> None:
    page = signed_in
    start_connecting(stack, page, "Mastodon", host="mastodon.example")
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{stack.url}/**")
    expect(page.locator("main")).to_contain_text("You did not give access, so nothing was connected")


def test_what_is_typed_is_checked_by_the_rules_of_the_channel(stack: Stack, mastodon: Page) -> None:
    page = mastodon
    compose(stack, page, "Mastodon", "word " * 120)
    expect(page.locator("#checks, .composer-checks, [aria-labelledby=checks-h]").first).to_contain_text(
        "too long"
    )
    page.locator("label", has=page.locator("input[name=when][value=now]")).click()
    page.locator("#go .go-act button").click()
    expect(page.locator("textarea[name=text]")).to_have_value("word " * 120)
    expect(page.locator("main")).to_contain_text("too long")


def test_what_is_typed_while_an_answer_is_under_way_is_not_lost(stack: Stack, mastodon: Page) -> None:
    page = mastodon
    compose(stack, page, "Mastodon", "Slow networks lose nothing.")
    waiting: list[Route] = []
    page.route("**/compose/?act=refresh", lambda route: waiting.append(route))  # noqa: PLW0108 (C is refused)
    attach(page, "beans.jpg", "image/jpeg", photo(), "Typed while the answer was on its way")
    now = page.locator("input[name=when][value=now]")
    page.locator("label", has=now).click()
    assert waiting
    with page.expect_response("**/compose/?act=refresh"):
        waiting.pop(0).continue_()
    expect(page.locator("#strip textarea.alt")).to_have_value("Typed while the answer was on its way")
    expect(now).to_be_checked()
    page.unroute_all(behavior="ignoreErrors")
