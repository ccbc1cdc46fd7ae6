"""The record of a post, made from what is stored and nothing else: the same job gives the same record again
(lexicon app.bsky.feed.post; https://docs.bsky.app/docs/advanced-guides/posts, read 2026-04).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.flow import Job
from socialhub.platforms.values import Kind, Media

from .facets import facets_of
from .options import NO_LABEL

POST = "app.bsky.feed.post"
LABELS = "com.atproto.label.defs#selfLabels"
TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


def new_keys(now: datetime, count: int) -> list[str]:
    """Record keys for ``count`` posts that sort in their order: TIDs, 53 bits of microseconds and 10 of chance
    (https://atproto.com/specs/tid).
    """
    clock = secrets.randbits(10)
    start = int(now.timestamp() * 1_000_000)
    return [tid((start + index) << 10 | clock) for index in range(count)]


def tid(value: int) -> str:
    """63 bits as a record key that sorts by them."""
    return "".join(TID_LETTERS[value >> shift & 31] for shift in range(60, -1, -5))


def record_of(job: Job, index: int) -> dict[str, Any]:
    """The record of one part."""
    part, facts = job.content.posts[index], job.facts
    created = datetime.fromisoformat(facts["created_at"]) + timedelta(milliseconds=index)
    record: dict[str, Any] = {
        "$type": POST,
        "text": part.text,
        "createdAt": created.isoformat(timespec="milliseconds"),
    }
    facets = facets_of(part.text, facts.get("dids", {}))
    if facets:
        record["facets"] = facets
    if job.options.get("language"):
        record["langs"] = [str(job.options["language"])]
    label = job.options.get("label", NO_LABEL)
    if part.media and label != NO_LABEL:
        record["labels"] = {"$type": LABELS, "values": [{"val": label}]}
    if index:
        record["reply"] = {"root": _reference(job, 0), "parent": _reference(job, index - 1)}
    elif job.about is not None:
        parent = {"uri": job.about.id, "cid": job.about.facts["cid"]}
        record["reply"] = {"root": dict(job.about.facts["root"]), "parent": parent}
    embed = _embed(job, index)
    if embed:
        record["embed"] = embed
    return record


def _reference(job: Job, index: int) -> dict[str, str]:
    post = job.facts["posts"][index]
    return {"uri": post["uri"], "cid": post["cid"]}


def _embed(job: Job, index: int) -> dict[str, Any] | None:
    """One a post: pictures, a video or a card."""
    media = job.content.posts[index].media
    blobs = [job.facts["blobs"][f"{index}.{place}"] for place in range(len(media))]
    if media and media[0].is_video:
        video = {"$type": "app.bsky.embed.video", "video": blobs[0], **_ratio(media[0])}
        return {**video, "alt": media[0].alt} if media[0].alt else video
    if media:
        images = [
            {"image": blob, "alt": one.alt, **_ratio(one)} for one, blob in zip(media, blobs, strict=True)
        ]
        return {"$type": "app.bsky.embed.images", "images": images}
    return _card(job) if job.content.kind is Kind.LINK else None


def _ratio(media: Media) -> dict[str, Any]:
    if not (media.width and media.height):
        return {}
    return {"aspectRatio": {"width": media.width, "height": media.height}}


def _card(job: Job) -> dict[str, Any] | None:
    """A card of what the person says of the link: the page behind it is not fetched."""
    url = job.content.link
    if not url:
        return None
    title = str(job.options.get("card_title") or (urlsplit(url).hostname or url).removeprefix("www."))
    card = {"uri": url, "title": title, "description": str(job.options.get("card_text") or "")}
    return {"$type": "app.bsky.embed.external", "external": card}
