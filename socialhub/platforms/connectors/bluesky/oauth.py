"""Connecting an account by OAuth (https://atproto.com/specs/oauth, read 2026-11).

The person names handle, DID or server; their authorization server is found, told what we want, and gives tokens
that are bound to a key of this one login. Whose they are is then checked from the other end: the DID leads to a
server, and that server must name the issuer that we spoke to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from socialhub.platforms.errors import Fault, LoginError
from socialhub.platforms.guard import ForbiddenHost, clean_host
from socialhub.platforms.login import LoginContext, OAuth2, TypedField, read_tokens
from socialhub.platforms.values import Account, Capability, Tokens

from .facets import clean_name, is_handle
from .identity import resolve
from .profile import describe
from .servers import ISSUER, find_server, issuer_of

BASE = "atproto"
GENERIC = "transition:generic"
"""Posts, files and reading, no messages: what an app password may. The finer scopes are not known everywhere yet."""


def check_name(typed: str) -> str:
    """A handle, DID or server as it was typed, ready to be looked up; ``LoginError`` where it can be none."""
    name = clean_name(typed)
    if name.startswith("did:") or is_handle(name):
        return name
    try:
        return clean_host(name)
    except ForbiddenHost:
        raise LoginError(
            Fault.INVALID_REQUEST,
            code="mistyped",
            user_message="Type your whole handle, such as name.bsky.social, or the name of your server.",
        ) from None


def read_bound_tokens(body: Any, now: datetime) -> Tokens:
    """A token answer of this profile: bound to our key, for somebody, within ``atproto``. Else ``LoginError``."""
    tokens = read_tokens(body, now)
    is_bound = isinstance(body, Mapping) and str(body.get("token_type")).lower() == "dpop"
    if not is_bound or BASE not in tokens.scopes or not tokens.subject:
        raise LoginError(
            Fault.INVALID_TOKEN,
            code="bad_token_answer",
            user_message="The server gave us a token that we may not use. Use an app password instead.",
        )
    return tokens


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one account that the tokens are for, checked both ways."""
    assert context.server is not None
    identity = resolve(context.api, tokens.subject)
    issuer = issuer_of(context.api, identity.pds)
    if issuer != context.server.issuer or context.server.subject not in {"", identity.did}:
        raise LoginError(
            Fault.INVALID_TOKEN,
            code="other_account",
            user_message=(
                "You signed in as another account than the one you typed, or at a server that does not keep it. "
                "Nothing was connected."
            ),
        )
    account = describe(context.api, identity, tokens, consent.key)
    return (replace(account, extra={ISSUER: issuer}),)


consent = OAuth2(
    key="oauth",
    label="Sign in",
    app_key="bluesky",
    authorize_url="",
    token_url="",
    base_scopes=(BASE,),
    scopes=dict.fromkeys((Capability.PUBLISH, Capability.INBOX, Capability.INSIGHTS), (GENERIC,)),
    discover=discover,
    pkce=True,
    app_fields=(),
    user_host=True,
    check_host=check_name,
    find_server=find_server,
    own_client=True,
    dpop=True,
    requirement="Your handle is all it takes: you sign in on your own server's pages.",
    typed=TypedField("host", "Handle", help="Such as name.bsky.social. Or the name of your server."),
    read_tokens=read_bound_tokens,
)
