"""One running product, one browser and one signed-in person for all journeys; all end with the last journey, for the
browser keeps an event loop in the process, in which Django refuses other tests their database.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.journeys.acts import HOME, allow, connect, start_connecting
from tests.stack import Stack, running

EMAIL, PASSWORD = "maya@northwind.test", "pour over at nine"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM)
        yield started
        started.close()


def chromium() -> str:
    """Debian's chromium, or whatever goes by that name."""
    return next(
        path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))
    )


@pytest.fixture(scope="package")
def seen(stack: Stack) -> dict[str, str]:
    """Every page of ours that the journeys rendered, by its address."""
    return {}


@pytest.fixture(scope="package")
def signed_in(stack: Stack, browser: Browser, seen: dict[str, str]) -> Iterator[Page]:
    """Maya makes an account and a workspace, and stays signed in. What goes wrong in a page fails the test."""
    # On a busy machine a menu that still rises moves away from under a click.
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, timezone_id="Europe/London", reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None
    )
    page.on("response", lambda answer: remember(stack, seen, answer))
    page.goto(f"{stack.url}/account/signup/")
    page.get_by_label("Email").fill(EMAIL)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Name").fill("Northwind Coffee")
    zone = page.locator("[name=timezone]")
    zone.select_option("Europe/London")
    page.get_by_role("button", name="Make the workspace").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    yield page
    context.close()
    assert problems == []


def remember(stack: Stack, seen: dict[str, str], answer: object) -> None:
    """Keep the text of our own pages for the search at the end."""
    url, kind = answer.url, answer.headers.get("content-type", "")  # type: ignore[attr-defined]
    if url.startswith(stack.url) and "text/html" in kind and answer.status == 200:  # type: ignore[attr-defined]
        with contextlib.suppress(Error):  # a page that was left again before its text was there
            seen[url] = answer.text()  # type: ignore[attr-defined]


@pytest.fixture(scope="package")
def instagram(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: an Instagram account is connected."""
    return connect(stack, signed_in, "instagram", "instagram", "Instagram", login="instagram")


@pytest.fixture(scope="package")
def x(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: an X account is connected."""
    return connect(stack, signed_in, "x", "oauth2", "^X")


@pytest.fixture(scope="package")
def mastodon(stack: Stack, signed_in: Page) -> Page:
    """An account on a server that the person named is connected."""
    start_connecting(stack, signed_in, "Mastodon", host="https://social.example/@northwind")
    allow(stack, signed_in)
    return signed_in


@pytest.fixture(scope="package")
def bluesky(stack: Stack, signed_in: Page) -> Page:
    """Handle and app password typed on our own page: an account is connected."""
    typed = stack.control.typed("bluesky", "nora")
    page = signed_in
    page.goto(f"{stack.url}{HOME}accounts/")
    page.locator("#add").get_by_role("link", name=re.compile("Bluesky: App password")).click()
    page.get_by_label("Handle").fill(typed["handle"])
    page.locator("input[type=password]").fill("wrong-word-once-more")
    page.get_by_role("button", name="Connect").click()
    expect(page.locator("main [role=alert]")).to_contain_text("no app password")
    assert page.locator("input[type=password]").input_value() == ""
    page.locator("input[type=password]").fill(typed["password"])
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url(f"{stack.url}{HOME}accounts/")
    expect(page.locator("main")).to_contain_text("@northwind.bsky.social")
    return page
