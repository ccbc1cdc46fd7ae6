"""Accounts and posts for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk, Row
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Account, App, Content, Kind, Part, Secret, Tokens

from ..login import login

CONNECTOR = registry.get("bluesky")
OWN, OTHER = "oyster.us-east.host.bsky.network", "pds.example"
TEXT = Content(Kind.TEXT, "Fresh roast for @nora.pds.example and @nobody.example #coffee")
THREAD = Content(Kind.THREAD, parts=(Part("One: the beans"), Part("Two: the water"), Part("Three: time")))


def sign_in(sandbox: SandboxServer, **changes: str) -> Account:
    """Nora's first account, with other words typed than hers."""
    typed = {**sandbox.control.typed("bluesky", "nora"), **changes}
    words = {key: Secret(value) for key, value in typed.items() if value}
    return login.sign_in(context_of(sandbox), words)[0]


def context_of(sandbox: SandboxServer) -> LoginContext:
    """What login hooks get."""
    api = Api("bluesky", CONNECTOR.service, Transport(sandbox_url=sandbox.url), app=App(""))
    return LoginContext(api, App(""), CALLBACK, sandbox.clock.moment())


def row_before_the_post(desk: Desk, content: Content) -> Row:
    """A delivery that stands before its public step."""
    row = Row()
    while row.step != "put_record":
        desk.turn(row, content, {})
    return row


def held(desk: Desk) -> tuple[LoginContext, Tokens]:
    """What the vault works with."""
    assert desk.account.tokens is not None
    return replace(context_of(desk.server), app=desk.app, account=desk.account), desk.account.tokens
