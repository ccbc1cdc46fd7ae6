"""Writing, reading and deleting records (lexicons com/atproto/repo; the semantics of the reference server)."""

from __future__ import annotations

import json
from typing import Any

import regex
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply

from .blobs import blob_json, find_blob
from .cids import cid_of
from .lexicon import POST, InvalidRecordError, blobs_of, check_record
from .likes import LIKE, delete_like, put_like
from .server import GENERAL, refuse, simulator

REPO = "/xrpc/com.atproto.repo"
WRITES = Limit("writes", 2500, 3600)
"""5000 points in the hour, two for each."""
TID = regex.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
THUMB_BYTES, VIDEO_BYTES = 1_000_000, 300_000_000
PUT = {
    "repo": Field(required=True),
    "collection": Field(required=True),
    "rkey": Field(required=True),
    "validate": Field("bool"),
    "record": Field("any", required=True),
    "swapRecord": Field("any"),
    "swapCommit": Field(),
}
CREATE = {name: field for name, field in PUT.items() if name != "swapRecord"} | {"rkey": Field()}
DELETE = {
    "repo": Field(required=True),
    "collection": Field(required=True),
    "rkey": Field(required=True),
    "swapRecord": Field(),
    "swapCommit": Field(),
}
GET = {
    "repo": Field(required=True),
    "collection": Field(required=True),
    "rkey": Field(required=True),
    "cid": Field(),
}


@simulator.route("POST", f"{REPO}.putRecord", scopes=("access",), limit=WRITES)
def put_record(call: Call) -> Response:
    """Write under a key. The identical record changes nothing; ``swapRecord`` says what must be there before."""
    wish = call.json(PUT)
    uri = _own(call, wish)
    if wish["collection"] == LIKE:
        return put_like(call, uri, wish)
    record, cid = _named(wish["record"])
    there = _live(call, uri)
    has_noop = simulator.server_of(call.world, call.account).has_noop
    if there is not None and there.extra["cid"] == cid and has_noop:
        return reply({"uri": uri, "cid": cid, "validationStatus": "valid"})
    if "swapRecord" in wish and wish["swapRecord"] != (there.extra["cid"] if there else None):
        raise refuse(400, "InvalidSwap", f"Record was at {there.extra['cid'] if there else 'null'}")
    return _write(call, uri, record, cid)


@simulator.route("POST", f"{REPO}.createRecord", scopes=("access",), limit=WRITES)
def create_record(call: Call) -> Response:
    """Write under a key of the client or a new one. One that is taken is an error of the server, as on a real one."""
    wish = call.json(CREATE)
    uri = _own(call, {**wish, "rkey": wish.get("rkey") or _new_key(call)})
    record, cid = _named(wish["record"])
    if _live(call, uri) is not None:
        raise refuse(500)
    return _write(call, uri, record, cid)


@simulator.route("GET", f"{REPO}.getRecord", limit=GENERAL)
def get_record(call: Call) -> Response:
    """A record of a repository that lives here; open to everybody."""
    wish = call.query(GET)
    account = simulator.find(call.world, wish["repo"])
    if account is None or not simulator.answers_for(call, account):
        raise refuse(400, "InvalidRequest", f"Could not find repo: {wish['repo']}")
    post = _live(call, f"at://{account.id}/{wish['collection']}/{wish['rkey']}")
    if post is None or wish.get("cid", post.extra["cid"]) != post.extra["cid"]:
        raise refuse(400, "RecordNotFound", "Could not locate record")
    return reply({"uri": post.id, "cid": post.extra["cid"], "value": post.extra["record"]})


@simulator.route("POST", f"{REPO}.deleteRecord", scopes=("access",), limit=WRITES)
def delete_record(call: Call) -> Response:
    """Take a record away; without ``commit`` in the answer when it was gone."""
    uri = _own(call, call.json(DELETE))
    if f"/{LIKE}/" in uri:
        return delete_like(call, uri)
    post = _live(call, uri)
    if post is None:
        return reply({})
    post.deleted_at = call.now
    for media_id in post.media:
        media = call.world.media.get(media_id)
        others = [p for p in call.world.live_posts(account=post.account) if media_id in p.media]
        if media is not None and not others:
            media.post, media.created_at = "", call.now
    return reply({"commit": _commit(call, uri)})


def _own(call: Call, wish: dict[str, Any]) -> str:
    if simulator.find(call.world, wish["repo"]) != call.account:
        raise refuse(401, "AuthRequired", "Authentication Required")
    if wish["collection"] not in {POST, LIKE}:
        raise refuse(400, "InvalidRequest", f"Lexicon not found: {wish['collection']}")
    if "record" in wish and not TID.fullmatch(wish["rkey"]):
        raise refuse(400, "InvalidRequest", f"Invalid {POST} record: Invalid record key")
    return f"at://{call.account.id}/{wish['collection']}/{wish['rkey']}"


def _live(call: Call, uri: str) -> Post | None:
    post = call.world.posts.get(uri)
    return post if post is not None and post.deleted_at is None else None


def _named(record: Any) -> tuple[dict[str, Any], str]:
    """A record that is one, with its CID."""
    try:
        check_record(record)
    except InvalidRecordError as problem:
        raise refuse(400, "InvalidRequest", f"Invalid {POST} record: {problem}") from None
    return dict(record), cid_of(json.dumps(record, sort_keys=True).encode(), 0x71)


def _new_key(call: Call) -> str:
    value = (int(call.now * 1_000_000) << 10) | call.world.serial() & 1023
    return "".join("234567abcdefghijklmnopqrstuvwxyz"[value >> shift & 31] for shift in range(60, -1, -5))


def _media_of(call: Call, record: dict[str, Any]) -> list[Media]:
    """The files of a record, each as the upload named it and within the bounds of its use."""
    found = []
    most = {
        "image": simulator.server_of(call.world, call.account).image_bytes,
        "video": VIDEO_BYTES,
        "thumb": THUMB_BYTES,
    }
    for blob, alt, use in blobs_of(record):
        media = find_blob(call.world, call.account.id, blob["ref"]["$link"])
        if media is None:
            raise refuse(400, "BlobNotFound", f"Could not find blob: {blob['ref']['$link']}")
        if blob["mimeType"] != blob_json(media)["mimeType"]:
            raise refuse(400, "InvalidMimeType", "Referenced Mimetype does not match stored blob")
        if blob["size"] != media.size:
            raise refuse(400, "InvalidSize", "Referenced size does not match stored blob")
        if media.size > most[use]:
            words = f"Record/embed blob too big (maximum {most[use]}, got {media.size})"
            raise refuse(400, "InvalidRequest", f"Invalid {POST} record: {words}")
        if (use == "video" and media.mime != "video/mp4") or (
            use == "image" and not media.mime.startswith("image/")
        ):
            raise refuse(400, "InvalidMimeType", "Wrong mimetype")
        media.alt = alt
        found.append(media)
    return found


def _check_reply(call: Call, record: dict[str, Any]) -> None:
    reply_to = record.get("reply", {})
    for reference in (reply_to[name] for name in ("root", "parent") if name in reply_to):
        post = _live(call, reference["uri"])
        if post is None or post.extra["cid"] != reference["cid"]:
            raise refuse(400, "InvalidRequest", f"Could not find {reference['uri']} at {reference['cid']}")


def _write(call: Call, uri: str, record: dict[str, Any], cid: str) -> Response:
    account: Account = call.account
    media = _media_of(call, record)
    _check_reply(call, record)
    for item in media:
        item.post = uri
    call.world.posts.add(
        Post(
            id=uri,
            platform=simulator.key,
            account=account.id,
            text=record["text"],
            created_at=call.now,
            host=account.host,
            url=f"{simulator.profile_url(account)}/post/{uri.rpartition('/')[2]}",
            media=[item.id for item in media],
            reply_to=record.get("reply", {}).get("parent", {}).get("uri", ""),
            extra={"record": record, "cid": cid},
        )
    )
    return reply({"uri": uri, "cid": cid, "commit": _commit(call, uri), "validationStatus": "valid"})


def _commit(call: Call, uri: str) -> dict[str, str]:
    return {"cid": cid_of(f"{uri} {call.now}".encode(), 0x71), "rev": uri.rpartition("/")[2]}
