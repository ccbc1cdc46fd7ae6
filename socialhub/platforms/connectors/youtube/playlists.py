"""The playlists of a channel (https://developers.google.com/youtube/v3/docs/playlists/list, read 2026-11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.options import Choice
from socialhub.platforms.values import Account

PAGE = 50
MOST_PAGES = 4


def read_playlists(api: Api) -> Iterator[dict[str, str]]:
    """Id and title of the first 200, newest first; a unit of the day's quota a page."""
    query: dict[str, Any] = {"part": "snippet", "mine": "true", "maxResults": PAGE}
    for _ in range(MOST_PAGES):
        body = api.get("youtube/v3/playlists", params=query).body
        body = body if isinstance(body, Mapping) else {}
        for item in body.get("items") or ():
            yield {
                "id": str(item["id"]),
                "title": str((item.get("snippet") or {}).get("title") or item["id"]),
            }
        if not body.get("nextPageToken"):
            return
        query["pageToken"] = body["nextPageToken"]


def playlist_choices(account: Account, name: str) -> tuple[Choice, ...]:
    """What the channel had when it was last asked."""
    return tuple(Choice(item["id"], item["title"]) for item in account.extra.get("playlists") or ())
