"""The Bluesky connector against a real server of the AT Protocol: what our sandbox says is not the judge here."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.login import LoginContext, PasswordLogin
from socialhub.platforms.metrics import Listing, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk, Row, Trouble
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Account, App, Content, Kind, Part, Secret, Tokens
from tests.real_accounts import POST, Loopback, Owner, context_of
from tests.real_pds import RealPds

pytestmark = pytest.mark.pds

CONNECTOR = registry.get("bluesky")
OWN = "oyster.us-east.host.bsky.network"
"""The sandbox's server of the same kind."""
NOWHERE = "bafkreih6k7wbvhy5gbxkzw3c2ldynlxuwqvn5gb5h5e7f4j4c3s2vsrcq4"
THREAD = Content(
    Kind.THREAD,
    parts=(
        Part("One: the beans", (file_of(picture(), "image/jpeg", alt="Beans"),)),
        Part("Two"),
        Part("Three"),
    ),
)


def way_in() -> PasswordLogin:
    """The connector's login."""
    login = CONNECTOR.login("password")
    assert isinstance(login, PasswordLogin)
    return login


@pytest.fixture
def desk(owner: Owner) -> Iterator[Desk]:
    """The account connected; the sandbox lends its clock alone."""
    account = way_in().sign_in(context_of(owner.pds), owner.typed())[0]
    with SandboxServer() as server:
        desk = Desk(CONNECTOR, way_in(), server, account, App(""), Loopback(owner.pds))
        assert CONNECTOR.learn is not None
        desk.account = replace(account, extra=CONNECTOR.learn(desk.api(), account))
        yield desk


def tokens_of(account: Account) -> Tokens:
    """The session."""
    assert account.tokens is not None
    return account.tokens


def test_an_app_password_opens_a_session_that_is_renewed_and_ended(owner: Owner) -> None:
    context = context_of(owner.pds)
    account = way_in().sign_in(context, owner.typed())[0]
    assert (account.external_id, account.handle) == (owner.did, f"@{owner.handle}")
    first = tokens_of(account)
    assert first.expires_at is not None
    assert first.refresh_expires_at is not None
    assert context.now < first.expires_at < first.refresh_expires_at
    renewed = way_in().refresh_with(context, first)
    assert renewed.refresh != first.refresh
    again = way_in().refresh_with(context, first)  # as if the answer had been lost
    latest = way_in().refresh_with(context, again)
    way_in().revoke_with(context, account.with_tokens(latest))
    with pytest.raises(PlatformError) as ended:
        way_in().refresh_with(context, latest)
    assert ended.value.requires_reauth


def test_wrong_and_deleted_app_passwords_are_told_apart_from_trouble(owner: Owner) -> None:
    context = context_of(owner.pds)
    with pytest.raises(PlatformError) as wrong:
        way_in().sign_in(context, owner.typed(password="aaaa-bbbb-cccc-dddd"))
    assert (wrong.value.kind, wrong.value.code) == (Fault.INVALID_TOKEN, "AuthenticationRequired")
    tokens = tokens_of(way_in().sign_in(context, owner.typed())[0])
    owner.call("com.atproto.server.revokeAppPassword", {"name": "hub"})
    with pytest.raises(PlatformError) as gone:
        way_in().refresh_with(context, tokens)
    assert gone.value.requires_reauth


def test_links_mentions_and_hashtags_are_written_as_the_server_wants_them(owner: Owner, desk: Desk) -> None:
    text = f"☕ für @{owner.handle} und @nobody.test: https://northwind.coffee/ä #röst"
    row = desk.publish(Content(Kind.TEXT, text), {"language": "de"})
    (record,) = owner.records()
    assert (record["uri"], record["value"]["text"]) == (row.post_id, text)
    raw = text.encode()
    marked = [
        raw[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode() for one in record["value"]["facets"]
    ]
    assert marked == [f"@{owner.handle}", "https://northwind.coffee/ä", "#röst"]
    assert record["value"]["facets"][0]["features"][0]["did"] == owner.did


def test_pictures_videos_and_cards_arrive_byte_by_byte(owner: Owner, desk: Desk) -> None:
    cup, tan, pouring = picture(), picture("tan"), film()
    files = (file_of(cup, "image/jpeg", alt="A cup"), file_of(tan, "image/jpeg"))
    desk.publish(Content(Kind.GALLERY, "Two cups", media=files), {"label": "nudity"})
    desk.publish(Content(Kind.VIDEO, "Pouring", media=(file_of(pouring, "video/mp4", alt="Hot water"),)))
    link = "https://northwind.coffee/beans"
    desk.publish(Content(Kind.LINK, f"New: {link}", link=link))
    gallery, video, card = (record["value"]["embed"] for record in owner.records())
    assert [owner.blob(image["image"]) for image in gallery["images"]] == [cup, tan]
    assert owner.blob(video["video"]) == pouring
    assert card["external"] == {"uri": link, "title": "northwind.coffee", "description": ""}


@pytest.mark.parametrize("trouble", Trouble, ids=lambda one: one.name.lower())
def test_whatever_breaks_at_any_request_a_thread_is_there_once(
    owner: Owner, desk: Desk, trouble: Trouble
) -> None:
    requests_needed = 0
    for at in range(1, 40):
        before = len(owner.records())
        desk.transport = transport = Loopback(owner.pds, at=at, trouble=trouble)
        assert desk.publish(THREAD).held == ""
        fresh = owner.records()[before:]
        assert [record["value"]["text"] for record in fresh] == [part.text for part in THREAD.parts], at
        parents = [record["value"].get("reply", {}).get("parent", {}).get("uri") for record in fresh]
        assert parents == [None, fresh[0]["uri"], fresh[1]["uri"]]
        requests_needed = transport.count
        if requests_needed < at:
            break
    assert 0 < requests_needed < 40


def test_the_same_record_again_changes_nothing_and_another_one_is_refused(owner: Owner, desk: Desk) -> None:
    content = Content(Kind.TEXT, "Fresh roast")
    row = Row()
    while row.step != "put_record":
        desk.turn(row, content, {})
    again = replace(row, facts=dict(row.facts))
    other = replace(row, facts=dict(row.facts))
    first = desk.publish(content, row=row)
    assert desk.publish(content, row=again).post_id == first.post_id
    # Our record is under our key, whatever it says: found, not written over.
    assert desk.publish(Content(Kind.TEXT, "Something else"), row=other).post_id == first.post_id
    assert [record["value"]["text"] for record in owner.records()] == ["Fresh roast"]


def test_a_post_is_deleted_and_deleting_again_is_no_error(owner: Owner, desk: Desk) -> None:
    row = desk.publish(THREAD)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for post in reversed(CONNECTOR.publishing.live_ids(row.post_id, row.facts)):
        CONNECTOR.publishing.delete(desk.api(), desk.account, post)
        CONNECTOR.publishing.delete(desk.api(), desk.account, post)
    assert owner.records() == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (Content(Kind.TEXT, "é" * 301), Fault.INVALID_REQUEST),
        (
            Content(Kind.GALLERY, "Five", media=(file_of(picture(), "image/jpeg"),) * 5),
            Fault.INVALID_REQUEST,
        ),
    ],
    ids=["too long", "five pictures"],
)
def test_what_the_rules_forbid_the_server_refuses_too(desk: Desk, content: Content, kind: Fault) -> None:
    assert CONNECTOR.check(content, desk.account)
    with pytest.raises(PlatformError) as refused:
        desk.publish(content)
    assert (refused.value.kind, refused.value.is_ambiguous) == (kind, False)


def test_the_longest_text_that_the_rules_allow_is_taken(owner: Owner, desk: Desk) -> None:
    content = Content(Kind.TEXT, "👩‍🍳" * 200 + "é" * 100)
    assert CONNECTOR.check(content, desk.account) == ()
    desk.publish(content)
    assert len(owner.records()) == 1


GOOD: dict[str, Any] = {"$type": POST, "text": "Fresh roast", "createdAt": "2026-11-22T12:00:00.000Z"}
BLOB = {"$type": "blob", "ref": {"$link": NOWHERE}, "mimeType": "image/jpeg", "size": 100}
IMAGE = {"image": BLOB, "alt": "A cup", "aspectRatio": {"width": 4, "height": 3}}
LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://northwind.coffee"}
CARD = {"uri": "https://northwind.coffee", "title": "Northwind", "description": ""}


def images(*items: dict[str, Any]) -> dict[str, Any]:
    """A record with these pictures."""
    return {**GOOD, "embed": {"$type": "app.bsky.embed.images", "images": list(items)}}


def facet(**index: int) -> dict[str, Any]:
    """A record with a link there."""
    return {**GOOD, "facets": [{"index": index, "features": [LINK]}]}


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    """The record with a field left out."""
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    "record",
    [
        GOOD,
        {**GOOD, "text": ""},
        {**GOOD, "text": "é" * 300},
        {**GOOD, "text": "é" * 301},
        {**GOOD, "text": "👩‍🍳" * 300},
        {**GOOD, "text": 7},
        without(GOOD, "text"),
        without(GOOD, "createdAt"),
        {**GOOD, "createdAt": "2026-11-22T12:00:00"},
        {**GOOD, "createdAt": "yesterday"},
        {**GOOD, "createdAt": "2026-11-22T12:00:00.000+00:00"},
        {**GOOD, "$type": "app.bsky.feed.like"},
        {**GOOD, "langs": ["en", "pt-BR"]},
        {**GOOD, "langs": ["en", "de", "fr", "sv"]},
        {**GOOD, "langs": ["not a language"]},
        {**GOOD, "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]}},
        facet(byteStart=0, byteEnd=5),
        facet(byteStart=0),
        facet(byteStart=-1, byteEnd=5),
        {**GOOD, "embed": {"$type": "app.bsky.embed.external", "external": CARD}},
        {**GOOD, "embed": {"$type": "app.bsky.embed.external", "external": without(CARD, "description")}},
        {**GOOD, "reply": {"root": {"uri": "at://x", "cid": "y"}}},
        images(IMAGE),
        images(without(IMAGE, "alt")),
        images(*(IMAGE for _ in range(5))),
        images({**IMAGE, "aspectRatio": {"width": 0, "height": 3}}),
    ],
)
def test_the_sandbox_takes_and_refuses_what_the_real_server_does(
    twins: dict[str, Account], record: dict[str, Any]
) -> None:
    key = "3" + "".join(random.choices("234567abcdefghijklmnopqrstuvwxyz", k=12))
    ours, theirs = (put(base, account, key, record) for base, account in twins.items())
    assert ours == theirs


@pytest.fixture(scope="module")
def twins(pds: RealPds) -> Iterator[dict[str, Account]]:
    """An account in the sandbox and one on the real server, by the address of their servers."""
    with SandboxServer() as sandbox:
        typed = {key: Secret(word) for key, word in sandbox.control.typed("bluesky", "nora").items() if word}
        api = Api(CONNECTOR.key, CONNECTOR.service, Transport(sandbox_url=sandbox.url), app=App(""))
        ours = way_in().sign_in(LoginContext(api, App(""), CALLBACK, sandbox.clock.moment()), typed)[0]
        theirs = way_in().sign_in(context_of(pds), Owner(pds).typed())[0]
        yield {f"{sandbox.url}/{OWN}": ours, pds.url: theirs}


def put(base: str, account: Account, key: str, record: dict[str, Any]) -> tuple[int, str, str]:
    """Write it under a key of its own: the status, the name of the error and what our table makes of it."""
    headers = {"Authorization": f"Bearer {tokens_of(account).access.reveal()}"}
    body = {
        "repo": account.external_id,
        "collection": POST,
        "rkey": key,
        "record": record,
        "swapRecord": None,
    }
    answer = requests.post(f"{base}/xrpc/com.atproto.repo.putRecord", json=body, headers=headers, timeout=10)
    table = CONNECTOR.service.errors
    meaning = table.meaning(table.read(answer.json()), answer.status_code)[0] if not answer.ok else None
    return answer.status_code, str(answer.json().get("error", "")), meaning.kind if meaning else ""


def test_without_an_index_there_are_no_figures_but_the_posts_are_listed(desk: Desk) -> None:
    insights = CONNECTOR.insights
    assert insights is not None
    assert insights.list_posts is not None
    row = desk.publish(THREAD)
    now = desk.server.clock.moment()
    listed = insights.list_posts(desk.api(), desk.account, Listing(now - timedelta(days=1), now))
    assert [post.id for post in listed.posts] == [row.post_id]
    found = insights.read_posts(desk.api(), desk.account, listed.posts, now)[row.post_id]
    stands = insights.parts[0].read(desk.api(), desk.account, Span(now.date(), now.date()), now)
    for findings in (found, stands):
        assert findings.numbers == ()
        assert {lack.why for lack in findings.lacks} == {Why.PERMISSION}
