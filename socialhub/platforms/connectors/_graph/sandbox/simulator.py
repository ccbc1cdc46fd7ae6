"""A simulator on the Graph API: versions in the path, tokens in header or parameter, proofs, usage headers."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from socialhub.platforms.sandbox.records import Account, App, Token
from socialhub.platforms.sandbox.shapes import Field, Fields, MisfitError, check, nest
from socialhub.platforms.sandbox.simulator import Call, Limit, NotMineError, RefusalError, Route, Simulator
from socialhub.platforms.sandbox.world import World

from .errors import CODE_OF_STATUS, debug_info, graph_error

GRAPH = "graph.facebook.com"
RUPLOAD = "rupload.facebook.com"
VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
CURRENT = "v26.0"
PAGE_DOOR = "page"
"""Facebook Login."""
COMMON: Fields = {"access_token": Field(), "appsecret_proof": Field(), "appsecret_time": Field()}
PROOF_LIFETIME = 300
"""Seconds that a proof with a time is good for."""


class GraphSimulator(Simulator):
    """`capabilities` says which permissions a capability needs on which host, `doors` by which ways an app may let
    people in. `use_case` is the name in the usage headers (none are sent without one), `limit_code` the refusal.
    """

    capabilities: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    doors: tuple[str, ...] = (PAGE_DOOR,)
    use_case = ""
    limit_code = "4"

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """`login` names one of the doors, all when left out. `requires_proof` makes appsecret_proof compulsory."""
        doors = [door for door in self.doors if door in spec.get("login", " ".join(self.doors))]
        if not doors:
            raise ValueError(f"login must name one of {', '.join(self.doors)}")
        return world.apps.add(
            App(
                client_id=str(secrets.randbelow(9 * 10**15) + 10**15),
                client_secret=secrets.token_hex(16),
                platform=self.key,
                name=spec.get("name", "SocialHub"),
                redirect_uris=list(spec["redirect_uris"]),
                extra={"doors": doors, "requires_proof": bool(spec.get("requires_proof"))},
            )
        )

    def match(self, host: str, path: str, method: str) -> tuple[Route, dict[str, str]] | None:
        """Routes are declared without the version, which may be any or missing."""
        return super().match(host, VERSION.sub("", path), method)

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live token for this host that has the capabilities named by `scopes`."""
        value = token_value(call)
        if not value:
            raise graph_error("104", "An access token is required to request this resource.")
        token = call.known_token(value)
        if token is None or self.home_of(token) not in call.host:
            raise graph_error("190", status=401)
        if token.platform != self.key:
            raise NotMineError
        if token.revoked:
            raise graph_error("190/458", status=401)
        if not token.is_live(call.now):
            raise graph_error("190/463", status=401)
        self._check_proof(call, token)
        for capability in scopes:
            self.demand(call, token, capability)
        call.headers["facebook-api-version"] = CURRENT
        return token

    def demand(self, call: Call, token: Token, capability: str) -> None:
        """Refuse with code 10 unless the token has the permissions that a capability needs here."""
        if not set(self.capabilities[capability].get(call.host, ())) <= set(token.scopes):
            raise graph_error("10", status=403)

    def home_of(self, token: Token) -> str:
        """Part of the host's name where tokens of this kind are known."""
        return "facebook.com"

    def _check_proof(self, call: Call, token: Token) -> None:
        app = call.world.apps.get(token.client_id)
        proof, moment = (parameters(call).get(name, "") for name in ("appsecret_proof", "appsecret_time"))
        # Nothing is documented of proofs on the upload host.
        is_demanded = app is not None and app.extra.get("requires_proof") and call.host != RUPLOAD
        if app is None or not (proof or is_demanded):
            return
        signed = f"{token.value}|{moment}" if moment else token.value
        wanted = hmac.new(app.client_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        is_old = bool(moment) and not (moment.isdigit() and abs(call.now - int(moment)) <= PROOF_LIFETIME)
        if is_old or not hmac.compare_digest(proof.encode(), wanted.encode()):
            raise graph_error("104")

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """Code 100. The real API lets unknown parameters pass, the sandbox does not."""
        texts = {
            "missing": f"(#100) The parameter {misfit.field} is required",
            "unknown": f"(#100) Unknown parameter: {misfit.field}",
        }
        return graph_error("100", texts.get(misfit.reason, f"(#100) Param {misfit.field} is not valid"))

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """`code` is `code` or `code/subcode`; a bare status gets the code that goes with it. The upload host has a
        form of its own.
        """
        if call.host == RUPLOAD:
            kind = code or "ProcessingFailedError"
            return debug_info(status or 400, kind, "Request processing failed", is_retriable=status >= 500)
        if not code and status == 404:
            return graph_error("2500", f"Unknown path components: {call.path}", status=404)
        return graph_error(code or CODE_OF_STATUS.get(status, "1"), status=status or 400)

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """Limits answer 400 with a code, never 429."""
        return graph_error(self.limit_code)

    def limit_headers(self, call: Call, limit: Limit, left: int, resets_at: float) -> dict[str, str]:
        """`x-app-usage` and, where a token names an account, `x-business-use-case-usage`; in percent."""
        if not self.use_case:
            return {}
        share = min(100, round(100 * (limit.count - left) / limit.count))
        shares = {"call_count": share, "total_cputime": share // 2, "total_time": share // 2}
        headers = {"x-app-usage": json.dumps(shares)}
        if call.has_token and call.token.account:
            line = {"type": self.use_case, **shares, "estimated_time_to_regain_access": 0 if left else 60}
            headers["x-business-use-case-usage"] = json.dumps({call.token.account: [line]})
        return headers


def parameters(call: Call) -> dict[str, Any]:
    """Query and body together, as the Graph API takes them."""
    request = call.request
    given: dict[str, Any] = {**nest(request.args), **nest(request.form)}
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError:
            raise graph_error("100", "(#100) The body is not valid JSON") from None
        given |= body if isinstance(body, dict) else {}
    return given


def read(call: Call, fields: Fields) -> dict[str, Any]:
    """The parameters of a call, checked."""
    if (
        call.method != "GET"
        and call.request.get_data(cache=True)
        and not call.request.mimetype.startswith(
            ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
        )
    ):
        raise graph_error("100", "(#100) The body has an unknown content type")
    # Meta's own SDK sends `summary` whenever it reads.
    always = {**COMMON, "summary": Field("bool")} if call.method == "GET" else COMMON
    try:
        return check(parameters(call), {**always, **fields}, from_text=True)
    except MisfitError as misfit:
        raise call.simulator.misfit(call, misfit) from None


def token_value(call: Call) -> str:
    """The token from the header (Bearer or OAuth) or the parameter."""
    return call.bearer() or call.bearer("OAuth") or str(parameters(call).get("access_token", ""))


def find_app(call: Call, client_id: str, door: str) -> App:
    """An app that may use this way of signing in. One Meta app serves every platform behind Facebook Login."""
    app = call.world.apps.get(client_id)
    if app is None or door not in app.extra.get("doors", ()):
        raise graph_error(
            "101", "Error validating application. Cannot get application info due to a system error."
        )
    if app.platform != call.simulator.key and door != PAGE_DOOR:
        raise NotMineError
    return app


def missing_object(node: str, verb: str = "get") -> RefusalError:
    """100/33, for what is not there and for what is not ours alike."""
    text = (
        f"Unsupported {verb} request. Object with ID '{node}' does not exist, cannot be loaded due to missing"
        " permissions, or does not support this operation"
    )
    return graph_error("100/33", text)


def page_of(items: list[Any], limit: int, after: str, key: str = "id") -> tuple[list[Any], dict[str, Any]]:
    """A page of records by cursor, and the `paging` object."""
    ids = [getattr(item, key) for item in items]
    start = ids.index(after) + 1 if after in ids else 0
    shown = items[start : start + limit]
    if not shown:
        return [], {}
    paging: dict[str, Any] = {"cursors": {"before": ids[start], "after": getattr(shown[-1], key)}}
    if start + limit < len(items):
        paging["next"] = f"https://{GRAPH}/{CURRENT}/?after={paging['cursors']['after']}"
    return shown, {"paging": paging}


def pages_of(call: Call, person: str) -> list[Account]:
    """The Pages that a person runs."""
    return call.world.accounts.where(platform=call.simulator.key, person=person, kind="page")
