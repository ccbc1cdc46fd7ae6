"""Authorization codes and tokens: what every OAuth server has to keep, told by each platform in its own
words.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug.wrappers import Response

from .consent import Decision
from .records import App, Code, Token
from .simulator import Call
from .world import World


class BadGrantError(Exception):
    """A code that cannot be exchanged. `reason`: unknown, used, expired, client, redirect, verifier."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def s256(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier: unpadded base64url of its SHA-256 (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def secret_matches(app: App, secret: str) -> bool:
    """Whether `secret` is the app's own, compared in constant time."""
    return hmac.compare_digest(app.client_secret.encode(), secret.encode())


def redirect(uri: str, parameters: dict[str, str], suffix: str = "") -> Response:
    """Send the browser back to the client with `parameters` added to the query of `uri`."""
    parts = urlsplit(uri)
    query = "&".join(part for part in (parts.query, urlencode(parameters)) if part)
    return Response("", 302, {"Location": urlunsplit(parts._replace(query=query)) + suffix})


def issue_code(
    call: Call, app: App, decision: Decision, redirect_uri: str, lifetime: float, value: str = ""
) -> Code:
    """A code for what a person allowed. PKCE parameters are taken from the query of the call."""
    query = call.request.args
    return call.world.codes.add(
        Code(
            value=call.world.issue(app.platform, "code", value or secrets.token_urlsafe(32)),
            client_id=app.client_id,
            person=decision.person,
            redirect_uri=redirect_uri,
            scopes=list(decision.scopes),
            accounts=list(decision.accounts),
            declined=list(decision.declined),
            expires_at=call.now + lifetime,
            challenge=query.get("code_challenge", ""),
            challenge_method=query.get("code_challenge_method", "plain") if "code_challenge" in query else "",
        )
    )


def spend_code(call: Call, app: App, value: str, redirect_uri: str, verifier: str | None) -> Code:
    """The code behind `value`, used up by this. Raises `BadGrantError`."""
    code = call.world.codes.get(value)
    if code is None:
        raise BadGrantError("unknown")
    if code.used:
        raise BadGrantError("used")
    if call.now >= code.expires_at:
        raise BadGrantError("expired")
    if code.client_id != app.client_id:
        raise BadGrantError("client")
    if code.redirect_uri != redirect_uri:
        raise BadGrantError("redirect")
    if code.challenge and not _verifier_fits(code, verifier):
        raise BadGrantError("verifier")
    code.used = True
    return code


def _verifier_fits(code: Code, verifier: str | None) -> bool:
    if verifier is None or not 43 <= len(verifier) <= 128:
        return False
    answer = s256(verifier) if code.challenge_method == "S256" else verifier
    return hmac.compare_digest(answer.encode(), code.challenge.encode())


def issue_token(world: World, token: Token) -> Token:
    """Store a token and note it as issued."""
    world.issue(token.platform, token.kind, token.value)
    return world.tokens.add(token)


def revoke_family(world: World, family: str) -> None:
    """Kill every token that came from one consent."""
    for token in world.tokens.where(family=family):
        token.revoked = True
