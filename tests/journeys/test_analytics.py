"""Figures on the pages are those that the platforms tell, each beside the company that its terms allow it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from analytics import nights
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from tests.journeys.acts import allow, compose, enter_app, publish_now, start_connecting
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
HOME = "/w/northwind-roastery/"
ANALYTICS = f"{HOME}analytics/"
ZONE = ZoneInfo("Europe/London")
SERVER = "social.example"
COUNTED = ("favourites_count", "reblogs_count", "replies_count", "quotes_count")
TURN = 60
"""Seconds that a reading may take, in the sandbox's time. What a post has grows meanwhile, and never falls."""


@pytest.fixture(scope="module")
def apart() -> Connector:
    """A platform whose terms forbid that its figures stand beside those of others."""
    known = registry.connectors().values()
    return next(each for each in known if each.insights and not each.policy.may_mix_with_others)


@pytest.fixture(scope="module")
def roastery(stack: Stack, signed_in: Page, apart: Connector) -> Page:
    """A workspace of two channels that have three weeks behind them, every night of which was read."""
    page = signed_in
    page.goto(f"{stack.url}/workspaces/new/")
    page.get_by_label("Name").fill("Northwind Roastery")
    page.locator("[name=timezone]").select_option(ZONE.key)
    page.get_by_role("button", name="Make the workspace").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    start_connecting(stack, page, "Mastodon", host=f"https://{SERVER}/@northwind", home=HOME)
    allow(stack, page)
    enter_app(stack, page, apart.key, apart.logins[0].key, home=HOME)
    start_connecting(stack, page, apart.name, home=HOME)
    allow(stack, page)
    assert "nights of figures" in stack.manage("demo", "--past", "northwind-roastery")
    return page


def see(stack: Stack, page: Page, path: str = "") -> Page:
    page.goto(f"{stack.url}{ANALYTICS}{path}")
    return page


def number(where: Locator) -> float:
    """The figure that stands there, as machines read it."""
    value = where.locator("data").first.get_attribute("value")
    assert value is not None
    return float(value)


def tile(page: Page, name: str) -> Locator:
    return page.locator(".kpi", has=page.locator("dt", has_text=re.compile(f"^{name}$")))


@contextmanager
def at(stack: Stack, moment: datetime) -> Iterator[None]:
    """The sandbox at another time."""

    def now() -> datetime:
        return datetime.fromisoformat(stack.control.call("GET", "clock")["now"])

    away = (moment - now()).total_seconds()
    stack.control.advance(away)
    try:
        yield
    finally:
        stack.control.advance(-away)


def told(stack: Stack, path: str, moment: datetime) -> dict[str, Any]:
    """What the platform says at a time."""
    with at(stack, moment):
        answer = requests.get(f"{stack.sandbox_url}/{SERVER}/api/v1/{path}", timeout=10)
    assert answer.ok, answer.text
    return dict(answer.json())


def between(stack: Stack, path: str, name: str, moment: datetime) -> tuple[int, int]:
    """The least and the most that a reading of that time can have found."""
    early, late = (told(stack, path, moment + timedelta(seconds=more))[name] for more in (0, TURN))
    return early, late


def last_night() -> datetime:
    return nights.begins(nights.current(datetime.now(UTC), ZONE), ZONE)


def listed(stack: Stack, page: Page) -> dict[str, str]:
    """The posts of the table that have figures: title → address of their page."""
    rows = see(stack, page, "posts/?range=28").locator("table[data-figures] tbody tr")
    return {
        row.locator("th a").inner_text(): str(row.locator("th a").get_attribute("href"))
        for row in rows.all()
        if row.locator("td[data-label=Engaged] data").count()
    }


def live(stack: Stack) -> dict[str, str]:
    """The posts of the server: text → id."""
    return {post["text"]: post["id"] for post in stack.control.posts(host=SERVER)}


def test_every_figure_of_a_post_is_the_platforms_own(stack: Stack, roastery: Page) -> None:
    page, ids = roastery, live(stack)
    posts = listed(stack, page)
    assert len(posts) >= 5
    for title, address in list(posts.items())[:3]:
        page.goto(f"{stack.url}{address}")
        for name in COUNTED:
            row = page.locator("tr", has=page.locator("code", has_text=re.compile(f"^{name}$")))
            shown = number(row.locator("td[data-label=Value]"))
            read = row.locator("td[data-label=Read] time").first.get_attribute("datetime")
            least, most = between(stack, f"statuses/{ids[title]}", name, datetime.fromisoformat(str(read)))
            assert least <= shown <= most, (title, name)


def test_sums_of_the_overview_are_those_of_the_platform_and_hold_nothing_of_the_other(
    stack: Stack, roastery: Page, apart: Connector
) -> None:
    page, ids = roastery, live(stack)
    sums = [
        between(stack, f"statuses/{ids[title]}", name, last_night())
        for title in listed(stack, page)
        for name in COUNTED
    ]
    see(stack, page, "?range=28")
    engaged = number(tile(page, "Engagements").locator(".kpi-value"))
    assert 0 < sum(least for least, _ in sums) <= engaged <= sum(most for _, most in sums)
    expect(tile(page, "Engagements")).to_contain_text("1 of 1 channel")
    one = f"statuses/{next(iter(ids.values()))}"
    least, most = (
        told(stack, one, last_night() + timedelta(seconds=more))["account"]["followers_count"]
        for more in (0, TURN)
    )
    assert least <= number(tile(page, "Followers").locator(".kpi-value")) <= most
    assert page.locator("select[name=channel] option", has_text=apart.name).count() == 0
    assert page.locator(f"table[data-figures] [data-platform={apart.key}]").count() == 0


def test_the_platform_that_stands_alone_has_a_page_with_its_own_words(
    stack: Stack, roastery: Page, apart: Connector
) -> None:
    page = see(stack, roastery)
    page.get_by_role("link", name=apart.name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(apart.name)
    assert apart.insights is not None
    words = {term.name for term in (*apart.insights.table.account, *apart.insights.table.post)}
    shown = set(page.locator(".series code.own-words").all_inner_texts())
    assert shown
    assert shown <= words
    for name in shown:
        assert number(page.locator(".series > div", has=page.locator(f"code:text-is('{name}')"))) >= 0
    expect(page.locator("table[data-figures] tbody tr").first).to_be_visible()


def test_what_a_platform_does_not_give_is_a_dash_with_the_reason(stack: Stack, roastery: Page) -> None:
    page = see(stack, roastery)
    views = tile(page, "Views")
    expect(views.locator(".kpi-value")).to_contain_text("—")
    views.locator("summary").click()
    expect(views.locator("details li")).to_contain_text("Mastodon counts this nowhere.")
    cell = page.locator("table[data-figures] td[data-label=Reach] .absent").first
    expect(cell).to_have_attribute("title", "Mastodon: Mastodon counts this nowhere.")


def test_a_post_that_just_went_out_is_followed_and_says_that_nothing_was_read_yet(
    stack: Stack, roastery: Page
) -> None:
    page, text = roastery, "Cupping at four, bring a spoon."
    compose(stack, page, "Mastodon", text, home=HOME)
    publish_now(stack, page)
    see(stack, page)
    page.locator("table[data-figures] tbody th a").first.click()
    account = page.locator(".page-head a[href*='/analytics/accounts/']").get_attribute("href")
    row = page.locator("table[data-figures] tbody tr", has=page.get_by_role("link", name=text))
    for _ in range(60):
        page.goto(f"{stack.url}{account}")
        if row.count():
            break
        page.wait_for_timeout(500)
    expect(row.locator(".absent").first).to_have_attribute("title", "not read yet")
    row.get_by_role("link", name=text).click()
    expect(page.locator("main")).to_contain_text("A post is read one hour after it went out")


def test_the_days_of_the_chart_are_read_with_the_keyboard(stack: Stack, roastery: Page) -> None:
    page = see(stack, roastery, "?range=28&metric=engagements")
    page.locator(".chart-plot").focus()
    page.keyboard.press("End")
    tip = page.locator("[data-tip]")
    rows = page.locator("#chart-data tbody tr")
    expect(tip).to_contain_text(rows.last.locator("th").text_content() or "nothing")
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text(rows.nth(26).locator("th").text_content() or "nothing")
    page.locator("#chart-data summary").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(28)
    expect(rows.last).to_be_visible()
    page.keyboard.press("Enter")
    expect(rows.last).to_be_hidden()


def test_the_file_has_the_numbers_of_the_page(stack: Stack, roastery: Page) -> None:
    page = see(stack, roastery, "?range=28&metric=engagements")
    engaged = number(tile(page, "Engagements").locator(".kpi-value"))
    days = [
        number(cell) if cell.locator("data").count() else None
        for cell in page.locator("#chart-data tbody tr td:nth-child(2)").all()
    ]
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    lines = waiting.value.path().read_text("utf-8-sig").splitlines()
    table = {row["Day"]: row["Engagements"] for row in csv.DictReader(lines)}
    assert float(table["Total"]) == engaged
    written = [float(value) if value else None for day, value in table.items() if day[:2] == "20"]
    assert written == days
    assert len([each for each in days if each]) > 10


def test_the_best_time_says_how_much_it_still_needs(stack: Stack, roastery: Page, apart: Connector) -> None:
    page = see(stack, roastery, "best-time/")
    expect(page.locator("section", has=page.locator("#advice-h"))).to_contain_text("of the 20 posts")
    expect(page.locator("ul.rows").first).not_to_contain_text(apart.name)


def test_figures_can_be_read_without_a_script(stack: Stack, roastery: Page, browser: Browser) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        storage_state=roastery.context.storage_state(),
        viewport={"width": 390, "height": 844},
    )
    page = see(stack, context.new_page())
    try:
        page.get_by_role("link", name="90 d").click()
        page.get_by_role("link", name="Followers", exact=True).click()
        page.locator("#chart-data summary").click()
        levels = [
            number(cell) for cell in page.locator("#chart-data tbody tr td:nth-child(2):has(data)").all()
        ]
        assert len(levels) > 15
        assert page.url.count("range=90") == 1
        page.get_by_label("Compare").select_option("no")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("columnheader", name="Days before")).to_have_count(0)
    finally:
        context.close()
