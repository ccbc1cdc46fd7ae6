"""Signing in to Bluesky on its own pages, and publishing a picture with what that gives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from socialhub.platforms.tests.samples import picture
from tests.journeys.acts import HOME, allow, attach, compose, is_drawn, publish_now, start_connecting
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
HANDLE = "@nora.pds.example"


def test_a_handle_leads_to_consent_and_a_picture_goes_out(stack: Stack, signed_in: Page) -> None:
    page = signed_in
    start_connecting(stack, page, "Bluesky: Sign in", host=HANDLE)
    assert "/pds.example/oauth/authorize" in page.url
    assert "state=" not in page.url
    allow(stack, page)
    page.goto(f"{stack.url}{HOME}accounts/")
    expect(page.locator("main")).to_contain_text(HANDLE)
    compose(stack, page, f"Bluesky {HANDLE}", "Poured this morning #coffee")
    attach(page, "cup.jpg", "image/jpeg", picture(), "A cup by the window")
    page.goto(publish_now(stack, page))
    expect(page.locator("main, body").first).to_contain_text("Poured this morning")
    assert is_drawn(page, "A cup by the window")
    writes = [entry for entry in stack.control.requests() if "putRecord" in entry["path"]]
    assert {entry["host"] for entry in writes if entry["status"] == 200} >= {"pds.example"}
    page.goto(f"{stack.url}{HOME}accounts/")
    row = page.locator("main tr").filter(has_text=HANDLE)
    for link in (row.get_by_role("link").first, page.locator("main").get_by_role("link", name="Disconnect")):
        page.goto(f"{stack.url}{link.get_attribute('href')}")
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.locator("main")).to_contain_text("Disconnected")
    ended = [entry for entry in stack.control.requests() if entry["path"] == "/oauth/revoke"]
    assert [(entry["host"], entry["status"]) for entry in ended][-1] == ("pds.example", 200)


def test_a_name_that_leads_nowhere_is_told_on_the_page(stack: Stack, signed_in: Page) -> None:
    page = signed_in
    page.goto(f"{stack.url}{HOME}accounts/connect/bluesky/oauth/")
    page.locator("main form input[type=text]").fill("not a handle")
    page.locator("main form button").first.click()
    expect(page.locator("main form")).to_contain_text("whole handle")
