"""Containers: what a post is made from
(https://developers.facebook.com/documentation/instagram-platform/content-publishing).
"""

from __future__ import annotations

import json
import threading
from typing import Any

import regex
from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import Container
from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.pulling import PullError
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, RUPLOAD, read
from socialhub.platforms.sandbox.records import Account
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .pulling import pull_cover, pull_image, pull_video
from .server import CALLS, open_account, simulator

MOST_CONTAINERS = 400
LONGEST_CAPTION, LONGEST_ALT = 2200, 1000
MOST_HASHTAGS, MOST_MENTIONS, MOST_TAGS, MOST_COLLABORATORS = 30, 20, 20, 3
KINDS = ("IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL")
HASHTAG = regex.compile(r"#[\p{L}\p{N}_]++")
MENTION = regex.compile(r"(?<![\w.])@[A-Za-z0-9._]++")
MEDIA = {
    "media_type": Field(),
    "image_url": Field(),
    "video_url": Field(),
    "upload_type": Field(choices=("resumable",)),
    "caption": Field(),
    "alt_text": Field(),
    "is_carousel_item": Field("bool"),
    "children": Field("any"),
    "share_to_feed": Field("bool"),
    "cover_url": Field(),
    "thumb_offset": Field("int"),
    "audio_name": Field(),
    "location_id": Field(),
    "collaborators": Field("any"),
    "user_tags": Field("any"),
    "product_tags": Field("any"),
    "trial_params": Field("any"),
    "is_ai_generated": Field("bool"),
    "is_paid_partnership": Field("bool"),
    "branded_content_sponsor_ids": Field("any"),
}
ALLOWED = {
    "IMAGE": "image_url caption alt_text is_carousel_item user_tags location_id collaborators product_tags",
    "VIDEO": "video_url upload_type is_carousel_item user_tags thumb_offset cover_url",
    "REELS": (
        "video_url upload_type caption share_to_feed cover_url thumb_offset audio_name collaborators"
        " user_tags location_id trial_params product_tags"
    ),
    "STORIES": "image_url video_url upload_type user_tags",
    "CAROUSEL": "children caption collaborators location_id share_to_feed product_tags",
}
ALWAYS = (
    "media_type is_ai_generated is_paid_partnership branded_content_sponsor_ids access_token appsecret_proof"
    " appsecret_time"
)


@simulator.route("POST", "/<node>/media", scopes=("publish",), limit=CALLS, streams=True)
def create(call: Call) -> Response:
    """A container. Images are fetched before the answer, videos after it."""
    wish = read(call, MEDIA)
    world = call.world
    with world.lock:
        account = open_account(call, call.args["node"])
        kind = wish.get("media_type", "IMAGE")
        _check(call, account, kind, wish)
        container = Container(
            id=f"17{900_000_000_000_000 + world.serial() * 7_368_787}",
            account=account.id,
            kind=kind,
            created_at=call.now,
            text=wish.get("caption", ""),
            alt=wish.get("alt_text", ""),
            is_child=wish.get("is_carousel_item", False),
            children=as_list(wish.get("children", []), "children"),
            options={
                name: wish[name]
                for name in ("share_to_feed", "collaborators", "user_tags", "thumb_offset")
                if name in wish
            },
        )
    answer = {"id": container.id}
    if "cover_url" in wish:
        container.cover = _fetch_cover(call, account, wish["cover_url"])
    if "image_url" in wish:
        _fetch_image(call, container, wish["image_url"])
    elif "upload_type" in wish:
        answer["uri"] = f"https://{RUPLOAD}/ig-api-upload/v26.0/{container.id}"
    elif "video_url" in wish:
        container.problem = "352/2207026" if call.fault("rejected_media") else ""
        threading.Thread(target=_fetch_video, args=(world, container, wish["video_url"]), daemon=True).start()
    else:
        container.is_ready = True
    with world.lock:
        simulator.containers(world).add(container)
    return reply(answer)


def _check(call: Call, account: Account, kind: str, wish: dict[str, Any]) -> None:
    if kind not in KINDS or (kind == "VIDEO" and not wish.get("is_carousel_item")):
        raise graph_error("100/2207023")
    for name in wish:
        if name not in f"{ALLOWED[kind]} {ALWAYS}".split():
            raise graph_error("100", f"(#100) The parameter {name} cannot be used with media_type {kind}")
    if kind == "STORIES" and account.kind != "BUSINESS" and call.host == GRAPH:
        raise graph_error("10", "(#10) Stories can be published for business accounts only", status=403)
    _check_source(call, kind, wish)
    _check_caption(wish)
    if kind == "CAROUSEL":
        _check_children(call, account, as_list(wish.get("children", []), "children"))
    recent = [
        item
        for item in simulator.containers(call.world).where(account=account.id)
        if item.created_at > call.now - 86_400
    ]
    if len(recent) >= MOST_CONTAINERS:
        raise graph_error("9/2207042")


def _check_source(call: Call, kind: str, wish: dict[str, Any]) -> None:
    if kind == "CAROUSEL":
        return
    if "upload_type" in wish and call.host != GRAPH:
        raise graph_error("100", "(#100) The parameter video_url is required")
    given = [name for name in ("image_url", "video_url", "upload_type") if name in wish]
    wanted = "image_url" if kind in ("IMAGE", "STORIES") else "video_url"
    if not given:
        raise graph_error("100", f"(#100) The parameter {wanted} is required")
    if len(given) > 1:
        raise graph_error("100", f"(#100) Only one of {', '.join(given)} may be given")
    if wish.get("thumb_offset", 0) < 0:
        raise graph_error("1/2207057")


def _check_caption(wish: dict[str, Any]) -> None:
    caption = wish.get("caption", "")
    too_long = len(caption.encode("utf-16-le")) // 2 > LONGEST_CAPTION
    if (
        too_long
        or len(HASHTAG.findall(caption)) > MOST_HASHTAGS
        or len(MENTION.findall(caption)) > MOST_MENTIONS
    ):
        raise graph_error("36004/2207010")
    if len(wish.get("alt_text", "")) > LONGEST_ALT:
        raise graph_error("100", "(#100) Param alt_text must be at most 1000 characters long")
    if len(as_list(wish.get("user_tags", []), "user_tags")) > MOST_TAGS:
        raise graph_error("100/2207040")
    if len(as_list(wish.get("collaborators", []), "collaborators")) > MOST_COLLABORATORS:
        raise graph_error("100", "(#100) Param collaborators has too many entries")


def _check_children(call: Call, account: Account, children: list[Any]) -> None:
    if not 2 <= len(children) <= 10:
        raise graph_error("100/2207028")
    for key in children:
        child = simulator.containers(call.world).get(str(key))
        if child is None or child.account != account.id:
            raise graph_error("24/2207008")
        if not child.is_child:
            raise graph_error("100", "(#100) A child must be made with is_carousel_item")
        state = child.status(call.now)
        if state != "FINISHED":
            raise graph_error("-2/2207020" if state == "EXPIRED" else "9007/2207027")


def as_list(value: Any, name: str) -> list[Any]:
    """A list given as such, as JSON, or with commas."""
    if isinstance(value, str):
        try:
            value = (
                json.loads(value)
                if value.startswith("[")
                else [part.strip() for part in value.split(",") if part.strip()]
            )
        except ValueError:
            raise graph_error("100", f"(#100) Param {name} must be an array.") from None
    if not isinstance(value, list):
        raise graph_error("100", f"(#100) Param {name} must be an array.")
    return value


def _fetch_image(call: Call, container: Container, url: str) -> None:
    try:
        pull_image(call.world, container, url)
    except PullError as error:
        raise graph_error(error.code) from None
    if call.fault("rejected_media"):
        raise graph_error("36001/2207005")
    container.is_ready = True


def _fetch_cover(call: Call, account: Account, url: str) -> str:
    """A picture of its own for a reel, fetched before the answer."""
    try:
        media = pull_cover(call.world, account.id, url)
    except PullError as error:
        raise graph_error(error.code) from None
    with call.world.lock:
        return call.world.media.add(media).id


def _fetch_video(world: World, container: Container, url: str) -> None:
    try:
        pull_video(world, container, url)
    except PullError as error:
        container.problem = error.code
    except OSError:  # the sandbox stops and takes its files along
        return
    start_processing(world, container)


def start_processing(world: World, container: Container) -> None:
    """All bytes are there: from now on it takes its (world) time."""
    with world.lock:
        container.ready_at = world.clock.now() + simulator.habits(world).processing_seconds
        container.is_ready = True
