"""Fetching a file from the address that a client gave, as Meta's crawler does; here from this machine only."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urlsplit

import requests

from socialhub.platforms.sandbox.world import World

CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
TIMEOUT = (5.0, 20.0)
LONGEST_PULL = 120.0


class PullError(Exception):
    """The file is no use; `code` is the platform's `code/subcode`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pull(world: World, url: str, largest: int, too_large: str) -> tuple[str, str]:
    """Fetch `url` into a new file: (blob, content type). Raises `PullError`."""
    if not is_on_this_machine(url) or not url.isascii():
        raise PullError("9004/2207052")
    blob, started = world.blobs.create(), time.monotonic()
    try:
        headers = {"User-Agent": CRAWLER}
        with requests.get(
            url, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code != 200 or "Content-Type" not in answer.headers:
                raise PullError("9004/2207052")
            with world.blobs.path(blob).open("wb") as target:
                for piece in answer.iter_content(1 << 18):
                    target.write(piece)
                    if target.tell() > largest:
                        raise PullError(too_large)
                    if time.monotonic() - started > LONGEST_PULL:
                        raise PullError("-2/2207003")
            return blob, answer.headers["Content-Type"].partition(";")[0].strip()
    except requests.Timeout:
        raise PullError("-2/2207003") from None
    except requests.RequestException:
        raise PullError("9004/2207052") from None


def is_on_this_machine(url: str) -> bool:
    """Whether all addresses of the host are loopback ones."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(address[4][0]).is_loopback for address in found)
