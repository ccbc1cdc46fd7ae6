"""Fetching a file from the address that a client gave, as Meta's crawler does; here from this machine only."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urlsplit

import requests

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.world import World

from .store import Container

CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
IMAGE_LIMIT = 8 * 1024 * 1024
VIDEO_LIMITS = {"STORIES": 100 * 1024 * 1024}
VIDEO_LIMIT = 300 * 1024 * 1024
SECONDS = {"STORIES": (3.0, 60.0)}
REEL_SECONDS = (3.0, 900.0)
RATIOS = (0.8, 1.91)
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


def pull_image(world: World, container: Container, url: str) -> None:
    """Fetch and check a JPEG. Raises `PullError`."""
    container.blob, mime = pull(world, url, IMAGE_LIMIT, "36000/2207004")
    seen = probe(world.blobs.path(container.blob))
    container.mime, container.size = seen.mime, world.blobs.size(container.blob)
    container.width, container.height = seen.width, seen.height
    if not mime.startswith("image/"):
        raise PullError("9004/2207052")
    if seen.mime != "image/jpeg" or not seen.is_whole:
        raise PullError("36001/2207005")
    ratio = seen.width / seen.height
    if container.kind != "STORIES" and not RATIOS[0] - 0.01 <= ratio <= RATIOS[1] + 0.01:
        raise PullError("36003/2207009")


def pull_video(world: World, container: Container, url: str) -> None:
    """Fetch and check a video. Raises `PullError`."""
    limit = VIDEO_LIMITS.get(container.kind, VIDEO_LIMIT)
    container.blob, mime = pull(world, url, limit, "352/2207026")
    if not mime.startswith("video/"):
        raise PullError("9004/2207052")
    check_video(world, container)


def check_video(world: World, container: Container) -> None:
    """Whether the received bytes are a video that may be published. Raises `PullError`."""
    seen = probe(world.blobs.path(container.blob))
    container.mime, container.size = seen.mime, world.blobs.size(container.blob)
    container.width, container.height, container.seconds = seen.width, seen.height, seen.seconds
    shortest, longest = SECONDS.get(container.kind, REEL_SECONDS)
    of_length = not seen.seconds or shortest <= seen.seconds <= longest
    if seen.mime not in ("video/mp4", "video/quicktime") or not seen.is_whole or not of_length:
        raise PullError("352/2207026")
