"""Connecting an account: out to the platform, back with a code, and into a row.

begin   → LoginAttempt (single use, ten minutes, bound to user and session) and the address to go to
finish  → the code is exchanged at once (one platform's codes live 30 s); one account is connected right away,
          several are kept, encrypted, until the person has picked
sign_in → the same end without the way out and back, where a platform has passwords for apps
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from accounts.credentials import forget_registration, require_app
from accounts.linking import link
from accounts.models import ConnectedAccount, LoginAttempt, Membership, User
from accounts.network import login_context, transport
from accounts.picking import keep
from socialhub.platforms import login as oauth
from socialhub.platforms.authserver import AuthServer
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.login import OAuth2, PasswordLogin
from socialhub.platforms.values import Account, App, Secret

ATTEMPT_LIFE = timedelta(minutes=10)
PICK_LIFE = timedelta(minutes=30)
# A late callback is still told why it is refused.
KEEP_ATTEMPTS = timedelta(hours=1)


class ConnectRefused(Exception):
    """We end a login ourselves; the text says why and what to do, for the person who sees it."""


@dataclass(frozen=True)
class Offer:
    """What came of a login: accounts that the consent covers. `connected` is the row if there was no choice."""

    attempt: LoginAttempt
    accounts: tuple[Account, ...]
    connected: ConnectedAccount | None = None


def begin(
    *,
    membership: Membership,
    session_key: str,
    connector: Connector,
    login: OAuth2,
    typed_host: str = "",
    reconnecting: ConnectedAccount | None = None,
) -> str:
    """Open an attempt and give the address of the consent page.

    Raises LoginError for a host that is none, AppMissing where the app's keys are not entered, PlatformError
    where a server does not let us register.
    """
    named, host = "", ""
    if login.check_host is not None:
        named = _known_as(login, reconnecting) if reconnecting else login.check_host(typed_host)
        host = "" if login.find_server else named
    app = require_app(membership.workspace, connector, login, host)
    context = oauth.meet(login, login_context(connector, app), named)
    state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    LoginAttempt.objects.create(
        workspace=membership.workspace,
        user=membership.user,
        session_hash=_hash(session_key),
        platform=connector.key,
        login=login.key,
        host=host,
        state_hash=_hash(state),
        verifier=Secret(verifier),
        server=asdict(context.server) if context.server else None,
        proof_key=context.proof_key,
        redirect_uri=context.redirect_uri,
        reconnecting=reconnecting,
        expires_at=datetime.now(UTC) + ATTEMPT_LIFE,
    )
    scopes = login.scopes_for(sorted(connector.capabilities))
    address = oauth.depart(login, context, state=state, scopes=scopes, verifier=verifier)
    return transport().address(address)


def _known_as(login: OAuth2, row: ConnectedAccount) -> str:
    """What leads to the server of an account: the server itself, or the account where servers are found."""
    return row.external_id if login.find_server else row.host


def sign_in(
    *,
    membership: Membership,
    session_key: str,
    connector: Connector,
    login: PasswordLogin,
    typed: Mapping[str, str],
    reconnecting: ConnectedAccount | None = None,
) -> Offer:
    """Trade what a person typed for accounts, here and now; none of it is kept.

    Raises ConnectRefused for another identity than the one to reconnect, PlatformError where the platform does
    not accept it or cannot be reached.
    """
    context = login_context(connector, App(client_id=""))
    found = login.sign_in(context, {key: Secret(value) for key, value in typed.items() if value})
    now = datetime.now(UTC)
    attempt = LoginAttempt.objects.create(
        workspace=membership.workspace,
        user=membership.user,
        session_hash=_hash(session_key),
        platform=connector.key,
        login=login.key,
        state_hash=_hash(secrets.token_urlsafe(32)),
        reconnecting=reconnecting,
        expires_at=now,
        used_at=now,
    )
    return _offer(attempt, found)


def forget_old_attempts() -> None:
    """Logins that nobody came back from, and choices that nobody made: their secrets go with them."""
    LoginAttempt.objects.filter(expires_at__lt=datetime.now(UTC) - KEEP_ATTEMPTS).delete()


def finish(*, platform: str, params: Mapping[str, str], user: User, session_key: str) -> Offer:
    """Take what the platform sent back.

    Raises ConnectRefused for a state that is not this person's to use, LoginError if the person said no or the
    platform gave nothing usable, PlatformError if it could not be reached. The attempt is spent in every case.
    """
    attempt = _redeem(platform, params.get("state", ""), user, session_key)
    connector, login = attempt.connector, attempt.login_method
    assert isinstance(login, OAuth2)
    server = AuthServer(**attempt.server) if attempt.server else None
    code = oauth.read_callback(params, server)
    context = login_context(connector, require_app(attempt.workspace, connector, login, attempt.host))
    context = replace(context, server=server, proof_key=attempt.proof_key)
    verifier = attempt.verifier.reveal() if attempt.verifier else ""
    try:
        tokens = oauth.exchange(login, context, code, verifier=verifier)
    except PlatformError as error:
        if error.code == "invalid_client":  # RFC 6749 §5.2: the server has forgotten our registration
            forget_registration(attempt.workspace, login, attempt.host)
        raise
    found = tuple(
        account.with_tokens(account.tokens or tokens) for account in login.discover(context, tokens)
    )
    if not found:
        needs = f" {login.requirement.rstrip('.')}." if login.requirement else ""
        raise ConnectRefused(f"{connector.name} showed us no account that we may use.{needs}")
    return _offer(attempt, found)


def _redeem(platform: str, state: str, user: User, session_key: str) -> LoginAttempt:
    """The attempt behind a state, spent by this very call."""
    attempt = LoginAttempt.objects.select_related("workspace", "reconnecting").filter(
        state_hash=_hash(state), platform=platform
    ).first()  # fmt: skip
    if attempt is None:
        raise ConnectRefused("This login was not started here. Start again from the accounts page.")
    if attempt.user_id != user.pk or attempt.session_hash != _hash(session_key):
        raise ConnectRefused(
            "This login was started in another browser or by somebody else. Start again here."
        )
    now = datetime.now(UTC)
    if not LoginAttempt.objects.filter(pk=attempt.pk, used_at=None).update(used_at=now):
        raise ConnectRefused(
            "This login has been used already. If the account is not in the list, start again."
        )
    if attempt.expires_at < now:
        raise ConnectRefused("This login took longer than ten minutes and has expired. Start again.")
    if not _may_connect(attempt, user):
        raise ConnectRefused("Your role no longer allows you to connect accounts.")
    return attempt


def _may_connect(attempt: LoginAttempt, user: User) -> bool:
    membership = Membership.objects.filter(workspace=attempt.workspace, user=user).first()
    return membership is not None and membership.may("accounts.connect")


def _offer(attempt: LoginAttempt, found: tuple[Account, ...]) -> Offer:
    target = attempt.reconnecting
    if target is not None:
        same = [one for one in found if (one.external_id, one.host) == (target.external_id, target.host)]
        if not same:
            others = ", ".join(one.handle or one.name for one in found)
            raise ConnectRefused(
                f"You signed in as {others}, but this channel is {target.handle or target.name}. Nothing was "
                "changed. Sign in there as the right account, or add the other one as a new channel."
            )
        found = tuple(same)
    if len(found) > 1:
        keep(attempt, found, until=datetime.now(UTC) + PICK_LIFE)
        return Offer(attempt, found)
    row = link(
        workspace=attempt.workspace,
        platform=attempt.platform,
        login=attempt.login,
        account=found[0],
        by=attempt.user,
    )
    return Offer(attempt, found, row)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
