"""Containers: what a post is made from (https://developers.facebook.com/docs/threads/posts)."""

from __future__ import annotations

from typing import Any

import regex
from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import Container
from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.pulling import PullError, pull
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Account
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .server import CALLS, KEY, own_account, simulator

LONGEST_TEXT, LONGEST_ALT, MOST_LINKS, LONGEST_TAG = 500, 1000, 5, 50
IMAGE_LIMIT, VIDEO_LIMIT = 8 * 1024 * 1024, 1024 * 1024 * 1024
LONGEST_VIDEO = 300
GRAPHEME = regex.compile(r"\X")
PICTURE = regex.compile(r"\p{Extended_Pictographic}|\p{RI}|\u20e3")
URL = regex.compile(r"https?://[^\s<>\"]++", regex.IGNORECASE)
CONTROLS = ("everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only")
KEPT = ("reply_control", "topic_tag", "link_attachment")
FIELDS = {
    "media_type": Field(required=True, choices=("TEXT", "IMAGE", "VIDEO", "CAROUSEL")),
    "text": Field(),
    "image_url": Field(),
    "video_url": Field(),
    "alt_text": Field(),
    "is_carousel_item": Field("bool"),
    "children": Field(),
    "link_attachment": Field(),
    "reply_to_id": Field("any"),
    "reply_control": Field(choices=CONTROLS),
    "topic_tag": Field(),
}


@simulator.route("POST", "/<node>/threads", scopes=("publish",), limit=CALLS, streams=True)
def create(call: Call) -> Response:
    """A container. Files are fetched and judged after the answer: a bad one shows in its status."""
    wish = read(call, FIELDS)
    world = call.world
    with world.lock:
        account = own_account(call)
        _check(call, account, wish)
        container = Container(
            id=f"179{world.serial() * 15_485_863 + 10**14}",
            account=account.id,
            kind=wish["media_type"],
            created_at=call.now,
            ready_at=call.now + simulator.habits(world).processing_seconds,
            is_ready=True,
            text=wish.get("text", ""),
            alt=wish.get("alt_text", ""),
            is_child=wish.get("is_carousel_item", False),
            reply_to=str(wish.get("reply_to_id", "")),
            children=wish["children"].split(",") if "children" in wish else [],
            options={name: wish[name] for name in KEPT if name in wish},
        )
    address = wish.get("image_url") or wish.get("video_url")
    if address:
        container.problem = _fetch(world, container, address)
    if address and call.fault("rejected_media"):
        container.problem = "FAILED_PROCESSING_VIDEO"
    with world.lock:
        simulator.containers(world).add(container)
    return reply({"id": container.id})


def length_of(text: str) -> int:
    """One for each character, but an emoji as many as its bytes."""
    return sum(len(g.encode()) if PICTURE.search(g) else 1 for g in GRAPHEME.findall(text))


def _check(call: Call, account: Account, wish: dict[str, Any]) -> None:
    kind, text = wish["media_type"], wish.get("text", "")
    needs = {"TEXT": "text", "IMAGE": "image_url", "VIDEO": "video_url", "CAROUSEL": "children"}
    for name in ("image_url", "video_url", "children"):
        if (name in wish) != (name == needs[kind]):
            raise graph_error("100", f"(#100) The parameter {name} does not go with media_type {kind}")
    if kind == "TEXT" and not text.strip():
        raise graph_error("100", "(#100) The parameter text is required")
    if length_of(text) > LONGEST_TEXT:
        raise graph_error("100", "Param text must be at most 500 characters long.")
    if len({*URL.findall(text), *filter(None, [wish.get("link_attachment")])}) > MOST_LINKS:
        raise graph_error("100", "THREADS_API__LINK_LIMIT_EXCEEDED")
    tag = wish.get("topic_tag", "none")
    if (
        not 0 < len(tag) <= LONGEST_TAG
        or {".", "&"} & set(tag)
        or len(wish.get("alt_text", "")) > LONGEST_ALT
    ):
        raise graph_error("100", "(#100) Param topic_tag or alt_text is not valid")
    if "link_attachment" in wish and kind != "TEXT":
        raise graph_error("100", "(#100) link_attachment is for text posts only")
    target = call.world.posts.get(str(wish.get("reply_to_id", "")))
    is_gone = target is None or target.platform != KEY or target.deleted_at is not None
    if "reply_to_id" in wish and is_gone:
        raise graph_error("100/33")
    if target is not None and target.account != account.id:
        simulator.demand(call, call.token, "manage_replies")
    if kind == "CAROUSEL":
        _check_children(call, account, wish["children"].split(","))


def _check_children(call: Call, account: Account, keys: list[str]) -> None:
    if not 2 <= len(keys) <= 20:
        raise graph_error("100", "(#100) A carousel needs between 2 and 20 children")
    for key in keys:
        child = simulator.containers(call.world).get(key)
        if child is None or child.account != account.id or not child.is_child:
            raise graph_error("24/4279009")
        if child.status(call.now) != "FINISHED":
            raise graph_error("100", "(#100) A child is not finished")


def _fetch(world: World, container: Container, url: str) -> str:
    """Fetch the file and say what is wrong with it."""
    is_video = container.kind == "VIDEO"
    try:
        container.blob, _ = pull(world, url, VIDEO_LIMIT if is_video else IMAGE_LIMIT, "UNKNOWN")
    except PullError:
        return "FAILED_DOWNLOADING_VIDEO" if is_video else "UNKNOWN"
    seen = probe(world.blobs.path(container.blob))
    container.mime, container.seconds = seen.mime, seen.seconds
    container.width, container.height = seen.width, seen.height
    mimes = ("video/mp4", "video/quicktime") if is_video else ("image/jpeg", "image/png")
    if seen.mime not in mimes or not seen.is_whole:
        return "FAILED_PROCESSING_VIDEO" if is_video else "UNKNOWN"
    if is_video and seen.seconds > LONGEST_VIDEO:
        return "INVALID_DURATION"
    return "INVALID_ASPEC_RATIO" if seen.height and not 0.01 <= seen.width / seen.height <= 10 else ""
