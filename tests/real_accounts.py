"""People with accounts on a real server, and the way there under the names that the connector knows."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Fragile
from socialhub.platforms.values import App, Secret
from tests.real_pds import RealPds

CONNECTOR = registry.get("bluesky")
NAME, POST = "pds.example", "app.bsky.feed.post"
PASSWORD = "a long password"
PAGES = "/@atproto/oauth-provider/~api"


class Loopback(Fragile):
    """A way to the real server and its directory under the names that the connector knows them by."""

    def __init__(self, pds: RealPds, **trouble: Any) -> None:
        super().__init__(pds.url, **trouble)
        # Handles are looked up at Bluesky; here the server itself knows those that there are.
        self.hosts = {pds.name: pds.url, "plc.directory": pds.directory, "bsky.social": pds.url}

    def address(self, url: str) -> str:
        """The same path on the loopback interface; a name that is none of these is a mistake of the test."""
        parts = urlsplit(url)
        return f"{self.hosts[parts.netloc]}{parts.path}" + (f"?{parts.query}" if parts.query else "")


class Owner:
    """Somebody with an account there: what they do in the official app."""

    def __init__(self, pds: RealPds) -> None:
        self.pds = pds
        self.handle = f"roast-{uuid.uuid4().hex[:8]}.test"
        words = {"handle": self.handle, "email": f"{self.handle}@example.com", "password": PASSWORD}
        made = self.call("com.atproto.server.createAccount", words)
        self.did, self.token = made["did"], made["accessJwt"]
        self.app_password = self.call("com.atproto.server.createAppPassword", {"name": "hub"})["password"]

    def call(self, name: str, body: dict[str, Any]) -> Any:
        """A procedure with the token of the owner."""
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        answer = requests.post(f"{self.pds.url}/xrpc/{name}", json=body, headers=headers, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def typed(self, **changes: str) -> dict[str, Secret]:
        """What they type on our page."""
        words = {"handle": f"@{self.handle}", "password": self.app_password, "host": NAME, **changes}
        return {key: Secret(value) for key, value in words.items()}

    def records(self) -> list[dict[str, Any]]:
        """What is live, oldest first."""
        params = {"repo": self.did, "collection": POST, "reverse": "true"}
        answer = requests.get(f"{self.pds.url}/xrpc/com.atproto.repo.listRecords", params=params, timeout=10)
        listed: list[dict[str, Any]] = answer.json()["records"]
        return sorted(listed, key=lambda record: str(record["uri"]))

    def blob(self, blob: dict[str, Any]) -> bytes:
        """A file as the network would fetch it."""
        params = {"did": self.did, "cid": blob["ref"]["$link"]}
        return requests.get(
            f"{self.pds.url}/xrpc/com.atproto.sync.getBlob", params=params, timeout=10
        ).content


class Visitor:
    """A person's browser on the server's sign-in and consent pages: cookies, origin, and what scripts send."""

    def __init__(self, owner: Owner, page: str) -> None:
        self.owner, self.page = owner, page
        self.cookies: dict[str, str] = {}
        parts = urlsplit(page)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
        shown = self._send("GET", page.removeprefix(self.origin), headers)
        assert shown.status_code == 200, shown.text[:500]

    def allow(self) -> dict[str, str]:
        """Sign in and allow all; what the browser brings back to us."""
        words = {"username": self.owner.handle, "password": PASSWORD, "locale": "en", "remember": True}
        self._call("sign-in", words)
        return self._go_back(self._call("consent", {"did": self.owner.did}))

    def deny(self) -> dict[str, str]:
        """Turn it down."""
        return self._go_back(self._call("reject", {}))

    def _go_back(self, answer: dict[str, Any]) -> dict[str, str]:
        headers = {
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Sec-Fetch-Site": "same-origin",
        }
        path = str(answer["url"]).removeprefix(self.origin)
        moved = self._send("GET", path, {**headers, "Referer": self.page})
        assert moved.is_redirect, moved.text[:500]
        assert moved.headers["Location"].startswith(f"{CALLBACK}?")
        return dict(parse_qsl(urlsplit(moved.headers["Location"]).query))

    def _call(self, name: str, words: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty",
            "Origin": self.origin, "Referer": self.page, "X-CSRF-Token": self.cookies["csrf-token"],
        }  # fmt: skip
        answer = self._send("POST", f"{PAGES}/{name}", headers, json=words)
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def _send(self, method: str, path: str, headers: dict[str, str], **more: Any) -> requests.Response:
        crumbs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = requests.request(
            method, self.owner.pds.url + path, headers={**headers, "Cookie": crumbs, "Accept": "*/*"},
            allow_redirects=False, timeout=10, **more,
        )  # fmt: skip
        # The cookies are for https alone, which a cookie jar would keep from us here.
        self.cookies.update(answer.cookies.get_dict())
        return answer


def context_of(pds: RealPds, app: App | None = None) -> LoginContext:
    """What login hooks get."""
    with SandboxServer() as server:
        now = server.clock.moment()
    app = app or App("")
    return LoginContext(Api(CONNECTOR.key, CONNECTOR.service, Loopback(pds), app=app), app, CALLBACK, now)
