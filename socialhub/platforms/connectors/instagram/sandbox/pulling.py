"""What a fetched or received file must be."""

from __future__ import annotations

from socialhub.platforms.connectors._graph.sandbox.containers import Container
from socialhub.platforms.connectors._graph.sandbox.pulling import PullError, pull
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.world import World

from .store import KEY

IMAGE_LIMIT = 8 * 1024 * 1024
VIDEO_LIMITS = {"STORIES": 100 * 1024 * 1024}
VIDEO_LIMIT = 300 * 1024 * 1024
SECONDS = {"STORIES": (3.0, 60.0)}
REEL_SECONDS = (3.0, 900.0)
RATIOS = (0.8, 1.91)


def pull_image(world: World, container: Container, url: str) -> None:
    """Fetch and check a JPEG. Raises `PullError`."""
    container.blob, mime = pull(world, url, IMAGE_LIMIT, "36000/2207004")
    seen = probe(world.blobs.path(container.blob))
    container.mime = seen.mime
    container.width, container.height = seen.width, seen.height
    if not mime.startswith("image/"):
        raise PullError("9004/2207052")
    if seen.mime != "image/jpeg" or not seen.is_whole:
        raise PullError("36001/2207005")
    ratio = seen.width / seen.height
    if container.kind != "STORIES" and not RATIOS[0] - 0.01 <= ratio <= RATIOS[1] + 0.01:
        raise PullError("36003/2207009")


def pull_cover(world: World, account: str, url: str) -> Media:
    """Fetch and check the cover of a reel: a JPEG of any shape. Raises `PullError`."""
    blob, mime = pull(world, url, IMAGE_LIMIT, "36000/2207004")
    seen = probe(world.blobs.path(blob))
    if not mime.startswith("image/"):
        raise PullError("9004/2207052")
    if seen.mime != "image/jpeg" or not seen.is_whole:
        raise PullError("36001/2207005")
    with world.lock:
        key = f"18{world.serial() * 15_485_863 + 10**15}"
    return Media(key, KEY, account, seen.mime, blob, world.blobs.size(blob), world.clock.now(), alt="Cover")


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
    container.mime = seen.mime
    container.width, container.height, container.seconds = seen.width, seen.height, seen.seconds
    shortest, longest = SECONDS.get(container.kind, REEL_SECONDS)
    of_length = not seen.seconds or shortest <= seen.seconds <= longest
    if seen.mime not in ("video/mp4", "video/quicktime") or not seen.is_whole or not of_length:
        raise PullError("352/2207026")
