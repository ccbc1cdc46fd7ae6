"""What one server is and allows, read from itself (https://docs.joinmastodon.org/entities/Instance/)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account

MASTODON = re.compile(r"^[3-9]\.\d+")
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
VIDEOS = ("video/mp4", "video/quicktime", "video/webm")


@dataclass(frozen=True)
class Instance:
    """Limits of a server; the defaults are Mastodon's own. Sizes in bytes and pixels, times in seconds.

    ``is_mastodon`` decides what may be relied on: others count text and treat Idempotency-Keys differently.
    """

    is_mastodon: bool = True
    version: str = ""
    characters: int = 500
    files: int = 4
    url_cost: int = 23
    mimes: tuple[str, ...] = IMAGES + VIDEOS
    image_bytes: int = 16_777_216
    image_pixels: int = 33_177_600
    video_bytes: int = 103_809_024
    video_pixels: int = 8_294_400
    video_fps: int = 120
    description: int = 1500

    @classmethod
    def of(cls, account: Account) -> Self:
        """What was learned when the account was connected; Mastodon's defaults where nothing was."""
        known = {item.name for item in fields(cls)}
        learned = {name: value for name, value in account.extra.items() if name in known}
        if "mimes" in learned:
            learned["mimes"] = tuple(learned["mimes"])
        return cls(**learned)


def learn(api: Api, account: Account) -> Mapping[str, Any]:
    """Ask the server; old ones know only the first version of the answer."""
    try:
        body = api.get("api/v2/instance").body
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise
        body = api.get("api/v1/instance").body
    return {**asdict(read_instance(body)), "mimes": list(read_instance(body).mimes)}


def read_instance(body: Any) -> Instance:
    """Read either version of the answer; what is missing or no number keeps its default."""
    body = body if isinstance(body, Mapping) else {}
    configuration = _part(body, "configuration")
    statuses, media = _part(configuration, "statuses"), _part(configuration, "media_attachments")
    version = str(body.get("version") or "")
    default = Instance()
    mimes = media.get("supported_mime_types")
    return Instance(
        is_mastodon=_is_mastodon(version, body),
        version=version[:80],
        # Pleroma names it max_toot_chars, at the top.
        characters=_number(statuses.get("max_characters") or body.get("max_toot_chars"), default.characters),
        files=_number(statuses.get("max_media_attachments"), default.files),
        url_cost=_number(statuses.get("characters_reserved_per_url"), default.url_cost),
        mimes=tuple(str(name) for name in mimes) if isinstance(mimes, list) and mimes else default.mimes,
        image_bytes=_number(media.get("image_size_limit"), default.image_bytes),
        image_pixels=_number(media.get("image_matrix_limit"), default.image_pixels),
        video_bytes=_number(media.get("video_size_limit"), default.video_bytes),
        video_pixels=_number(media.get("video_matrix_limit"), default.video_pixels),
        video_fps=_number(media.get("video_frame_rate_limit"), default.video_fps),
        description=_number(media.get("description_limit"), default.description),
    )


def _is_mastodon(version: str, body: Mapping[str, Any]) -> bool:
    """Others write ``4.2.1 (compatible; Pleroma 2.9)``, or a version of their own below 3."""
    if "compatible" in version.lower():
        return False
    return "mastodon" in _part(body, "api_versions") or bool(MASTODON.match(version))


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
