"""Being called: subscriptions by both ways in, sealed events, people who take their consent back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from socialhub.platforms.connectors._graph.tests.ear import TOKEN, Ear, ask_of, listening
from socialhub.platforms.events import EventKind
from socialhub.platforms.inbox import Gone, Item, ItemKind
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import PutFile, file_host

from .test_connector import CONNECTOR, FACEBOOK, cup

assert CONNECTOR.webhooks is not None
assert CONNECTOR.webhooks.subscribing is not None
assert CONNECTOR.inbox is not None
assert CONNECTOR.inbox.read is not None
WAY, READ = CONNECTOR.webhooks.subscribing, CONNECTOR.inbox.read
FIELDS, NOTHING = frozenset({"comments", "messages"}), frozenset[str]()


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Somebody who listens."""
    with listening(CONNECTOR) as found:
        yield found


@pytest.fixture(params=CONNECTOR.logins, ids=lambda login: login.key)
def desk(request: pytest.FixtureRequest, ear: Ear) -> Iterator[Desk]:
    """Nora's account; the address is entered where the platform wants that."""
    with SandboxServer() as server:
        desk = connect(CONNECTOR, request.param, server, app={"requires_proof": request.param is FACEBOOK})
        server.control.callbacks("instagram", webhook=ear.url, verify_token=TOKEN)
        yield desk


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that Instagram fetches."""
    with file_host() as put_file:
        yield put_file


def test_a_subscription_is_made_repeated_checked_and_ended(desk: Desk, ear: Ear) -> None:
    ask = ask_of(desk, ear)
    assert WAY.check(desk.api(), desk.account, ask) is None
    made = WAY.subscribe(desk.api(), desk.account, ask)
    for _ in range(2):
        again = WAY.subscribe(desk.api(), desk.account, ask_of(desk, ear, made.kept))
        assert (again.fields, again.missing, again.kept) == (FIELDS, NOTHING, made.kept)
    kept = ask_of(desk, ear, made.kept)
    checked = WAY.check(desk.api(), desk.account, kept)
    assert checked is not None
    assert (checked.fields, checked.kept) == (FIELDS, made.kept)
    for _ in range(2):
        WAY.unsubscribe(desk.api(), desk.account, kept)
    assert WAY.check(desk.api(), desk.account, kept) is None


def test_what_is_said_is_told_in_a_sealed_call_and_read_as_an_item(
    desk: Desk, ear: Ear, put: PutFile
) -> None:
    WAY.subscribe(desk.api(), desk.account, ask_of(desk, ear))
    post = desk.publish(cup(put)).post_id
    number = desk.server.control.say("instagram", post, "Blåbär? ☕", person="ravi")
    words = {"account": desk.account.external_id, "person": "ravi", "text": "Hi"}
    sent = desk.server.control.call("POST", "platforms/instagram/messages", words)["id"]
    desk.server.control.call("POST", "platforms/instagram/unsent", {"id": sent})
    comment, message, unsent = ear.events(desk, 3)
    assert {event.account_id for event in (comment, message, unsent)} == {desk.account.external_id}
    (item,) = READ(comment, desk.account)
    assert isinstance(item, Item)
    assert (item.id, item.text, item.post_id) == (number, "Blåbär? ☕", post)
    (letter,) = READ(message, desk.account)
    assert isinstance(letter, Item)
    assert (letter.kind, letter.id, letter.text) == (ItemKind.MESSAGE, sent, "Hi")
    assert READ(unsent, desk.account) == (Gone(sent),)


def test_our_own_answer_comes_back_as_no_event(desk: Desk, ear: Ear, put: PutFile) -> None:
    WAY.subscribe(desk.api(), desk.account, ask_of(desk, ear))
    row = desk.publish(cup(put, first_comment="First!"))
    desk.server.control.say("instagram", row.post_id, "Hej", person="ravi")
    assert [event.data["text"] for event in ear.events(desk, 2)] == ["Hej"]


def test_a_page_that_hears_for_another_platform_of_the_same_app_keeps_its_fields(ear: Ear) -> None:
    with SandboxServer() as server:
        desk = connect(CONNECTOR, FACEBOOK, server)
        page = server.world.accounts.get(desk.account.extra["page_id"])
        assert page is not None
        page.extra["listeners"] = {desk.app.client_id: ["feed", "messages"]}
        found = WAY.subscribe(desk.api(), desk.account, ask_of(desk, ear))
        assert found.fields == FIELDS
        WAY.unsubscribe(desk.api(), desk.account, ask_of(desk, ear, found.kept))
        assert page.extra["listeners"] == {desk.app.client_id: ["feed", "messages"]}


def test_an_address_that_does_not_answer_the_check_is_refused(ear: Ear) -> None:
    with SandboxServer() as server:
        desk = connect(CONNECTOR, CONNECTOR.login("instagram"), server)
        told = server.control.callbacks("instagram", webhook=ear.url, verify_token="wrong")
        assert "couldn't be validated" in told[desk.app.client_id]
        told = server.control.callbacks("instagram", webhook=ear.url, verify_token=TOKEN)
        assert told[desk.app.client_id] == ""


def test_a_field_whose_permission_is_missing_shows_as_left_out(ear: Ear) -> None:
    with SandboxServer() as server:
        desk = connect(CONNECTOR, CONNECTOR.login("instagram"), server)
        for token in server.world.tokens.where(platform="instagram"):
            token.scopes = [scope for scope in token.scopes if not scope.endswith("messages")]
        found = WAY.subscribe(desk.api(), desk.account, ask_of(desk, ear))
        assert (found.fields, found.missing) == (frozenset({"comments"}), frozenset({"messages"}))


def test_who_takes_the_consent_back_is_named_by_the_id_that_we_keep(desk: Desk, ear: Ear) -> None:
    control = desk.server.control
    control.callbacks("instagram", deauthorise=f"{ear.url}gone", delete=f"{ear.url}erase")
    control.withdraw("instagram", "nora", erase=True)
    notices = ear.notices(desk, 2)
    assert desk.account.person_id
    assert [notice.person_id for notice in notices if notice] == [desk.account.person_id] * 2


def test_mentions_are_events_and_no_items(desk: Desk) -> None:
    assert CONNECTOR.webhooks is not None
    body = b'{"object":"instagram","entry":[{"id":"1","changes":[{"field":"mentions","value":{"media_id":"9"}}]}]}'
    (event,) = CONNECTOR.webhooks.parse(body)
    assert event.kind is EventKind.MENTION
    assert READ(event, desk.account) == ()
