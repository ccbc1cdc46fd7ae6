"""Comments under videos (https://developers.google.com/youtube/v3/docs/commentThreads and /comments)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .reading import LIST, listed, parts_of
from .refusals import error, refusal
from .server import API, API_TOO, SCOPE, UNITS, simulator
from .store import KEY, Comment, Habits, add, comments, habits

WRITE = (SCOPE + "youtube.force-ssl",)
SHOWN_REPLIES = 2
"""How many answers a thread carries with it: some, the documentation says."""
STATUSES = ("published", "heldForReview", "likelySpam", "rejected")
ALT = Field(choices=("json",))


@simulator.route("GET", "/youtube/v3/commentThreads", host=API, scopes=WRITE, limit=UNITS)
@simulator.route("GET", "/youtube/v3/commentThreads", host=API_TOO, scopes=WRITE, limit=UNITS)
def list_threads(call: Call) -> Response:
    """The threads under all videos of a channel, or under one, newest first."""
    fields = {
        **LIST,
        "allThreadsRelatedToChannelId": Field(),
        "videoId": Field(),
        "order": Field(choices=("time", "relevance")),
        "textFormat": Field(choices=("html", "plainText")),
        "moderationStatus": Field(choices=STATUSES[:3]),
    }
    query = call.query(fields)
    parts_of(query, {"id", "snippet", "replies"})
    channel = query.get("allThreadsRelatedToChannelId", call.token.account)
    if channel != call.token.account:
        raise refusal("forbidden")
    videos = {post.id for post in call.world.live_posts(platform=simulator.key, account=channel)}
    wanted = query.get("moderationStatus", "published")
    threads = [
        one
        for one in comments(call.world)
        if not one.parent and one.video in videos and one.status == wanted
        and query.get("videoId", one.video) == one.video
    ]  # fmt: skip
    threads.sort(key=lambda one: one.created_at, reverse=True)
    size, start = query.get("maxResults", 20), query.get("pageToken", 0)
    if not 1 <= size <= 100:
        raise error(400, "badRequest", "Invalid value for maxResults.")
    more = {"nextPageToken": str(start + size)} if len(threads) > start + size else {}
    lines = [_thread(call, one, channel) for one in threads[start : start + size]]
    return listed("commentThread", lines, len(threads), more)


def _thread(call: Call, top: Comment, channel: str) -> dict[str, Any]:
    answers = comments(call.world).where(parent=top.id, status="published")
    line: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "etag": "e",
        "id": top.id,
        "snippet": {
            "channelId": channel,
            "videoId": top.video,
            "topLevelComment": _comment(call, top),
            "canReply": True,
            "totalReplyCount": len(answers),
            "isPublic": top.status == "published",
        },
    }
    shown = [_comment(call, one) for one in answers[:SHOWN_REPLIES]]
    return {**line, "replies": {"comments": shown}} if shown else line


def _comment(call: Call, one: Comment) -> dict[str, Any]:
    author = call.world.accounts.get(one.author)
    snippet: dict[str, Any] = {
        "videoId": one.video,
        "textDisplay": one.text,
        "authorDisplayName": author.handle if author else "",
        "authorProfileImageUrl": "https://yt3.ggpht.com/a.jpg",
        "authorChannelId": {"value": one.author},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": iso(one.created_at),
        "updatedAt": iso(one.created_at),
    }
    if one.author == call.token.account:
        snippet["textOriginal"] = one.text
    if one.parent:
        snippet["parentId"] = one.parent
    return {"kind": "youtube#comment", "etag": "e", "id": one.id, "snippet": snippet}


@simulator.route("GET", "/youtube/v3/comments", host=API, scopes=WRITE, limit=UNITS)
@simulator.route("GET", "/youtube/v3/comments", host=API_TOO, scopes=WRITE, limit=UNITS)
def list_answers(call: Call) -> Response:
    """All answers below a comment."""
    fields = {
        **LIST,
        "parentId": Field(required=True),
        "textFormat": Field(choices=("html", "plainText")),
    }
    query = call.query(fields)
    parts_of(query, {"id", "snippet"})
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    found = comments(call.world).where(parent=query["parentId"], status="published")
    return listed("comment", [_comment(call, one) for one in found if one.created_at <= youngest])


@simulator.route("POST", "/youtube/v3/comments", host=API, scopes=WRITE, limit=UNITS)
@simulator.route("POST", "/youtube/v3/comments", host=API_TOO, scopes=WRITE, limit=UNITS)
def answer(call: Call) -> Response:
    """The channel answers a comment; answers have no answers."""
    parts_of(call.query({"part": Field(required=True), "alt": ALT}), {"id", "snippet"})
    fields = {"parentId": Field(required=True), "textOriginal": Field(required=True)}
    wish = call.json({"snippet": Field("object", required=True, fields=fields)})["snippet"]
    above = comments(call.world).get(wish["parentId"])
    if above is None or above.parent:
        raise refusal("commentNotFound")
    if len(wish["textOriginal"]) > 10_000:
        raise refusal("commentTextTooLong")
    made = add(call.world, above.video, call.token.account, wish["textOriginal"], above.id)
    return reply(_comment(call, made))


@simulator.route("DELETE", "/youtube/v3/comments", host=API, scopes=WRITE, limit=UNITS)
@simulator.route("DELETE", "/youtube/v3/comments", host=API_TOO, scopes=WRITE, limit=UNITS)
def delete(call: Call) -> Response:
    """The channel's own, with what is below it."""
    one = comments(call.world).get(call.query({"id": Field(required=True), "alt": ALT})["id"])
    if one is None:
        raise refusal("commentNotFound")
    if one.author != call.token.account:
        raise refusal("forbidden")
    for below in [one, *comments(call.world).where(parent=one.id)]:
        comments(call.world).remove(below.id)
    return Response("", 204)


@simulator.route("POST", "/youtube/v3/comments/setModerationStatus", host=API, scopes=WRITE, limit=UNITS)
@simulator.route("POST", "/youtube/v3/comments/setModerationStatus", host=API_TOO, scopes=WRITE, limit=UNITS)
def moderate(call: Call) -> Response:
    """Only the owner of the video, and never their own words."""
    fields = {
        "id": Field(required=True),
        "moderationStatus": Field(required=True, choices=("heldForReview", "published", "rejected")),
        "banAuthor": Field("bool"),
        "alt": ALT,
    }
    query = call.query(fields)
    for key in query["id"].split(","):
        one = comments(call.world).get(key)
        post = simulator.live_post(call.world, one.video) if one else None
        if one is None or post is None:
            raise refusal("commentNotFound")
        if post.account != call.token.account:
            raise refusal("forbidden")
        is_held_anew = query["moderationStatus"] == "heldForReview"
        if one.author == post.account or (is_held_anew and not habits(call.world).can_hold):
            raise error(400, "operationNotSupported", "The operation is not supported.", "youtube.comment")
        one.status = query["moderationStatus"]
    return Response("", 204)


@simulator.control("POST", "habits")
def set_habits(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Choose what the documentation leaves open: any field of `Habits`."""
    kept = world.table(f"{KEY}.habits", Habits).add(Habits(**{**vars(habits(world)), **wish}))
    return dict(vars(kept))


@simulator.control("GET", "comments")
def list_comments(world: World, wish: dict[str, Any]) -> list[dict[str, Any]]:
    """All comments with their status."""
    return [dict(vars(one)) for one in comments(world)]
