"""Figures of posts: what is asked of young and of old ones, and what a dead name or a refusal leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from xdk import Client

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Listing, Published, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Listening, Played, connect
from socialhub.platforms.tests.samples import file_of, film
from socialhub.platforms.values import Content, Kind, Part

from ..insights import insights, list_posts, read_posts
from ..metrics import GROUPS

CONNECTOR = registry.get("x")
PRIVATE = {"url_link_clicks", "user_profile_clicks", "engagements"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The account of Northwind Coffee in a fresh world, with every request kept."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server, transport=Listening(server.url))


def asked(desk: Desk, path: str) -> list[dict[str, str]]:
    """What was asked of an address, in order."""
    assert isinstance(desk.transport, Listening)
    found = [urlsplit(request.url) for request, _ in desk.transport.heard]
    queries = [parse_qs(one.query) for one in found if one.path == path]
    return [{name: values[0] for name, values in query.items()} for query in queries]


def names(found: Findings) -> set[str]:
    """What was told."""
    return {number.name for number in found.numbers}


def lacks(found: Findings) -> dict[str, Why]:
    """What was not, and why."""
    return {lack.name: lack.why for lack in found.lacks}


def read(desk: Desk, *posts: Published) -> Mapping[str, Findings]:
    """Their figures now."""
    return read_posts(desk.api(), desk.account, posts, desk.server.clock.moment())


def past(desk: Desk, days: float) -> Published:
    """A post of so many days ago."""
    number = desk.server.control.past(desk.account.external_id, f"{days} days", seconds=days * 86_400)
    return Published(number, desk.server.clock.moment() - timedelta(days=days))


def video(desk: Desk) -> Published:
    """A video that is a day old."""
    row = desk.publish(Content(Kind.VIDEO, "Steam", media=(file_of(film(), "video/mp4"),)))
    at = desk.server.clock.moment()
    desk.server.control.advance(80_000)
    desk.renew()
    return Published(row.post_id, at, Kind.VIDEO)


def test_what_is_private_is_asked_of_young_posts_alone(desk: Desk) -> None:
    young, old = past(desk, 29), past(desk, 31)
    found = read(desk, young, old)
    first, second = asked(desk, "/2/tweets")
    assert (first["ids"], second["ids"]) == (young.id, old.id)
    assert "non_public_metrics" in first["tweet.fields"]
    assert "non_public" not in second["tweet.fields"] + second["media.fields"]
    assert names(found[young.id]) >= PRIVATE
    assert not names(found[old.id]) & PRIVATE
    assert all("30 days" in lack.text for lack in found[old.id].lacks)


def test_a_hundred_posts_are_one_request(desk: Desk) -> None:
    posts = [past(desk, 1) for _ in range(insights.batch)]
    assert set(read(desk, *posts)) == {post.id for post in posts}
    assert len(asked(desk, "/2/tweets")) == 1


def test_a_post_that_turns_too_old_on_its_way_keeps_its_public_figures(desk: Desk) -> None:
    post = past(desk, 31)
    late = Published(post.id, desk.server.clock.moment() - timedelta(days=29))
    found = read(desk, late)[post.id]
    assert "like_count" in names(found)
    assert {lacks(found)[name] for name in PRIVATE} == {Why.PERMISSION}


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "public_metrics"])
def test_a_field_that_is_gone_takes_its_own_figures_alone(desk: Desk, group: str) -> None:
    post = video(desk)
    before = read(desk, post)[post.id]
    desk.server.control.bend("x", unknown=[group])
    after = read(desk, post)[post.id]
    gone = {term.name for term in GROUPS[group]}
    assert names(before) - names(after) == gone
    assert {lacks(after)[name] for name in gone} == {Why.UNKNOWN}


def test_two_fields_that_are_gone_leave_what_is_public(desk: Desk) -> None:
    post = past(desk, 2)
    desk.server.control.bend("x", unknown=["organic_metrics", "non_public_metrics"])
    assert names(read(desk, post)[post.id]) == {term.name for term in GROUPS["public_metrics"]}


def test_a_video_tells_its_plays_and_how_long_they_were(desk: Desk) -> None:
    post = video(desk)
    figures = {number.name: number.value or 0 for number in read(desk, post)[post.id].numbers}
    assert figures["view_count"] >= figures["playback_50_count"] >= figures["playback_100_count"] > 0
    assert figures["watch_time_ms"] > figures["view_count"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"code": "client-forbidden"}, Why.PERMISSION),
        ({"status": 404}, Why.UNKNOWN),
        ({"status": 503}, Why.NOT_YET),
    ],
)
def test_how_long_a_video_was_watched_never_costs_the_rest(
    desk: Desk, fault: dict[str, Any], why: Why
) -> None:
    post = video(desk)
    desk.server.control.fault("status", match={"path": "/2/media/analytics"}, **fault)
    found = read(desk, post)[post.id]
    assert lacks(found) == {"watch_time_ms": why}


@pytest.mark.parametrize("status", [401, 402, 429])
def test_limits_and_dead_tokens_are_told_as_such(desk: Desk, status: int) -> None:
    post = video(desk)
    for path in ("/2/media/analytics", "/2/tweets$"):
        desk.server.control.fault("status", match={"method": "GET", "path": path}, status=status)
        with pytest.raises(PlatformError) as caught:
            read(desk, post)
        assert caught.value.kind in {Fault.TOKEN_EXPIRED, Fault.QUOTA_EXCEEDED, Fault.RATE_LIMIT}
        desk.server.control.clear_faults()


def test_an_account_that_may_not_read_is_no_row_of_lacks(desk: Desk) -> None:
    post = past(desk, 2)
    desk.server.control.fault("status", match={"path": "/2/tweets", "times": 2}, status=403)
    with pytest.raises(PlatformError) as caught:
        read(desk, post)
    assert caught.value.kind is Fault.PERMISSION
    assert len(asked(desk, "/2/tweets")) == 2


def test_a_video_in_two_versions_of_a_post_is_counted_once(desk: Desk) -> None:
    counts = {"retweet_count": 1, "reply_count": 0, "like_count": 3, "quote_count": 0}
    version = {"edit_history_tweet_ids": ["11", "12"], "attachments": {"media_keys": ["13_5"]}}
    lines = [{"id": number, "public_metrics": counts, **version} for number in ("11", "12")]
    files = [{"media_key": "13_5", "type": "video", "public_metrics": {"view_count": 80}}]
    played = Played(
        {"body": {"data": [lines[1]], "includes": {"media": files}}},
        {"body": {"data": [lines[0]], "includes": {"media": files}}},
    )
    api = Api("x", CONNECTOR.service, played, account=desk.account)
    now = desk.server.clock.moment()
    found = read_posts(api, desk.account, [Published("12", now - timedelta(days=40))], now)["12"]
    figures = {number.name: number.value for number in found.numbers}
    assert (figures["like_count"], figures["view_count"]) == (6, 80)


def test_further_parts_of_threads_are_no_posts_of_their_own(desk: Desk) -> None:
    thread = Content(Kind.THREAD, parts=(Part("One"), Part("Two")))
    first = desk.publish(thread).post_id
    picture = desk.publish(Content(Kind.VIDEO, "Steam", media=(file_of(film(), "video/mp4"),))).post_id
    now = desk.server.clock.moment()
    listed = list_posts(desk.api(), desk.account, Listing(now - timedelta(days=1), now))
    assert [(post.id, post.kind) for post in listed.posts] == [(picture, Kind.VIDEO), (first, Kind.TEXT)]
    assert not listed.is_more


def test_older_posts_come_page_by_page(desk: Desk) -> None:
    ids = [past(desk, 1 + number / 100).id for number in range(120)]
    now, found = desk.server.clock.moment(), []
    cursor: Mapping[str, Any] = {}
    for _ in range(2):
        listed = list_posts(desk.api(), desk.account, Listing(now - timedelta(days=7), now, cursor))
        found += [post.id for post in listed.posts]
        cursor = listed.cursor
    assert found == ids
    assert not listed.is_more


def test_the_official_client_reads_the_same_figures(desk: Desk) -> None:
    post = past(desk, 2)
    assert desk.account.tokens is not None
    client = Client(base_url=f"{desk.server.url}/api.x.com", access_token=desk.account.tokens.access.reveal())
    fields = ["public_metrics", "non_public_metrics", "organic_metrics"]
    told = client.posts.get_by_ids([post.id], post_fields=fields).model_dump()["data"][0]
    ours = {number.name: number.value for number in read(desk, post)[post.id].numbers}
    assert told["public_metrics"]["like_count"] == ours["like_count"]
    assert told["non_public_metrics"]["engagements"] == ours["engagements"]
    assert told["organic_metrics"]["impression_count"] == ours["organic_metrics.impression_count"]
