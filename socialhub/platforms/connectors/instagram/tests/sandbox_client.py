"""A client of the simulated Instagram and a web server with files, for the tests of this folder."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from PIL import Image
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from socialhub.platforms.sandbox.server import SandboxServer

BACK = "http://127.0.0.1:8000/callback"
FACEBOOK_SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "pages_show_list",
    "pages_read_engagement",
)
FACEBOOK_SCOPE = ",".join(FACEBOOK_SCOPES)
INSTAGRAM_SCOPE = (
    "instagram_business_basic,instagram_business_content_publish,instagram_business_manage_comments"
)


@dataclass
class Hub:
    """A client by Facebook Login (`host` graph.facebook.com) or Instagram Login (graph.instagram.com)."""

    sandbox: SandboxServer
    host: str = "graph.facebook.com"
    app: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    account: str = ""

    def __post_init__(self) -> None:
        self.app = self.sandbox.control.create_app("instagram", [BACK])

    def get(self, url: str, **parameters: Any) -> requests.Response:
        """A GET to any of the hosts."""
        return requests.get(self.sandbox.url + url, params=parameters, timeout=10)

    def call(self, method: str, path: str, **parameters: Any) -> requests.Response:
        """A call to the Graph API with the token; parameters go where the method wants them."""
        sent: dict[str, Any] = {"params": parameters} if method in ("GET", "DELETE") else {"data": parameters}
        url = f"{self.sandbox.url}/{self.host}/v26.0/{path}"
        return requests.request(
            method, url, headers={"Authorization": f"Bearer {self.token}"}, timeout=20, **sent
        )

    def ask(self, person: str = "nora", **more: Any) -> dict[str, str]:
        """Go through the consent page; hands back what the callback gets."""
        is_facebook = self.host == "graph.facebook.com"
        page = "www.facebook.com/v26.0/dialog/oauth" if is_facebook else "www.instagram.com/oauth/authorize"
        scope = FACEBOOK_SCOPE if is_facebook else INSTAGRAM_SCOPE
        query = {
            "client_id": self.app["client_id"],
            "redirect_uri": BACK,
            "state": "s1",
            "scope": scope,
            "response_type": "code",
        }
        back = self.sandbox.control.consent(f"https://{page}?{urlencode(query)}", person, **more)
        return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    def secrets(self) -> dict[str, str]:
        """Id and secret of the app."""
        return {"client_id": self.app["client_id"], "client_secret": self.app["client_secret"]}

    def exchange_facebook(self, code: str) -> requests.Response:
        """A code against a user token of an hour."""
        return self.get(
            "/graph.facebook.com/v26.0/oauth/access_token", **self.secrets(), redirect_uri=BACK, code=code
        )

    def lengthen_facebook(self, token: str) -> requests.Response:
        """A user token of an hour against one of 60 days."""
        wish = {"grant_type": "fb_exchange_token", "fb_exchange_token": token}
        return self.get("/graph.facebook.com/v26.0/oauth/access_token", **self.secrets(), **wish)

    def exchange_instagram(self, code: str) -> requests.Response:
        """A code against a token of an hour."""
        form = {**self.secrets(), "grant_type": "authorization_code", "redirect_uri": BACK, "code": code}
        return requests.post(
            f"{self.sandbox.url}/api.instagram.com/oauth/access_token", data=form, timeout=10
        )

    def sign_in(self, person: str = "nora") -> Hub:
        """All steps up to a token that publishes."""
        code = self.ask(person)["code"]
        if self.host == "graph.facebook.com":
            self.token = self.lengthen_facebook(self.exchange_facebook(code).json()["access_token"]).json()[
                "access_token"
            ]
            fields = "access_token,instagram_business_account{id}"
            pages = self.call("GET", "me/accounts", fields=fields).json()["data"]
            page = next(page for page in pages if "instagram_business_account" in page)
            self.token, self.account = page["access_token"], page["instagram_business_account"]["id"]
            return self
        short = self.exchange_instagram(code).json()["data"][0]["access_token"]
        wish = {
            "grant_type": "ig_exchange_token",
            "client_secret": self.app["client_secret"],
            "access_token": short,
        }
        self.token = self.get("/graph.instagram.com/access_token", **wish).json()["access_token"]
        self.account = self.call("GET", "me", fields="user_id").json()["user_id"]
        return self

    def create(self, **parameters: Any) -> requests.Response:
        """A container."""
        return self.call("POST", f"{self.account}/media", **parameters)

    def publish(self, container: str) -> requests.Response:
        """Make it public."""
        return self.call("POST", f"{self.account}/media_publish", creation_id=container)

    def state(self, container: str) -> dict[str, Any]:
        """Status of a container."""
        state: dict[str, Any] = self.call("GET", container, fields="status_code,status").json()
        return state

    def send_bytes(
        self, uri: str, data: bytes, offset: int, total: int, scheme: str = "OAuth"
    ) -> requests.Response:
        """Bytes to the upload host."""
        headers = {"Authorization": f"{scheme} {self.token}", "offset": str(offset), "file_size": str(total)}
        return requests.post(
            self.sandbox.url + uri.replace("https:/", ""), data=data, headers=headers, timeout=20
        )


def picture(size: tuple[int, int] = (400, 400), kind: str = "JPEG") -> bytes:
    """A real picture."""
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind)
    return target.getvalue()


def film(seconds: int = 5, size: int = 64) -> bytes:
    """The boxes of an MP4 that says how long it is."""
    times = (0).to_bytes(12, "big") + (1).to_bytes(4, "big") + seconds.to_bytes(4, "big") + bytes(80)
    boxes = ((b"ftyp", b"isom\0\0\2\0isom"), (b"moov", box(b"mvhd", times)), (b"mdat", b"\0" * size))
    return b"".join(box(kind, body) for kind, body in boxes)


def box(kind: bytes, body: bytes) -> bytes:
    """Length, kind, content."""
    return (len(body) + 8).to_bytes(4, "big") + kind + body


@contextmanager
def serve_files(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """A web server on this machine with `files` by name: (content type, bytes). Yields its address."""

    @Request.application
    def answer(request: Request) -> Response:
        found = files.get(request.path.lstrip("/"))
        return Response(found[1], mimetype=found[0]) if found else Response(status=404)

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
