"""What people do again and again: enter keys, connect, write, attach, publish."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.stack import Stack

HOME = "/w/northwind-coffee/"


def enter_app(stack: Stack, page: Page, platform: str, method: str, *, home: str = HOME, **more: str) -> str:
    """Enter the keys of a developer app on the set-up page, as an admin does; gives the app's public name."""
    page.goto(f"{stack.url}{home}setup/{platform}/")
    form = page.locator("section.card", has=page.locator(f"#app-{method}"))
    redirect = form.locator(f"#redirect-{method}").input_value()
    app = stack.control.create_app(platform, [redirect], **more)
    form.locator("[name$=client_id]").fill(app["client_id"])
    form.locator("[name$=client_secret]").fill(app["client_secret"])
    form.get_by_role("button", name="Save").click()
    expect(page.locator("section.card", has=page.locator(f"#app-{method}"))).to_contain_text("Ready")
    assert app["client_secret"] not in page.content()
    return str(app["client_id"])


def start_connecting(stack: Stack, page: Page, tile: str, host: str = "", *, home: str = HOME) -> None:
    """From the tile on the accounts page to the consent page on the sandbox."""
    page.goto(f"{stack.url}{home}accounts/")
    page.locator("#add").get_by_role("link", name=re.compile(tile)).first.click()
    if host:
        page.locator("main form input[type=text]").fill(host)
    page.get_by_role("button", name=re.compile("Continue to")).click()
    page.wait_for_url(f"{stack.sandbox_url}/**")
    expect(page.get_by_role("button", name="Allow")).to_be_visible()


def allow(stack: Stack, page: Page) -> None:
    """Press Allow and choose all that is offered."""
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{stack.url}/**")
    if "/pick/" in page.url:
        page.locator("input[name=account]").first.check()
        page.get_by_role("button", name="Connect").click()
    expect(page.locator(".toast, [role=status], main").first).to_be_visible()


def connect(stack: Stack, page: Page, platform: str, method: str, tile: str, **more: str) -> Page:
    """From no keys at all to a connected account: enter them, press the tile, allow, choose what is offered."""
    enter_app(stack, page, platform, method, **more)
    start_connecting(stack, page, tile)
    allow(stack, page)
    return page


def compose(stack: Stack, page: Page, channel: str, *parts: str, home: str = HOME) -> None:
    """Open the composer, choose one channel ("X", or "X @maya" where there are two) and write."""
    page.goto(f"{stack.url}{home}compose/")
    page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(channel)}\b")).check()
    expect(page.locator("#channels .count")).to_have_text("1")
    for number, text in enumerate(parts):
        if number:
            page.get_by_role("button", name="Add a part").last.click()
            expect(page.locator("textarea[name=text]")).to_have_count(number + 1)
        page.locator("textarea[name=text]").nth(number).fill(text)


def attach(page: Page, name: str, mime: str, content: bytes, alt: str) -> None:
    """Upload a file into the composer and say what it shows."""
    alts = page.locator("#strip textarea.alt")
    before = alts.count()
    page.locator("input[name=files]").set_input_files({"name": name, "mimeType": mime, "buffer": content})
    expect(alts).to_have_count(before + 1, timeout=30_000)
    alts.last.fill(alt)


def publish_now(stack: Stack, page: Page) -> str:
    """Publish, watch the post become published without reloading, and give the address of the live post."""
    page.locator("label", has=page.locator("input[name=when][value=now]")).click()
    page.locator("#go .go-act button").click()
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    flights = page.locator("#flights")
    expect(flights.locator(".flight")).to_have_attribute("data-state", "published", timeout=60_000)
    link = page.get_by_role("link", name="See it live").get_attribute("href")
    assert link
    assert link.startswith(stack.sandbox_url)
    return link


def is_drawn(page: Page, alt: str) -> bool:
    """Whether the picture with these words is there and was loaded."""
    width = page.locator(f"img[alt='{alt}']").first.evaluate("image => image.naturalWidth")
    return int(width) > 0
