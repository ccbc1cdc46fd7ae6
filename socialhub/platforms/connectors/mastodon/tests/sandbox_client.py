"""A client of the simulated servers, for the tests of this folder."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from PIL import Image

from socialhub.platforms.sandbox.oauth import s256
from socialhub.platforms.sandbox.server import SandboxServer

BACK = "http://127.0.0.1:8000/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789"


@dataclass
class Hub:
    """A client of one server of the sandbox."""

    sandbox: SandboxServer
    host: str = "social.example"
    scope: str = "read write"
    token: str = ""

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """A call to the API, with the token if there is one."""
        headers = {
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            **more.pop("headers", {}),
        }
        url = f"{self.sandbox.url}/{self.host}{path}"
        return requests.request(method, url, headers=headers, timeout=10, allow_redirects=False, **more)

    def register(self) -> dict[str, Any]:
        """A new app on this server."""
        wish = {"client_name": "SocialHub", "redirect_uris": BACK, "scopes": self.scope}
        app: dict[str, Any] = self.send("POST", "/api/v1/apps", data=wish).json()
        return app

    def ask(self, app: dict[str, Any], person: str = "nora", **more: Any) -> dict[str, str]:
        """Go through the consent page; hands back what the callback gets."""
        query = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": BACK,
            "scope": self.scope,
            "state": "s1",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        url = f"https://{self.host}/oauth/authorize?{urlencode(query)}"
        back = self.sandbox.control.consent(url, person, **more)
        return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    def exchange(self, app: dict[str, Any], code: str, verifier: str = VERIFIER) -> requests.Response:
        """A code against a token."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": verifier,
        }
        secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        return self.send("POST", "/oauth/token", data={**form, **secrets})

    def sign_in(self, person: str = "nora") -> Hub:
        """Register, consent, exchange."""
        app = self.register()
        self.token = self.exchange(app, self.ask(app, person)["code"]).json()["access_token"]
        return self

    def post(self, text: str, key: str = "", **more: Any) -> requests.Response:
        """A status."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.send("POST", "/api/v1/statuses", json={"status": text, **more}, headers=headers)

    def upload(self, data: bytes, name: str = "a.png", **more: str) -> requests.Response:
        """A file."""
        return self.send("POST", "/api/v2/media", files={"file": (name, data)}, data=more)


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    """A real PNG."""
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, "PNG")
    return target.getvalue()


def film() -> bytes:
    """The smallest file that has the boxes of an MP4."""
    boxes = ((b"ftyp", b"isom\0\0\2\0isom"), (b"moov", b""), (b"mdat", b"\0" * 64))
    return b"".join((len(body) + 8).to_bytes(4, "big") + kind + body for kind, body in boxes)
