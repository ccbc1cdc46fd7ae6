"""Google's WebSub hub, and what YouTube tells it (https://www.w3.org/TR/websub/,
https://developers.google.com/youtube/v3/guides/push_notifications).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError
from socialhub.platforms.sandbox.telling import ask, is_home
from socialhub.platforms.sandbox.world import World

from .server import HUB, simulator
from .store import KEY, SITE, Listener, habits, listeners

CHALLENGE = "7350188121470319247"
PATHS = ("/xml/feeds/videos.xml", "/feeds/videos.xml")
FORM = {
    "hub.mode": Field(required=True, choices=("subscribe", "unsubscribe")),
    "hub.callback": Field(required=True),
    "hub.topic": Field(required=True),
    "hub.verify": Field(choices=("sync", "async")),
    "hub.verify_token": Field(),
    "hub.lease_seconds": Field("int"),
    "hub.secret": Field(),
}


# The address is checked while no lock is held: the hub under test may ask us something meanwhile.
@simulator.route("POST", "/subscribe", host=HUB, streams=True)
def subscribe(call: Call) -> Response:
    """Take a wish and check the address at once; 202 whatever comes of it."""
    wish = call.form(FORM)
    topic = urlsplit(wish["hub.topic"])
    channel = parse_qs(topic.query).get("channel_id", [""])[0]
    if topic.netloc != SITE or topic.path not in PATHS or not channel:
        raise RefusalError(400, "Invalid topic")
    if not is_home(wish["hub.callback"]) or len(wish.get("hub.secret", "").encode()) >= 200:
        raise RefusalError(400, "Invalid callback or secret")
    if habits(call.world).is_silent:
        return Response("", 202)
    if checks_out(call.world, wish["hub.callback"], wish["hub.mode"], wish["hub.topic"]):
        key = f"{wish['hub.callback']} {channel}"
        with call.world.lock:
            listeners(call.world).remove(key)
            if wish["hub.mode"] == "subscribe":
                ends = call.now + habits(call.world).lease_seconds
                secret = wish.get("hub.secret", "")
                listeners(call.world).add(Listener(key, wish["hub.callback"], channel, secret, ends))
    return Response("", 202)


def checks_out(world: World, callback: str, mode: str, topic: str) -> bool:
    """Whether an address repeats the challenge, and nothing but it."""
    query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": CHALLENGE}
    if mode == "subscribe":
        query["hub.lease_seconds"] = str(int(habits(world).lease_seconds))
    answer = ask(callback, query)
    return answer is not None and answer.status_code == 200 and answer.text == CHALLENGE


def tell(world: World, post: Post, *, is_gone: bool = False) -> int:
    """Push what became of a video to whoever listens to its channel; gives how many."""
    if not is_gone and post.extra.get("privacyStatus") != "public":
        return 0
    body = (_tombstone(world, post) if is_gone else _entry(world, post)).encode()
    found = [
        one for one in listeners(world).where(channel=post.account) if one.expires_at > world.clock.now()
    ]
    for one in found:
        headers = {"Content-Type": "application/atom+xml"}
        if one.secret:
            headers["X-Hub-Signature"] = (
                f"sha1={hmac.new(one.secret.encode(), body, hashlib.sha1).hexdigest()}"
            )
        world.teller.tell(KEY, one.callback, body, headers)
    return len(found)


def _entry(world: World, post: Post) -> str:
    account = world.accounts.get(post.account)
    name = escape(account.name if account else "")
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
<link rel="hub" href="https://{HUB}"/>
<link rel="self" href="https://{SITE}/xml/feeds/videos.xml?channel_id={post.account}"/>
<title>YouTube video feed</title><updated>{iso(world.clock.now())}</updated>
<entry><id>yt:video:{post.id}</id><yt:videoId>{post.id}</yt:videoId><yt:channelId>{post.account}</yt:channelId>
<title>{escape(post.extra["title"])}</title><link rel="alternate" href={quoteattr(post.url)}/>
<author><name>{name}</name><uri>https://{SITE}/channel/{post.account}</uri></author>
<published>{iso(post.created_at)}</published><updated>{iso(world.clock.now())}</updated></entry></feed>"""


def _tombstone(world: World, post: Post) -> str:
    account = world.accounts.get(post.account)
    name = escape(account.name if account else "")
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
<at:deleted-entry ref="yt:video:{post.id}" when="{iso(world.clock.now())}">
<link href={quoteattr(post.url)}/>
<at:by><name>{name}</name><uri>https://{SITE}/channel/{post.account}</uri></at:by>
</at:deleted-entry></feed>"""


@simulator.control("GET", "listeners")
def list_listeners(world: World, wish: dict[str, Any]) -> list[dict[str, Any]]:
    """Who listens to which channel; never the secrets."""
    return [{"channel": one.channel, "expires_at": one.expires_at} for one in listeners(world)]


@simulator.control("POST", "push")
def push(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Push a video (`post`) once more, as the hub does after every change."""
    post = world.posts.get(str(wish["post"]))
    return {"told": tell(world, post, is_gone=post.deleted_at is not None) if post else 0}
