"""When posts need care: after an outage, when the same is said twice, when a channel would let a post down."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import HOME, compose
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
YESTERDAY = (
    "from datetime import timedelta; from django.db.models import F;"
    "from publishing.models import Delivery, Post;"
    "rows = Delivery.objects.filter(state='scheduled'); ago = timedelta(hours=27);"
    "Post.objects.filter(deliveries__in=rows).update(due_at=F('due_at') - ago);"
    "rows.update(due_at=F('due_at') - ago, next_at=F('next_at') - ago)"
)


@contextlib.contextmanager
def outage(stack: Stack) -> Iterator[None]:
    """No publisher runs meanwhile."""
    process = stack.processes["publisher"]
    process.terminate()
    process.wait(timeout=20)
    try:
        yield
    finally:
        stack.start("publisher", sys.executable, "manage.py", "publisher", "--threads", "8")


def schedule_tomorrow(stack: Stack, page: Page, text: str) -> None:
    """Write for Mastodon and schedule for this time tomorrow."""
    compose(stack, page, "Mastodon", text)
    page.locator("label", has=page.locator("input[name=when][value=at]")).click()
    page.locator("#date").evaluate(
        "field => { const day = new Date(Date.now() + 864e5); field.value = day.toISOString().slice(0, 10); }"
    )
    page.locator("#go .go-act button").click()
    page.wait_for_url(re.compile(r"/posts/\d+/$"))


def test_what_an_outage_left_behind_is_published_with_one_decision(stack: Stack, mastodon: Page) -> None:
    page = mastodon
    texts = [f"Left behind by the outage, number {number}." for number in range(3)]
    with outage(stack):
        for text in texts:
            schedule_tomorrow(stack, page, text)
        stack.manage("shell", "-c", YESTERDAY)
    page.goto(f"{stack.url}{HOME}")
    banner = page.get_by_role("complementary", name=re.compile("3 posts were missed"))
    for _ in range(40):
        if banner.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(banner).to_be_visible()
    for path in ("calendar/week/", "posts/"):
        page.goto(f"{stack.url}{HOME}{path}")
        expect(banner).to_be_visible()
    # By the keyboard alone.
    banner.get_by_role("link", name="Publish all now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish what was missed")
    page.get_by_role("button", name="Publish 3 posts").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#batch")).to_contain_text("3 of 3", timeout=20_000)
    expect(page.locator("#batch")).to_contain_text("five seconds apart")
    page.goto(f"{stack.url}{HOME}posts/?q=outage")
    for _ in range(60):
        if page.locator("tbody .state[data-state=published]").count() == 3:
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("tbody .state[data-state=published]")).to_have_count(3)


def test_the_same_words_go_out_again_only_after_a_yes(stack: Stack, mastodon: Page) -> None:
    page = mastodon
    compose(stack, page, "Mastodon", "Flat white at nine, on purpose.")
    page.locator("label", has=page.locator("input[name=when][value=now]")).click()
    page.locator("#go .go-act button").click()
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    first = page.url
    page.get_by_role("button", name="Duplicate").click()
    page.wait_for_url(re.compile(r"/edit/$"))
    expect(page.locator("#checks")).to_contain_text("The same went to")
    expect(page.locator("#checks").get_by_role("link", name=re.compile("Flat white"))).to_have_attribute(
        "href", first.removeprefix(stack.url)
    )
    page.locator("label", has=page.locator("input[name=when][value=now]")).click()
    page.locator("#go .go-act button").click()
    expect(page.locator("#again_error")).to_contain_text("Say that you mean it")
    page.get_by_label("Post it again on purpose").check()
    page.locator("#go .go-act button").click()
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    assert page.url != first
    expect(page.locator(".flight")).to_have_attribute("data-state", "published", timeout=60_000)


def test_a_channel_that_was_signed_out_shows_on_every_post_that_needs_it(
    stack: Stack, mastodon: Page
) -> None:
    page = mastodon
    schedule_tomorrow(stack, page, "Waits for a channel.")
    post = page.url
    account = (
        "from accounts.models import ConnectedAccount as A; from accounts.signals import announce;"
        "rows = A.objects.filter(platform='mastodon'); rows.update(state='{}');"
        "[announce(row.pk) for row in rows]"
    )
    stack.manage("shell", "-c", account.format("reconnect"))
    try:
        page.goto(post)
        expect(page.locator("#flights")).to_contain_text("As things stand it will not go out.")
        expect(page.locator("#flights")).to_contain_text("signed us out of")
        page.goto(f"{stack.url}{HOME}posts/?q=Waits")
        expect(page.locator("tbody")).to_contain_text("Channel signed out")
        page.goto(f"{stack.url}{HOME}")
        expect(page.locator("#needs")).to_contain_text("Channel signed out")
    finally:
        stack.manage("shell", "-c", account.format("active"))
    page.goto(post)
    expect(page.locator("#flights")).not_to_contain_text("will not go out")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#flights .flight")).to_have_attribute("data-state", "cancelled")
