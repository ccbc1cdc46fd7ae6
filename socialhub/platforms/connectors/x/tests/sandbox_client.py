"""A client of the simulated X, for the tests of this folder."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from PIL import Image

from socialhub.platforms.sandbox.oauth import s256
from socialhub.platforms.sandbox.server import SandboxServer

BACK = "http://127.0.0.1:8000/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789"
SCOPE = "tweet.read tweet.write users.read media.write offline.access"


@dataclass
class Hub:
    """A client with one developer app."""

    sandbox: SandboxServer
    scope: str = SCOPE
    app: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = self.sandbox.control.create_app("x", [BACK])

    def ask(self, person: str = "nora", challenge: str = "", **more: Any) -> dict[str, str]:
        """Go through the consent page; hands back what the callback gets."""
        query = {
            "response_type": "code",
            "client_id": self.app["client_id"],
            "redirect_uri": BACK,
            "scope": self.scope,
            "state": "s1",
            "code_challenge": challenge or s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        back = self.sandbox.control.consent(
            f"https://x.com/i/oauth2/authorize?{urlencode(query)}", person, **more
        )
        return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    def token_call(self, path: str = "token", **form: str) -> requests.Response:
        """A call to the token endpoint with the app's credentials."""
        return requests.post(
            f"{self.sandbox.url}/api.x.com/2/oauth2/{path}",
            data=form,
            auth=(self.app["client_id"], self.app["client_secret"]),
            timeout=10,
        )

    def exchange(self, code: str, verifier: str = VERIFIER) -> requests.Response:
        """A code against a pair of tokens."""
        return self.token_call(
            grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=verifier
        )

    def refresh(self, value: str) -> requests.Response:
        """A refresh token against a new pair."""
        return self.token_call(grant_type="refresh_token", refresh_token=value)

    def sign_in(self, person: str = "nora") -> Hub:
        """Consent and exchange."""
        self.token = self.exchange(self.ask(person)["code"]).json()
        return self

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """A call to the API."""
        headers = {"Authorization": f"Bearer {self.token['access_token']}"}
        return requests.request(
            method, f"{self.sandbox.url}/api.x.com{path}", headers=headers, timeout=10, **more
        )

    def post(self, text: str, **more: Any) -> requests.Response:
        """A post."""
        return self.send("POST", "/2/tweets", json={"text": text, **more})

    def me(self) -> str:
        """The id of the account."""
        return str(self.send("GET", "/2/users/me").json()["data"]["id"])

    def initialize(self, size: int, mime: str, category: str) -> dict[str, Any]:
        """Open an upload."""
        wish = {"media_type": mime, "total_bytes": size, "media_category": category}
        data: dict[str, Any] = self.send("POST", "/2/media/upload/initialize", json=wish).json()["data"]
        return data

    def append(self, media_id: str, index: int, data: bytes) -> requests.Response:
        """One segment."""
        path = f"/2/media/upload/{media_id}/append"
        return self.send("POST", path, data={"segment_index": index}, files={"media": ("blob", data)})

    def finalize(self, media_id: str) -> requests.Response:
        """Put the segments together."""
        return self.send("POST", f"/2/media/upload/{media_id}/finalize")

    def upload(self, data: bytes, mime: str, category: str) -> str:
        """All steps; hands back the id."""
        media_id = str(self.initialize(len(data), mime, category)["id"])
        half = len(data) // 2
        self.append(media_id, 0, data[:half])
        self.append(media_id, 1, data[half:])
        self.finalize(media_id)
        return media_id

    def state(self, media_id: str) -> dict[str, Any]:
        """How far processing is."""
        path = f"/2/media/upload?media_id={media_id}&command=STATUS"
        state: dict[str, Any] = self.send("GET", path).json()["data"]["processing_info"]
        return state


def picture() -> bytes:
    """A real JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(target, "JPEG")
    return target.getvalue()


def film() -> bytes:
    """The smallest file that has the boxes of an MP4."""
    boxes = ((b"ftyp", b"isom\0\0\2\0isom"), (b"moov", b""), (b"mdat", b"\0" * 64))
    return b"".join((len(body) + 8).to_bytes(4, "big") + kind + body for kind, body in boxes)
