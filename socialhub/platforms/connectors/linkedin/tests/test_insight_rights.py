"""Who may read which figures: members with an approved app, administrators of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from socialhub.platforms import login as oauth
from socialhub.platforms.metrics import Findings, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import connect
from socialhub.platforms.values import App, Capability

from ..login import fit_scopes
from .desks import CONNECTOR, MEMBER, PAGE, as_member, as_page
from .reading import PARTS, ask, heard, lacks, listening, posted, read

OF_PAGES = ["gains", "page_views", "audience"]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.mark.parametrize("part", OF_PAGES)
def test_what_a_member_does_not_have_is_not_asked_for(sandbox: SandboxServer, part: str) -> None:
    desk = listening(as_member(sandbox))
    assert ask(desk, PARTS[part]) == Findings()
    assert heard(desk) == []


def test_an_app_without_approval_logs_members_in_without_their_figures(sandbox: SandboxServer) -> None:
    desk = listening(connect(CONNECTOR, MEMBER, sandbox, app={"products": "member"}))
    assert desk.account.tokens is not None
    assert "r_member_postAnalytics" not in desk.account.tokens.scopes
    own = posted(desk)
    before = len(heard(desk))
    found = read(desk, own)[own.id]
    assert set(lacks(found).values()) == {Why.PERMISSION}
    assert lacks(ask(desk, PARTS["followers"])) == {"memberFollowersCount": Why.PERMISSION}
    assert set(lacks(ask(desk, PARTS["days"])).values()) == {Why.PERMISSION}
    assert len(heard(desk)) == before, "a request of the day was spent for nothing"


@pytest.mark.parametrize(("typed", "is_asked"), [("yes", True), (" Yes ", True), ("", False), ("no", False)])
def test_the_scopes_of_figures_are_asked_for_where_the_admin_says_so(typed: str, is_asked: bool) -> None:
    wanted = MEMBER.scopes_for(CONNECTOR.capabilities)
    scopes = fit_scopes(App("1", extra={"figures": typed}), wanted)
    assert set(MEMBER.scopes[Capability.PUBLISH]) <= set(scopes)
    assert ("r_member_postAnalytics" in scopes) is is_asked
    address = oauth.authorize_url(MEMBER, App("1"), redirect_uri="https://h/b", state="s", scopes=wanted)
    assert "postAnalytics" not in address


def test_who_does_not_administer_a_page_is_told_so(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    account = sandbox.world.accounts.get(desk.account.external_id.split(":")[-1])
    assert account is not None
    post = posted(desk)
    account.extra["roles"] = dict.fromkeys(account.extra["roles"], "CONTENT_ADMIN")
    found = read(desk, post)[post.id]
    assert set(lacks(found).values()) == {Why.PERMISSION}
    assert all("administrators" in lack.text for lack in found.lacks)
    assert set(lacks(ask(desk, PARTS["audience"])).values()) == {Why.PERMISSION}
    assert lacks(ask(desk, PARTS["followers"])) == {"firstDegreeSize": Why.PERMISSION}


def test_a_page_is_asked_for_the_right_to_its_statistics() -> None:
    assert "rw_organization_admin" in PAGE.scopes_for([Capability.INSIGHTS])
    assert not any("member" in scope for scope in PAGE.scopes_for(PAGE.scopes))
