"""A visitor speaks on the platform: how soon it stands in the open inbox, and that the answer leaves once."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import HOME, compose, connect, publish_now
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

LONGEST = 5.0
"""Seconds until it must be on the screen, on a busy machine; 2 are promised on one that is not."""
LEFT = "The roastery opens its doors on Sunday."


@pytest.fixture(scope="package")
def heard(stack: Stack, signed_in: Page) -> Page:
    """A Facebook Page is connected and its app told where to call, as an admin does from the set-up page."""
    page = connect(stack, signed_in, "facebook", "page", "Facebook", login="page")
    page.goto(f"{stack.url}{HOME}setup/facebook/")
    where = {
        "webhook": page.locator("[id^=webhook-]").first.input_value(),
        "verify_token": page.locator("[id^=verify-]").first.input_value(),
    }
    assert set(stack.control.callbacks("facebook", **where).values()) == {""}
    return page


def test_a_comment_is_on_the_screen_at_once_and_the_answer_leaves_once(stack: Stack, heard: Page) -> None:
    page = heard
    compose(stack, page, "Facebook", LEFT)
    live = publish_now(stack, page)
    (post,) = [each for each in stack.control.posts(platform="facebook") if LEFT in str(each)]
    _wait_until_subscribed(stack, page)
    page.goto(f"{stack.url}{HOME}inbox/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    started = time.monotonic()
    stack.control.say("facebook", post["id"], "Is there <b>oat</b> milk?", person="ravi")
    expect(page.locator("#inbox-list")).to_contain_text("Is there <b>oat</b> milk?", timeout=15_000)
    took = time.monotonic() - started
    print(f"from the visitor's word to the open inbox: {took:.2f} s")  # noqa: T201 (the figure that is promised)
    assert took < LONGEST
    page.locator("#inbox-list a", has_text="Ravi Menon").click()
    expect(page.locator("#talk .banner")).to_contain_text(LEFT)
    words = page.get_by_label("Reply to Ravi Menon as")
    words.fill("Yes, from Malmö.")
    expect(page.locator("#reply-count")).to_contain_text("7984 left")
    page.locator("#reply").get_by_role("button", name="Reply").click()
    expect(page.locator("#talk .said[data-ours] .state")).to_contain_text("Sent", timeout=20_000)
    address = page.url
    page.goto(live)
    expect(page.locator("body")).to_contain_text("Yes, from Malmö.")
    assert page.locator("body").inner_text().count("Yes, from Malmö.") == 1
    page.goto(address)
    page.locator("#talk-head").get_by_role("button", name="Done").click()
    expect(page.locator("#inbox-list")).not_to_contain_text("oat")


def _wait_until_subscribed(stack: Stack, page: Page) -> None:
    def is_active() -> bool:
        page.goto(f"{stack.url}{HOME}inbox/sources/")
        return page.locator(".inbox-source .state", has_text="Active").count() > 0

    assert eventually(is_active, within=30)
