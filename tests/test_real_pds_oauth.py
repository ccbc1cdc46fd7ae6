"""Our OAuth login against a real authorization server: what our sandbox says is not the judge here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from socialhub.platforms import dpop, login as oauth
from socialhub.platforms.authserver import client_id
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.login import LoginContext, OAuth2
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import App, Content, Kind, Tokens
from tests.real_accounts import CONNECTOR, NAME, Loopback, Owner, Visitor, context_of

pytestmark = pytest.mark.pds


def way_in() -> OAuth2:
    """The connector's login."""
    login = CONNECTOR.login("oauth")
    assert isinstance(login, OAuth2)
    return login


class Trip:
    """One login: away with what we keep, and back."""

    def __init__(self, owner: Owner, named: str) -> None:
        login = way_in()
        app = App(client_id("http://127.0.0.1:8000/client.json", CALLBACK, login.scopes_for(login.scopes)))
        self.verifier = oauth.new_verifier()
        assert login.check_host is not None
        self.context = oauth.meet(login, context_of(owner.pds, app), login.check_host(named))
        scopes = login.scopes_for(CONNECTOR.capabilities)
        self.address = oauth.depart(login, self.context, state="s1", scopes=scopes, verifier=self.verifier)
        self.visitor = Visitor(owner, self.address)

    def back(self, params: dict[str, str]) -> Tokens:
        """The code against tokens."""
        assert params["state"] == "s1"
        code = oauth.read_callback(params, self.context.server)
        return oauth.exchange(way_in(), self.context, code, verifier=self.verifier)


@pytest.fixture
def desk(owner: Owner) -> Iterator[Desk]:
    """The account connected by its handle; the sandbox lends its clock alone."""
    trip = Trip(owner, f"@{owner.handle}")
    tokens = trip.back(trip.visitor.allow())
    (account,) = way_in().discover(trip.context, tokens)
    with SandboxServer() as server:
        desk = Desk(CONNECTOR, way_in(), server, account, trip.context.app, Loopback(owner.pds))
        assert CONNECTOR.learn is not None
        desk.account = replace(account, extra={**account.extra, **CONNECTOR.learn(desk.api(), account)})
        yield desk


def held_by(desk: Desk, owner: Owner) -> tuple[LoginContext, Tokens]:
    """What the vault works with when it renews."""
    assert desk.account.tokens is not None
    return replace(context_of(owner.pds, desk.app), account=desk.account), desk.account.tokens


def test_a_handle_leads_to_consent_and_to_an_account_with_bound_tokens(owner: Owner, desk: Desk) -> None:
    account = desk.account
    assert (account.external_id, account.handle) == (owner.did, f"@{owner.handle}")
    assert account.extra["issuer"] == account.extra["pds"] == f"https://{NAME}"
    tokens = account.tokens
    assert tokens is not None
    assert tokens.proof_key is not None
    assert tokens.scopes == {"atproto", "transition:generic"}
    assert tokens.expires_at is not None


@pytest.mark.parametrize("what", ["did", "server"])
def test_a_did_or_a_server_will_do_as_well(owner: Owner, what: str) -> None:
    trip = Trip(owner, owner.did if what == "did" else NAME)
    (account,) = way_in().discover(trip.context, trip.back(trip.visitor.allow()))
    assert account.external_id == owner.did


def test_a_person_who_denies_is_told_apart_from_trouble(owner: Owner) -> None:
    trip = Trip(owner, owner.handle)
    with pytest.raises(LoginError) as ended:
        trip.back(trip.visitor.deny())
    assert (ended.value.kind, ended.value.code) == (Fault.PERMISSION, "access_denied")


def test_somebody_else_who_signs_in_is_not_connected(owner: Owner) -> None:
    other = Owner(owner.pds)
    trip = Trip(owner, NAME)
    trip.visitor.owner = other
    tokens = trip.back(trip.visitor.allow())
    server = trip.context.server
    assert server is not None
    expecting = replace(trip.context, server=replace(server, subject=owner.did))
    with pytest.raises(LoginError, match="other_account"):
        way_in().discover(expecting, tokens)


def test_words_pictures_and_videos_go_out_with_bound_tokens(owner: Owner, desk: Desk) -> None:
    cup, pouring = picture(), film()
    desk.publish(Content(Kind.VIDEO, "Pouring", media=(file_of(pouring, "video/mp4", alt="Hot water"),)))
    desk.publish(Content(Kind.TEXT, f"Fresh roast for @{owner.handle} #coffee"))
    row = desk.publish(Content(Kind.IMAGE, "A cup", media=(file_of(cup, "image/jpeg", alt="A cup"),)))
    video, words, image = (record["value"] for record in owner.records())
    assert row.post_id == owner.records()[2]["uri"]
    assert len(words["facets"]) == 2
    assert owner.blob(image["embed"]["images"][0]["image"]) == cup
    assert owner.blob(video["embed"]["video"]) == pouring
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert len(owner.records()) == 2


def test_a_refresh_gives_a_new_pair_and_a_replay_ends_the_session(owner: Owner, desk: Desk) -> None:
    context, first = held_by(desk, owner)
    second = oauth.refresh(way_in(), context, first)
    assert second.refresh != first.refresh
    assert (second.proof_key, second.subject) == (first.proof_key, owner.did)
    desk.account = desk.account.with_tokens(second)
    desk.publish(Content(Kind.TEXT, "With the second token"))
    with pytest.raises(PlatformError) as replayed:
        oauth.refresh(way_in(), context, first)
    assert (replayed.value.kind, replayed.value.requires_reauth) == (Fault.REVOKED, True)
    with pytest.raises(PlatformError) as over:
        oauth.refresh(way_in(), context, second)
    assert over.value.requires_reauth


def test_disconnecting_ends_the_session(owner: Owner, desk: Desk) -> None:
    context, tokens = held_by(desk, owner)
    oauth.revoke(way_in(), context, desk.account)
    with pytest.raises(PlatformError) as over:
        oauth.refresh(way_in(), context, tokens)
    assert over.value.requires_reauth


def test_a_stolen_token_is_worth_nothing_without_its_key(owner: Owner, desk: Desk) -> None:
    _, tokens = held_by(desk, owner)
    for stolen in (replace(tokens, proof_key=None), replace(tokens, proof_key=dpop.new_key())):
        desk.account = desk.account.with_tokens(stolen)
        with pytest.raises(PlatformError) as refused:
            desk.api().get(f"https://{NAME}/xrpc/com.atproto.server.getSession")
        assert refused.value.http_status in {400, 401}
        assert not refused.value.is_ambiguous
