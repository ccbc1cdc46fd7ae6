"""Playlists, the list of uploads among them (https://developers.google.com/youtube/v3/docs/playlistItems)."""

from __future__ import annotations

import secrets
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .reading import DELETE, LIST, READ, chosen, listed, parts_of, uploads_of
from .refusals import error, refusal
from .server import API, API_TOO, UNITS, Playlist, simulator

ITEM_PARTS = {"id", "snippet", "contentDetails", "status"}
MOST_ITEMS = 5000
ENTRY = {
    "snippet": Field(
        "object",
        required=True,
        fields={
            "playlistId": Field(required=True),
            "position": Field("int"),
            "resourceId": Field(
                "object",
                required=True,
                fields={
                    "kind": Field(required=True, choices=("youtube#video",)),
                    "videoId": Field(required=True),
                },
            ),
        },
    ),
    "contentDetails": Field("object", fields={"note": Field()}),
}


@simulator.route("GET", "/youtube/v3/playlists", host=API, scopes=READ, limit=UNITS)
@simulator.route("GET", "/youtube/v3/playlists", host=API_TOO, scopes=READ, limit=UNITS)
def list_playlists(call: Call) -> Response:
    """The playlists of the token's channel."""
    query = call.query({**LIST, "mine": Field("bool", required=True)})
    parts, size, start = parts_of(query, ITEM_PARTS), query.get("maxResults", 5), query.get("pageToken", 0)
    own = simulator.playlists(call.world).where(account=call.account.id)
    items = [
        {"kind": "youtube#playlist", "etag": "e", "id": one.id, **chosen(_playlist(one, call), parts)}
        for one in own[start : start + size]
    ]
    more = {"nextPageToken": str(start + size)} if len(own) > start + size else {}
    return listed("playlist", items, len(own), more)


def _playlist(one: Playlist, call: Call) -> dict[str, Any]:
    return {
        "snippet": {"title": one.title, "channelId": one.account, "channelTitle": call.account.name},
        "contentDetails": {"itemCount": len(one.items)},
        "status": {"privacyStatus": "public"},
    }


@simulator.route("GET", "/youtube/v3/playlistItems", host=API, scopes=READ, limit=UNITS)
@simulator.route("GET", "/youtube/v3/playlistItems", host=API_TOO, scopes=READ, limit=UNITS)
def list_items(call: Call) -> Response:
    """What is in a list: of uploads newest first, private ones too; else in its own order."""
    query = call.query({**LIST, "playlistId": Field(required=True), "videoId": Field()})
    parts, size, start = parts_of(query, ITEM_PARTS), query.get("maxResults", 5), query.get("pageToken", 0)
    if not 0 <= size <= 50:
        raise error(400, "invalidValue", "maxResults must be within 0 and 50.", "youtube.parameter")
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    live = {
        post.id: post for post in call.world.live_posts(account=call.token.account, platform=simulator.key)
    }
    if query["playlistId"] == uploads_of(call.account):
        newest_first = sorted(live.values(), key=lambda post: post.created_at, reverse=True)
        entries: list[dict[str, Any]] = [
            {"id": f"UU{post.id}", "video": post.id, "at": post.created_at} for post in newest_first
        ]
    else:
        entries = _own(call, query["playlistId"]).items
    shown = [
        _item(entry, live[entry["video"]], parts)
        for entry in entries
        if entry["at"] <= youngest
        and entry["video"] in live
        and entry["video"] == query.get("videoId", entry["video"])
    ]
    more = {"nextPageToken": str(start + size)} if len(shown) > start + size else {}
    return listed("playlistItem", shown[start : start + size], len(shown), more)


def _own(call: Call, playlist_id: str) -> Playlist:
    found = simulator.playlists(call.world).get(playlist_id)
    if found is None or found.account != call.token.account:
        raise refusal("playlistNotFound")
    return found


def _item(entry: dict[str, Any], post: Post, parts: set[str]) -> dict[str, Any]:
    shown = {
        "snippet": {
            "publishedAt": iso(entry["at"]),
            "title": post.extra["title"],
            "description": post.text,
            "resourceId": {"kind": "youtube#video", "videoId": post.id},
        },
        "contentDetails": {"videoId": post.id, "videoPublishedAt": iso(post.created_at)},
        "status": {"privacyStatus": post.extra["privacyStatus"]},
    }
    return {"kind": "youtube#playlistItem", "etag": "e", "id": entry["id"], **chosen(shown, parts)}


@simulator.route("POST", "/youtube/v3/playlistItems", host=API, scopes=DELETE, limit=UNITS)
@simulator.route("POST", "/youtube/v3/playlistItems", host=API_TOO, scopes=DELETE, limit=UNITS)
def add_item(call: Call) -> Response:
    """A further entry: the same video may be in a list as often as it is put there."""
    parts = parts_of(call.query({**LIST}), ITEM_PARTS)
    wish = call.json(ENTRY)["snippet"]
    playlist = _own(call, wish["playlistId"])
    post = simulator.live_post(call.world, wish["resourceId"]["videoId"])
    if post is None:
        raise refusal("videoNotFound")
    if len(playlist.items) >= MOST_ITEMS:
        raise refusal("playlistContainsMaximumNumberOfVideos")
    entry = {"id": "UEw" + secrets.token_urlsafe(24), "video": post.id, "at": call.now}
    playlist.items.insert(wish.get("position", len(playlist.items)), entry)
    return reply(_item(entry, post, parts))


@simulator.control("GET", "playlists")
def describe_playlists(world: World, wish: dict[str, Any]) -> Any:
    """Playlists with the videos in them, in order."""
    return [
        {"id": one.id, "title": one.title, "videos": [entry["video"] for entry in one.items]}
        for one in simulator.playlists(world)
    ]
