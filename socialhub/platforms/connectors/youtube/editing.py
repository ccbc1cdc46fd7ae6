"""Giving a live video other words or settings
(https://developers.google.com/youtube/v3/docs/videos/update, read 2026-11).

An update replaces every part that it names: a field that is left out is erased. So the parts are read first, and what
nobody wants to change is sent back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account, Content

from .options import YES
from .processing import first_of

CHANGEABLE = frozenset({"title", "privacy", "made_for_kids", "category", "tags", "synthetic"})
"""Options that an update can change; without an answer they stay as they are on YouTube."""
VIDEOS = "youtube/v3/videos"
PARTS = "snippet,status"
SNIPPET = ("title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage")
STATUS = (
    "privacyStatus",
    "publishAt",
    "license",
    "embeddable",
    "publicStatsViewable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)
"""What may be changed; the rest of both parts is YouTube's own."""


def edit(api: Api, account: Account, post_id: str, content: Content, options: Mapping[str, Any]) -> None:
    """Change title, text, tags, category, privacy and labels; what is the same already costs no update."""
    video = first_of(api.get(VIDEOS, params={"part": PARTS, "id": post_id}).body)
    if not video:
        raise PlatformError(
            Fault.NOT_FOUND,
            platform=api.platform,
            code="videoNotFound",
            user_message="YouTube does not find this. It may have been deleted there.",
        )
    snippet, status = _mutable(video, "snippet", SNIPPET), _mutable(video, "status", STATUS)
    words = snippet | _words(content, options)
    settings = status | _settings(options)
    if settings.get("privacyStatus") != "private":
        settings.pop("publishAt", None)  # only private videos wait for a time
    if (words, settings) != (snippet, status):
        wish = {"id": post_id, "snippet": words, "status": settings}
        api.put(VIDEOS, params={"part": PARTS}, json_body=wish)


def _mutable(video: Mapping[str, Any], part: str, names: tuple[str, ...]) -> dict[str, Any]:
    shown = video.get(part)
    return {name: shown[name] for name in names if name in shown} if isinstance(shown, Mapping) else {}


def _words(content: Content, options: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {"description": content.text}
    for ours, theirs in (("title", "title"), ("category", "categoryId")):
        if options.get(ours):
            words[theirs] = options[ours]
    if "tags" in options:
        words["tags"] = list(options["tags"])
    return words


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if options.get("privacy"):
        settings["privacyStatus"] = options["privacy"]
    if options.get("made_for_kids"):
        settings["selfDeclaredMadeForKids"] = options["made_for_kids"] == YES
    if "synthetic" in options:
        settings["containsSyntheticMedia"] = bool(options["synthetic"])
    return settings
