"""Logging in to a platform: OAuth 2 as data, hooks where data does not reach.

A connector declares one :class:`OAuth2` for each way to log in, or a :class:`PasswordLogin` where a platform
trades a password of ours for tokens. The functions below build the addresses and bodies (with oauthlib) and send
them through :class:`~socialhub.platforms.api.Api`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from oauthlib.oauth2 import WebApplicationClient

from socialhub.platforms.authserver import AuthServer, read_callback as read_callback
from socialhub.platforms.dpop import new_key
from socialhub.platforms.errors import Fault, LoginError
from socialhub.platforms.values import Account, App, Capability, Secret, Tokens

if TYPE_CHECKING:
    from socialhub.platforms.api import Api


class ClientAuth(StrEnum):
    """How the app proves itself at the token endpoint."""

    BODY = "body"
    BASIC = "basic"


@dataclass(frozen=True)
class AppField:
    """One thing an admin copies from the platform's developer page.

    ``key`` is ``client_id``, ``client_secret`` or a name that lands in ``App.extra``; the environment
    fallback is ``<APP_KEY>_<KEY>`` in capitals. What is not ``required`` serves more than signing in.
    """

    key: str
    label: str
    is_secret: bool = False
    help: str = ""
    required: bool = True


CLIENT_FIELDS = (
    AppField("client_id", "Client ID"),
    AppField("client_secret", "Client secret", is_secret=True),
)


@dataclass(frozen=True)
class LoginContext:
    """What a login hook works with; ``api`` speaks without a token, ``now`` is aware UTC.

    ``account`` is whose tokens are renewed or withdrawn. ``server`` and ``proof_key`` belong to this one login where
    servers are found and tokens bound to a key.
    """

    api: Api
    app: App
    redirect_uri: str
    now: datetime
    account: Account | None = None
    server: AuthServer | None = None
    proof_key: Secret | None = None


ReadTokens = Callable[[Any, datetime], Tokens]
AfterExchange = Callable[[LoginContext, Tokens], Tokens]
RefreshWith = Callable[[LoginContext, Tokens], Tokens]
RevokeWith = Callable[[LoginContext, Account], None]
Discover = Callable[[LoginContext, Tokens], tuple[Account, ...]]
RegisterApp = Callable[[LoginContext, str], App]
CheckHost = Callable[[str], str]
SignIn = Callable[[LoginContext, Mapping[str, Secret]], tuple[Account, ...]]
FindServer = Callable[[LoginContext, str], AuthServer]
FitScopes = Callable[[App, tuple[str, ...]], tuple[str, ...]]


def read_tokens(body: Any, now: datetime, *, separator: str = " ") -> Tokens:
    """Read a standard token answer (RFC 6749 §5.1). Lifetimes come from the answer, never from a constant."""
    if not isinstance(body, Mapping) or not body.get("access_token"):
        raise LoginError(Fault.UNKNOWN, user_message="The platform answered without a token. Try again.")
    scope = body.get("scope") or ""
    names = scope.replace(",", " ").split() if isinstance(scope, str) else [str(name) for name in scope]
    return Tokens(
        access=Secret(str(body["access_token"])),
        refresh=Secret(str(body["refresh_token"])) if body.get("refresh_token") else None,
        expires_at=_after(now, body.get("expires_in")),
        refresh_expires_at=_after(now, body.get("refresh_token_expires_in")),
        scopes=frozenset(names),
        subject=str(body.get("sub") or ""),
    )


def _after(now: datetime, seconds: Any) -> datetime | None:
    try:
        return now + timedelta(seconds=int(seconds)) if seconds is not None else None
    except (TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class TypedField:
    """One thing that a person types to log in."""

    key: str
    label: str
    is_secret: bool = False
    required: bool = True
    help: str = ""


SERVER_FIELD = TypedField("host", "Server", help="The address of your server, or your handle with it.")


@dataclass(frozen=True)
class OAuth2:
    """One way to log in.

    ``app_key`` names the developer app (two platforms may share one). ``{host}`` in an address is filled with
    the server that the person typed (``user_host``). ``scopes`` are the least per capability. Hooks:
    ``after_exchange`` turns a short-lived token into a long-lived one, ``refresh_with`` renews where it is no
    standard refresh grant, ``discover`` lists the accounts that the consent covers, ``register_app`` registers us
    at a user-run server, ``check_host`` reads what the person typed as a host (``LoginError`` if none) and
    ``fit_scopes`` turns the wanted scopes into those that this app may ask for (servers differ).
    ``refresh_min_age`` is the least age that the platform wants of a token it renews.

    Where servers are many and describe themselves, ``find_server`` leads from what was typed, or from an account's
    id, to one of them, and the addresses here stay empty. With ``own_client`` nobody registers us: we publish a
    document. With ``dpop`` tokens are bound to a key that never leaves us. ``typed`` is how we ask for the server.
    """

    key: str
    label: str
    app_key: str
    authorize_url: str
    token_url: str
    scopes: Mapping[Capability, tuple[str, ...]]
    discover: Discover
    base_scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    client_id_param: str = "client_id"
    client_auth: ClientAuth = ClientAuth.BODY
    pkce: bool = False
    authorize_extra: Mapping[str, str] = field(default_factory=dict)
    exchange_extra: Mapping[str, str] = field(default_factory=dict)
    revoke_url: str = ""
    requirement: str = ""
    app_fields: tuple[AppField, ...] = CLIENT_FIELDS
    app_help_url: str = ""
    user_host: bool = False
    check_host: CheckHost | None = None
    register_app: RegisterApp | None = None
    find_server: FindServer | None = None
    own_client: bool = False
    dpop: bool = False
    typed: TypedField = SERVER_FIELD
    fit_scopes: FitScopes | None = None
    read_tokens: ReadTokens = read_tokens
    after_exchange: AfterExchange | None = None
    refresh_with: RefreshWith | None = None
    revoke_with: RevokeWith | None = None
    refresh_min_age: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        knows_us = (self.register_app is not None) + self.own_client
        if knows_us != self.user_host or self.user_host != (self.check_host is not None):
            raise ValueError(
                f"login {self.key}: a user-run server, and only it, needs check_host and either register_app or "
                "own_client"
            )
        if (self.find_server is None) != bool(self.authorize_url and self.token_url):
            raise ValueError(f"login {self.key}: it has addresses or finds its server")

    @property
    def needs_app(self) -> bool:
        """Whether an admin has to enter the keys of a developer app."""
        return not self.user_host

    def scopes_for(self, capabilities: Iterable[Capability]) -> tuple[str, ...]:
        """The least scopes for these capabilities, each once, in the declared order."""
        wanted = list(self.base_scopes)
        for capability in capabilities:
            wanted += self.scopes.get(capability, ())
        return tuple(dict.fromkeys(wanted))

    def missing(self, granted: frozenset[str], capability: Capability) -> tuple[str, ...]:
        """The scopes that ``capability`` needs and was not granted; ``write`` covers ``write:media``."""
        needed = self.scopes.get(capability, ())
        return tuple(scope for scope in needed if not {scope, scope.partition(":")[0]} & granted)


@dataclass(frozen=True)
class PasswordLogin:
    """A way to log in without leaving our pages: the platform has passwords made for apps.

    ``sign_in`` trades what was typed (by the keys of ``fields``; what was left empty is absent) for accounts with
    tokens, at once; nothing typed is stored. ``refresh_with`` and ``revoke_with`` are as in :class:`OAuth2`. No
    developer app is needed, and such a password knows no scopes.
    """

    key: str
    label: str
    fields: tuple[TypedField, ...]
    sign_in: SignIn
    refresh_with: RefreshWith
    revoke_with: RevokeWith
    requirement: str = ""
    help_url: str = ""
    needs_app: bool = field(default=False, init=False)
    app_fields: tuple[AppField, ...] = field(default=(), init=False)
    scopes: Mapping[Capability, tuple[str, ...]] = field(default_factory=dict, init=False)
    refresh_min_age: timedelta = field(default=timedelta(0), init=False)

    def scopes_for(self, capabilities: Iterable[Capability]) -> tuple[str, ...]:
        """None: such a password knows no scopes."""
        return ()

    def missing(self, granted: frozenset[str], capability: Capability) -> tuple[str, ...]:
        """Nothing: there is nothing to grant in part."""
        return ()


Login = OAuth2 | PasswordLogin


def new_verifier() -> str:
    """A fresh PKCE verifier (RFC 7636: 43 to 128 characters)."""
    return str(WebApplicationClient("").create_code_verifier(64))


def authorize_url(
    login: OAuth2, app: App, *, redirect_uri: str, state: str, scopes: tuple[str, ...], verifier: str = ""
) -> str:
    """Where to send the person. ``verifier`` is needed where the login wants PKCE (S256)."""
    if login.fit_scopes is not None:
        scopes = login.fit_scopes(app, scopes)
    params = _request(login, app, redirect_uri, state, scopes, verifier)
    return f"{login.authorize_url.format(host=app.host)}?{urlencode(params)}"


def _request(
    login: OAuth2, app: App, redirect_uri: str, state: str, scopes: tuple[str, ...], verifier: str
) -> dict[str, str]:
    params: dict[str, str] = {
        "response_type": "code",
        login.client_id_param: app.client_id,
        "redirect_uri": redirect_uri,
        "scope": login.scope_separator.join(scopes),
        "state": state,
        **login.authorize_extra,
    }
    if login.pkce:
        client = WebApplicationClient(app.client_id)
        params["code_challenge"] = client.create_code_challenge(verifier, "S256")
        params["code_challenge_method"] = "S256"
    return params


def meet(login: OAuth2, context: LoginContext, named: str) -> LoginContext:
    """The context with the server that a name leads to and a fresh key, where a login has such things.

    ``named`` is what a person typed, as ``check_host`` gave it, or the id of an account that connects again.
    """
    if login.find_server is None:
        return context
    key = new_key() if login.dpop else None
    return replace(context, server=login.find_server(context, named), proof_key=key)


def depart(
    login: OAuth2, context: LoginContext, *, state: str, scopes: tuple[str, ...], verifier: str = ""
) -> str:
    """Where to send the person. What we ask for goes ahead of them where the server was found by ``meet``."""
    app, server = context.app, context.server
    if server is None:
        return authorize_url(
            login, app, redirect_uri=context.redirect_uri, state=state, scopes=scopes, verifier=verifier
        )
    params = _request(login, app, context.redirect_uri, state, scopes, verifier)
    if server.hint:
        params["login_hint"] = server.hint
    pushed = _post_as_client(login, context, server.push_url, params)
    name = pushed.get("request_uri") if isinstance(pushed, Mapping) else None
    if not name:
        raise LoginError(Fault.UNKNOWN, code="no_request_uri")
    words = {login.client_id_param: app.client_id, "request_uri": str(name)}
    return f"{server.authorize_url}?{urlencode(words)}"


def exchange(login: OAuth2, context: LoginContext, code: Secret, *, verifier: str = "") -> Tokens:
    """Trade the code for tokens, and those for long-lived ones where the platform has them."""
    form = {
        "grant_type": "authorization_code",
        "code": code.reveal(),
        "redirect_uri": context.redirect_uri,
        **login.exchange_extra,
    }
    if login.pkce:
        form["code_verifier"] = verifier
    tokens = replace(_ask_for_tokens(login, context, form), proof_key=context.proof_key)
    return login.after_exchange(context, tokens) if login.after_exchange else tokens


def can_refresh(login: Login, tokens: Tokens) -> bool:
    """Whether these tokens can be renewed without a person."""
    return login.refresh_with is not None or tokens.refresh is not None


def refresh(login: Login, context: LoginContext, tokens: Tokens) -> Tokens:
    """Renew tokens. What the answer leaves out (a refresh token that does not rotate, scopes) is kept."""
    hook = login.refresh_with
    context = _back_at_server(login, context, tokens)
    if hook is not None:
        renewed = hook(context, tokens)
    elif tokens.refresh is None:
        raise LoginError(Fault.INVALID_TOKEN, code="no_refresh_token")
    else:
        assert isinstance(login, OAuth2)
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
        renewed = _ask_for_tokens(login, context, form)
    return replace(
        renewed,
        refresh=renewed.refresh or tokens.refresh,
        refresh_expires_at=renewed.refresh_expires_at or tokens.refresh_expires_at,
        scopes=renewed.scopes or tokens.scopes,
        proof_key=tokens.proof_key,
    )


def can_revoke(login: Login) -> bool:
    """Whether the platform has a way to withdraw our access."""
    return login.revoke_with is not None or (
        isinstance(login, OAuth2) and (bool(login.revoke_url) or login.find_server is not None)
    )


def revoke(login: Login, context: LoginContext, account: Account) -> None:
    """Withdraw our access at the platform, where it has a way; ``PlatformError`` if that fails."""
    hook = login.revoke_with
    if hook is not None:
        hook(context, account)
    elif isinstance(login, OAuth2) and account.tokens is not None:
        context = _back_at_server(login, replace(context, account=account), account.tokens)
        url = context.server.revoke_url if context.server else login.revoke_url
        token = (account.tokens.refresh or account.tokens.access).reveal()
        if url:
            _post_as_client(login, context, url, {"token": token})


def _back_at_server(login: Login, context: LoginContext, tokens: Tokens) -> LoginContext:
    """The context for tokens that exist: the server is looked up again, because accounts move."""
    if not isinstance(login, OAuth2) or login.find_server is None:
        return context
    if context.account is None:
        raise LookupError(f"login {login.key}: whose tokens these are must be told")
    server = login.find_server(context, context.account.external_id)
    return replace(context, server=server, proof_key=tokens.proof_key)


def _ask_for_tokens(login: OAuth2, context: LoginContext, form: dict[str, str]) -> Tokens:
    url = context.server.token_url if context.server else login.token_url
    return login.read_tokens(_post_as_client(login, context, url, form), context.now)


def _post_as_client(login: OAuth2, context: LoginContext, url: str, form: dict[str, str]) -> Any:
    app = context.app
    basic: tuple[str, Secret] | None = None
    if login.client_auth is ClientAuth.BASIC and app.client_secret is not None:
        basic = (app.client_id, app.client_secret)
    else:
        form = {login.client_id_param: app.client_id, **form}
        if app.client_secret is not None:
            form["client_secret"] = app.client_secret.reveal()
    if context.server is None:
        url = url.format(host=app.host)
    return context.api.post(url, form=form, basic=basic, auth=False, proof_key=context.proof_key).body
