"""Figures of pages and of members: two kinds of account, with rights, requests and gaps of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from linkedin_api.clients.restli.client import RestliClient
from linkedin_api.common import constants

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.values import Kind

from ..insights import insights, list_posts
from ..metrics import FACETS, MEMBER_FILM, MEMBER_POST, PAGE_FILM, SHARED
from ..rest import VERSION
from .desks import CONNECTOR, LINK, MOVING, STILL, TEXT, as_member, as_page
from .reading import PARTS, ask, heard, lacks, listening, names, posted, query_of, read


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def test_a_page_asks_once_for_all_posts_and_a_member_once_for_each_metric(sandbox: SandboxServer) -> None:
    page, member = listening(as_page(sandbox)), listening(as_member(sandbox))
    numbers = [
        sandbox.control.past(page.account.external_id.split(":")[-1], "x", seconds=n) for n in (100, 200)
    ]
    posts = [Published(number, sandbox.clock.moment()) for number in numbers]
    assert set(read(page, *posts)) == set(numbers)
    assert len(heard(page)) == 1
    own = posted(member)
    before = len(heard(member))
    assert names(read(member, own)[own.id]) == {term.name for term in MEMBER_POST}
    assert len(heard(member)) - before == len(MEMBER_POST)
    assert insights.batch_for(page.account) > insights.batch_for(member.account)


def test_only_a_page_has_zero_for_a_post_that_is_left_out(sandbox: SandboxServer) -> None:
    page = as_page(sandbox)
    row = page.publish(TEXT)
    found = read(page, Published(row.post_id, sandbox.clock.moment()))[row.post_id]
    assert {number.value for number in found.numbers} == {0}
    assert names(found) == {term.name for term in SHARED}
    assert found.lacks == ()


@pytest.mark.parametrize("is_page", [True, False])
def test_a_video_tells_its_plays_and_time(sandbox: SandboxServer, is_page: bool) -> None:
    desk = as_page(sandbox) if is_page else as_member(sandbox)
    post = posted(desk, Kind.VIDEO)
    found = read(desk, post)[post.id]
    assert names(found) >= {term.name for term in (PAGE_FILM if is_page else MEMBER_FILM)}


@pytest.mark.parametrize("is_page", [True, False])
def test_days_that_are_late_come_later_and_then_stay(sandbox: SandboxServer, is_page: bool) -> None:
    desk = as_page(sandbox) if is_page else as_member(sandbox)
    sandbox.control.bend("linkedin", late_days=2, settles_days=3)
    first = ask(desk, PARTS["days"], days=4)
    told = {number.day for number in first.numbers}
    assert len(told) == 2
    assert set(lacks(first).values()) == {Why.NOT_YET}
    assert not any(number.is_final for number in first.numbers if number.day == max(d for d in told if d))
    sandbox.control.advance(4 * 86_400)
    last = ask(desk, PARTS["days"], back=5, days=4)
    assert last.lacks == ()
    assert {number.day for number in last.numbers} > told
    assert all(number.is_final for number in last.numbers)


def test_a_year_is_asked_for_in_spans_that_linkedin_takes(sandbox: SandboxServer) -> None:
    desk, part = as_page(sandbox), PARTS["days"]
    last = sandbox.clock.moment().date() - timedelta(days=1)
    span = Span(last - insights.history + timedelta(days=1), last)
    days: set[date] = set()
    for piece in span.pieces(part.most_days):
        days |= {
            number.day
            for number in part.read(desk.api(), desk.account, piece, sandbox.clock.moment()).numbers
            if number.day
        }
    assert days == set(span.days)


def test_groups_that_are_too_small_are_kept_private(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    assert names(ask(desk, PARTS["audience"])) == set(FACETS)
    sandbox.control.bend("linkedin", thin=True)
    assert lacks(ask(desk, PARTS["audience"])) == dict.fromkeys(FACETS, Why.TOO_FEW)


@pytest.mark.parametrize(("fault", "kind"), [
    ({"code": "member"}, Fault.RATE_LIMIT),
    ({"code": "application"}, Fault.QUOTA_EXCEEDED),
    ({"code": "REVOKED_ACCESS_TOKEN"}, Fault.REVOKED),
    ({"status": 426}, Fault.INVALID_REQUEST),
    ({"status": 503}, Fault.SERVER_ERROR),
])  # fmt: skip
@pytest.mark.parametrize("is_page", [True, False])
def test_limits_tokens_and_ended_versions_are_told_as_such(
    sandbox: SandboxServer, fault: dict[str, str], kind: Fault, is_page: bool
) -> None:
    desk = as_page(sandbox) if is_page else as_member(sandbox)
    post = posted(desk)
    sandbox.control.fault("status", match={"path": "Statistics|Analytics", "times": 0}, **fault)
    for reading in (lambda: read(desk, post), lambda: ask(desk, PARTS["days"])):
        with pytest.raises(PlatformError) as caught:
            reading()
        assert caught.value.kind is kind


def test_a_post_of_somebody_else_leaves_the_others(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    post = posted(desk)
    other = next(
        one for one in sandbox.world.accounts.where(platform="linkedin") if one.name == "Harbor Books"
    )
    strange = sandbox.control.past(other.id, "x", seconds=100)
    found = read(desk, post, Published(strange, sandbox.clock.moment()))
    assert names(found[post.id]) == {term.name for term in SHARED}
    assert set(lacks(found[strange]).values()) == {Why.UNKNOWN}


def test_a_deleted_post_of_a_member_is_not_told_of(sandbox: SandboxServer) -> None:
    desk = as_member(sandbox)
    post = posted(desk)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    CONNECTOR.publishing.delete(desk.api(), desk.account, post.id)
    assert read(desk, post) == {}


def test_posts_of_a_page_are_found_with_their_kinds(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    ids = [desk.publish(content).post_id for content in (TEXT, LINK, STILL, MOVING)]
    now = sandbox.clock.moment()
    listed = list_posts(desk.api(), desk.account, Listing(now - timedelta(days=1), now))
    found = {post.id: post for post in listed.posts}
    assert [found[number].kind for number in ids] == [Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.VIDEO]
    assert found[ids[0]].text.startswith("Fresh roast (Kenya) for #coffee_lovers")
    member = as_member(sandbox)
    assert member.account.login in insights.unlisted
    assert list_posts(member.api(), member.account, Listing(now, now)).posts == ()


def test_linkedins_own_client_writes_the_same_queries(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{sandbox.url}/api.linkedin.com/rest")
    desk = listening(as_page(sandbox))
    post = posted(desk)
    assert desk.account.tokens is not None
    always = {"access_token": desk.account.tokens.access.reveal(), "version_string": VERSION}
    found = RestliClient().finder(
        resource_path="/organizationalEntityShareStatistics",
        finder_name="organizationalEntity",
        query_params={"organizationalEntity": desk.account.external_id, "shares": [post.id]},
        **always,
    )
    ours = {number.name: number.value for number in read(desk, post)[post.id].numbers}
    assert found.elements[0]["totalShareStatistics"] == ours
    assert set(query_of(found.url).split("&")) == set(query_of(heard(desk)[-1]).split("&"))
    span = Span(date(2026, 11, 1), date(2026, 11, 3))
    PARTS["days"].read(desk.api(), desk.account, span, sandbox.clock.moment())
    start, end = (int(moment.timestamp() * 1000) for moment in (span.begins, span.ends))
    interval = {"timeRange": {"start": start, "end": end}, "timeGranularityType": "DAY"}
    days = RestliClient().finder(
        resource_path="/organizationalEntityShareStatistics",
        finder_name="organizationalEntity",
        query_params={"organizationalEntity": desk.account.external_id, "timeIntervals": interval},
        **always,
    )
    # Of a record the client sorts the names.
    assert sorted(re.findall(r"\w+", query_of(days.url))) == sorted(
        re.findall(r"\w+", query_of(heard(desk)[-1]))
    )
    assert len(days.elements) == 3
