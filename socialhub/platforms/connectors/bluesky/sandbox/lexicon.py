"""The lexicon app.bsky.feed.post and what it embeds, checked field by field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import regex

from socialhub.platforms.sandbox.shapes import Field, Fields, MisfitError, check

POST = "app.bsky.feed.post"
FACET, EMBED = "app.bsky.richtext.facet", "app.bsky.embed"
LABELS = ("!no-unauthenticated", "sexual", "nudity", "porn", "graphic-media")
DID = regex.compile(r"did:(plc:[a-z2-7]{24}|web:[a-z0-9.-]+)")
LANGUAGE = regex.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

TYPE = Field(required=True)


def _may_say(name: str) -> dict[str, Field]:
    """An object need not name its type where only one can stand; if it does, it is this."""
    return {"$type": Field(choices=(name,))}


REFERENCE = _may_say("com.atproto.repo.strongRef") | {
    "uri": Field(required=True),
    "cid": Field(required=True),
}
RATIO = _may_say(f"{EMBED}.defs#aspectRatio") | {
    "width": Field("int", required=True),
    "height": Field("int", required=True),
}
LINKED = {"$link": Field(required=True)}
BLOB = {
    "$type": Field(required=True, choices=("blob",)),
    "ref": Field("object", required=True, fields=LINKED),
    "mimeType": Field(required=True),
    "size": Field("int", required=True),
}
INDEX = _may_say(f"{FACET}#byteSlice") | {
    "byteStart": Field("int", required=True),
    "byteEnd": Field("int", required=True),
}
FACETS = {
    "$type": Field(choices=(FACET,)),
    "index": Field("object", required=True, fields=INDEX),
    "features": Field("list", required=True, items=Field("any")),
}
REPLY = _may_say(f"{POST}#replyRef") | {
    "root": Field("object", required=True, fields=REFERENCE),
    "parent": Field("object", required=True, fields=REFERENCE),
}
SELF_LABELS = {
    "$type": TYPE,
    "values": Field("list", items=Field("object", fields={"val": Field(required=True, choices=LABELS)})),
}
RECORD = {
    "$type": Field(required=True, choices=(POST,)),
    "text": Field(required=True),
    "createdAt": Field(required=True),
    "facets": Field("list", items=Field("object", fields=FACETS)),
    "reply": Field("object", fields=REPLY),
    "embed": Field("any"),
    "langs": Field("list"),
    "labels": Field("object", fields=SELF_LABELS),
    "tags": Field("list"),
}
FEATURES: dict[str, Fields] = {
    f"{FACET}#link": {"$type": TYPE, "uri": Field(required=True)},
    f"{FACET}#mention": {"$type": TYPE, "did": Field(required=True)},
    f"{FACET}#tag": {"$type": TYPE, "tag": Field(required=True)},
}
IMAGE = _may_say(f"{EMBED}.images#image") | {
    "image": Field("object", required=True, fields=BLOB),
    "alt": Field(required=True),
    "aspectRatio": Field("object", fields=RATIO),
}
EXTERNAL = _may_say(f"{EMBED}.external#external") | {
    "uri": Field(required=True),
    "title": Field(required=True),
    "description": Field(required=True),
    "thumb": Field("object", fields=BLOB),
}
EMBEDS: dict[str, Fields] = {
    f"{EMBED}.images": {
        "$type": TYPE,
        "images": Field("list", required=True, items=Field("object", fields=IMAGE)),
    },
    f"{EMBED}.video": {
        "$type": TYPE,
        "video": Field("object", required=True, fields=BLOB),
        "alt": Field(),
        "aspectRatio": Field("object", fields=RATIO),
    },
    f"{EMBED}.external": {"$type": TYPE, "external": Field("object", required=True, fields=EXTERNAL)},
}


class InvalidRecordError(Exception):
    """What is wrong, with the path to it."""


def check_record(record: Any) -> None:
    """Raise `InvalidRecordError` unless the record is a post."""
    try:
        _check(record)
    except MisfitError as misfit:
        raise InvalidRecordError(f"Record/{misfit.field} is {misfit.reason}") from None


def _check(record: Any) -> None:
    if not isinstance(record, dict):
        raise InvalidRecordError("Record must be an object")
    record = check(record, RECORD, from_text=False)
    text = record["text"]
    if len(text.encode()) > 3000:
        raise InvalidRecordError("Record/text must not be longer than 3000 characters")
    if graphemes(text) > 300:
        raise InvalidRecordError("Record/text must not be longer than 300 graphemes")
    try:
        naive = datetime.fromisoformat(record["createdAt"]).tzinfo is None
    except ValueError:
        naive = True
    if naive:
        raise InvalidRecordError(
            "Record/createdAt must be a valid atproto datetime (both RFC-3339 and ISO-8601)"
        )
    langs = record.get("langs", [])
    if len(langs) > 3 or not all(isinstance(lang, str) and LANGUAGE.fullmatch(lang) for lang in langs):
        raise InvalidRecordError("Record/langs must be at most 3 well-formed BCP 47 language tags")
    for facet in record.get("facets", []):
        _check_facet(facet, text)
    if "embed" in record:
        _check_embed(record["embed"])


def _check_facet(facet: dict[str, Any], text: str) -> None:
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    raw = text.encode()
    if not 0 <= start < end <= len(raw):
        raise InvalidRecordError("Record/facets/index is out of the text")
    try:
        raw[start:end].decode()
    except UnicodeDecodeError:
        raise InvalidRecordError("Record/facets/index cuts a character") from None
    for feature in (_union(one, FEATURES, "Record/facets/features") for one in facet["features"]):
        if "did" in feature and not DID.fullmatch(feature["did"]):
            raise InvalidRecordError("Record/facets/features/did must be a valid did")
        tag = feature.get("tag", "none")
        if not tag or len(tag.encode()) > 640 or graphemes(tag) > 64:
            raise InvalidRecordError("Record/facets/features/tag must not be longer than 64 graphemes")


def _check_embed(embed: Any) -> None:
    embed = _union(embed, EMBEDS, "Record/embed")
    if len(embed.get("images", [])) > 4:
        raise InvalidRecordError("Record/embed/images must not have more than 4 elements")
    for shape in (embed, *embed.get("images", [])):
        ratio = shape.get("aspectRatio", {"width": 1, "height": 1})
        if min(ratio["width"], ratio["height"]) < 1:
            raise InvalidRecordError("Record/embed/aspectRatio can not be less than 1")


def _union(value: Any, known: dict[str, Fields], where: str) -> dict[str, Any]:
    kind = value.get("$type") if isinstance(value, dict) else None
    if kind not in known:
        raise InvalidRecordError(f"{where} must be an object which includes a known $type")
    return check(value, known[kind], from_text=False)


def blobs_of(record: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Every file of a checked record: how it is named, its alternative text, and as what it is used."""
    embed = record.get("embed", {})
    for image in embed.get("images", []):
        yield image["image"], image["alt"], "image"
    if "video" in embed:
        yield embed["video"], embed.get("alt", ""), "video"
    if "thumb" in embed.get("external", {}):
        yield embed["external"]["thumb"], "", "thumb"


def graphemes(value: str) -> int:
    """What people call characters."""
    return len(regex.findall(r"\X", value))
