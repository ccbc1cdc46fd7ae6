"""Somebody takes our access back on the platform and asks for their data to be deleted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import enter_app, start_connecting
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

HOME = "/w/harbor-books/"
"""A workspace of its own: what the other journeys connected stays connected."""


def test_removing_the_app_disconnects_the_account_and_shows_how_far_the_deletion_is(
    stack: Stack, signed_in: Page
) -> None:
    page = signed_in
    page.goto(f"{stack.url}/workspaces/new/")
    page.get_by_label("Name").fill("Harbor Books")
    page.locator("[name=timezone]").select_option("Europe/London")
    page.get_by_role("button", name="Make the workspace").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    client = enter_app(stack, page, "facebook", "page", home=HOME)
    where = {name: page.locator(f"#{name}-page").input_value() for name in ("deauthorise", "delete")}
    assert stack.control.callbacks("facebook", client_id=client, **where) == {client: ""}

    start_connecting(stack, page, "Facebook", home=HOME)
    page.get_by_text("Not you?").click()
    page.get_by_role("link", name="Ravi Menon").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{stack.url}/**")
    if "/pick/" in page.url:
        page.get_by_role("button", name="Connect").click()
    page.goto(f"{stack.url}{HOME}accounts/")
    expect(page.locator("main")).to_contain_text("Harbor Books")
    expect(page.locator("main")).to_contain_text("@harborbooks")

    page.goto(f"{stack.sandbox_url}/_apps/")
    mine = page.locator("li", has=page.locator(f"input[name=client_id][value='{client}']"))
    mine.get_by_role("button", name="Remove and ask to delete my data").click()
    progress = mine.get_by_role("link", name=re.compile("see its progress"))
    again(page, lambda: progress.count() == 1)
    progress.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request")
    # An account whose figures are being read is left alone for 30 s, and the job comes by every minute.
    again(page, lambda: page.get_by_text("Done", exact=True).count() == 1, within=120)
    assert "arbor" not in page.locator("main").inner_text()

    page.goto(f"{stack.url}{HOME}accounts/")
    assert "@harborbooks" not in page.content()
    page.goto(f"{stack.url}{HOME}settings/compliance/")
    expect(page.locator("main")).to_contain_text("Facebook")
    assert "@harborbooks" not in page.content()


def again(page: Page, holds: Callable[[], bool], *, within: float = 30) -> None:
    """Reload until it holds, as a person would, for so many seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"it did not come to pass: {page.locator('main').inner_text()}")
