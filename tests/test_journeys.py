"""The journeys of real people in a real browser, against real processes and the sandbox.

They end with a search for secrets: what the sandbox issued must be nowhere in the database, the logs, the
files or the pages.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from tests.media import photo, video
from tests.stack import Stack, running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

EMAIL, PASSWORD = "maya@northwind.test", "pour over at nine"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HOME = "/w/northwind-coffee/"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def seen(stack: Stack) -> dict[str, str]:
    """Every page of ours that the journeys rendered, by its address."""
    return {}


@pytest.fixture(scope="module")
def signed_in(stack: Stack, browser: Browser, seen: dict[str, str]) -> Iterator[Page]:
    """Maya makes an account and a workspace, and stays signed in. What goes wrong in a page fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/London")
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
        seen[url] = answer.text()  # type: ignore[attr-defined]


def enter_app(stack: Stack, page: Page, platform: str, method: str, **more: str) -> None:
    """Enter the keys of a developer app on the set-up page, as an admin does."""
    page.goto(f"{stack.url}{HOME}setup/{platform}/")
    form = page.locator("section.card", has=page.locator(f"#app-{method}"))
    redirect = form.locator(f"#redirect-{method}").input_value()
    app = stack.control.create_app(platform, [redirect], **more)
    form.locator("[name$=client_id]").fill(app["client_id"])
    form.locator("[name$=client_secret]").fill(app["client_secret"])
    form.get_by_role("button", name="Save").click()
    expect(page.locator("section.card", has=page.locator(f"#app-{method}"))).to_contain_text("Ready")
    assert app["client_secret"] not in page.content()


def start_connecting(stack: Stack, page: Page, tile: str, host: str = "") -> None:
    """From the tile on the accounts page to the consent page on the sandbox."""
    page.goto(f"{stack.url}{HOME}accounts/")
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


def compose(stack: Stack, page: Page, channel: str, *parts: str) -> None:
    """Open the composer, choose one channel and write."""
    page.goto(f"{stack.url}{HOME}compose/")
    page.get_by_role("checkbox", name=re.compile(f"^{channel} @")).check()
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


@pytest.fixture(scope="module")
def instagram(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: an Instagram account is connected."""
    enter_app(stack, signed_in, "instagram", "instagram", login="instagram")
    start_connecting(stack, signed_in, "Instagram")
    allow(stack, signed_in)
    return signed_in


@pytest.fixture(scope="module")
def x(stack: Stack, signed_in: Page) -> Page:
    """Keys entered, consent clicked through: an X account is connected."""
    enter_app(stack, signed_in, "x", "oauth2")
    start_connecting(stack, signed_in, "^X")
    allow(stack, signed_in)
    return signed_in


@pytest.fixture(scope="module")
def mastodon(stack: Stack, signed_in: Page) -> Page:
    """An account on a server that the person named is connected."""
    start_connecting(stack, signed_in, "Mastodon", host="https://social.example/@northwind")
    allow(stack, signed_in)
    return signed_in


@pytest.fixture(scope="module")
def bluesky(stack: Stack, signed_in: Page) -> Page:
    """Handle and app password typed on our own page: an account is connected."""
    typed = stack.control.typed("bluesky", "nora")
    page = signed_in
    page.goto(f"{stack.url}{HOME}accounts/")
    page.locator("#add").get_by_role("link", name=re.compile("Bluesky")).first.click()
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
    compose(stack, page, "Bluesky", "Hello sky, we brought coffee. #coffee")
    attach(page, "beans.jpg", "image/jpeg", photo(), "Beans under the sky")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("Hello sky, we brought coffee. #coffee")
    assert is_drawn(page, "Beans under the sky")
    compose(stack, page, "Bluesky", "The new roast: https://northwind.coffee/beans")
    page.goto(publish_now(stack, page))
    expect(page.locator("body")).to_contain_text("card: northwind.coffee")


def is_drawn(page: Page, alt: str) -> bool:
    """Whether the picture with these words is there and was loaded."""
    width = page.locator(f"img[alt='{alt}']").first.evaluate("image => image.naturalWidth")
    return int(width) > 0


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


@pytest.mark.last
def test_no_secret_that_the_sandbox_issued_is_in_database_logs_files_or_pages(
    stack: Stack, instagram: Page, x: Page, mastodon: Page, signed_in: Page, seen: dict[str, str]
) -> None:
    for path in ("", "accounts/", "posts/", "setup/", "settings/", "calendar/month/"):
        signed_in.goto(f"{stack.url}{HOME}{path}")
    for link in signed_in.locator(f"a[href^='{HOME}posts/']").evaluate_all("all => all.map(a => a.href)")[
        :10
    ]:
        signed_in.goto(link)
    places = {f"log {name}": text for name, text in stack.log_texts().items() if name != "sandbox"}
    places |= {f"page {url}": text for url, text in seen.items()}
    places |= database_texts(stack)
    secrets = {one["value"] for one in stack.control.issued() if one["kind"] != "client_id"}
    assert len(secrets) >= 6
    assert len(seen) >= 10
    found = [
        f"{secret[:4]}… in {place}" for place, text in places.items() for secret in secrets if secret in text
    ]
    assert found == []


def database_texts(stack: Stack) -> dict[str, str]:
    """The whole database as text: SQLite's files byte by byte, PostgreSQL row by row."""
    if stack.database_url.startswith("sqlite"):
        files = stack.folder.glob("db.sqlite3*")
        return {f"database {path.name}": path.read_bytes().decode("latin-1") for path in files}
    with psycopg.connect(stack.database_url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {name: connection.execute(f'SELECT t::text FROM "{name}" t').fetchall() for (name,) in names}
    return {f"table {name}": "\n".join(row[0] for row in found) for name, found in rows.items()}


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
