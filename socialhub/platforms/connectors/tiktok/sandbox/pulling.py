"""Photos are fetched from the client's addresses, here from this machine only; then posts come of shares."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

import requests

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media, Post
from socialhub.platforms.sandbox.simulator import Call

from .server import SITE, Share, refusal, simulator

PROCESSING = 8.0
LARGEST = 20 * 1024 * 1024


def pull_photos(call: Call, share: Share, urls: list[str]) -> None:
    """Fetch every photo; what cannot be fetched shows in the state of the share."""
    files: list[str] = []
    for url in urls:
        if not is_on_this_machine(url):
            raise refusal("url_ownership_unverified")
        try:
            answer = requests.get(url, timeout=(5, 20), allow_redirects=False)
        except requests.RequestException:
            share.failure = "photo_pull_failed"
            continue
        blob = call.world.blobs.create()
        call.world.blobs.path(blob).write_bytes(answer.content)
        seen = probe(call.world.blobs.path(blob))
        if answer.status_code != 200:
            share.failure = "photo_pull_failed"
        elif (
            seen.mime not in ("image/jpeg", "image/webp")
            or not seen.is_whole
            or len(answer.content) > LARGEST
        ):
            share.failure = "file_format_check_failed"
        media = Media(
            call.world.snowflake(),
            simulator.key,
            share.account,
            seen.mime,
            blob,
            len(answer.content),
            call.now,
        )
        files.append(call.world.media.add(media).id)
    if call.fault("rejected_media"):
        share.failure = "file_format_check_failed"
    send_out(call, share, files)


def is_on_this_machine(url: str) -> bool:
    """Whether all addresses of the host are loopback ones."""
    host = urlsplit(url).hostname
    try:
        found = socket.getaddrinfo(host, None) if host else []
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address[4][0]).is_loopback for address in found)


def send_out(call: Call, share: Share, files: list[str]) -> None:
    """End the work on a share: a post, a draft in the inbox, or a failure."""
    share.done_at = call.now + PROCESSING
    account = call.world.accounts.get(share.account)
    if share.failure or share.is_draft or account is None:
        return
    share.post = call.world.snowflake()
    info = share.wish
    extra = {name: value for name, value in info.items() if name not in ("title", "description")}
    if share.is_photo:
        extra["title"] = info.get("title", "")
    kind, words = ("photo", "description") if share.is_photo else ("video", "title")
    url = f"https://{SITE}/{account.handle}/{kind}/{share.post}"
    call.world.posts.add(
        Post(
            share.post, simulator.key, share.account, info.get(words, ""), call.now, SITE, url, files,
            client_id=share.client_id, extra=extra,
        )
    )  # fmt: skip
