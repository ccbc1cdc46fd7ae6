"""Publishing to LinkedIn and Pinterest: keys, consent, a board, pictures, a document, other words for live posts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from socialhub.platforms.tests.samples import leaflet
from tests.journeys.acts import (
    attach,
    compose,
    connect,
    is_drawn,
    publish_now,
)
from tests.media import photo
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture(scope="package")
def linkedin(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: a member is connected."""
    return connect(stack, signed_in, "linkedin", "member", "LinkedIn", login="member")


@pytest.fixture(scope="package")
def pinterest(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: an account with its boards is connected."""
    return connect(stack, signed_in, "pinterest", "oauth2", "Pinterest")


def test_a_photo_goes_to_linkedin(stack: Stack, linkedin: Page) -> None:
    page = linkedin
    compose(stack, page, "LinkedIn", "We are hiring (a barista). #coffee")
    attach(page, "bar.jpg", "image/jpeg", photo(), "An empty place behind the bar")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("We are hiring (a barista). #coffee")
    assert is_drawn(page, "An empty place behind the bar")


def test_a_photo_goes_to_the_board_that_was_chosen(stack: Stack, pinterest: Page) -> None:
    page = pinterest
    compose(stack, page, "Pinterest", "Slow bar, warm light.")
    attach(page, "bar.jpg", "image/jpeg", photo(), "A lamp over a bar")
    page.locator("select[name^=option-][name$=board]").select_option(label="Brewing › Espresso")
    page.locator("input[name^=option-][name$=title]").fill("Slow bar")
    page.goto(publish_now(stack, page))
    for words in ("Slow bar, warm light.", "Slow bar", "Brewing", "Espresso"):
        expect(page.locator("body")).to_contain_text(words)
    assert is_drawn(page, "A lamp over a bar")


def change_words(stack: Stack, page: Page, text: str) -> None:
    """From the page of the live post to the form for other words, and back."""
    page.reload()  # at rest now, so that nothing draws the list anew while it is opened
    change = page.locator("#flights").get_by_role("link", name="Change the words")
    if not change.is_visible():
        page.locator("#flights .flight > summary").first.click()
    change.click()
    page.locator("textarea[name=text]").fill(text)
    page.get_by_role("button", name=re.compile("Change it on")).click()
    page.wait_for_url(re.compile(r"/posts/\d+/$"))


def test_a_document_goes_to_linkedin_and_its_words_are_changed(stack: Stack, linkedin: Page) -> None:
    page = linkedin
    compose(stack, page, "LinkedIn", "Our whole rost in one leaflet.")
    with page.expect_response("**/compose/?act=*"):
        page.locator("input[name=files]").set_input_files(
            {"name": "leaflet.pdf", "mimeType": "application/pdf", "buffer": leaflet()}
        )
    link = publish_now(stack, page)
    change_words(stack, page, "Our whole roast in one leaflet.")
    page.goto(link)
    expect(page.locator("body")).to_contain_text("Our whole roast in one leaflet.")
    expect(page.locator("body")).to_contain_text("leaflet.pdf")
