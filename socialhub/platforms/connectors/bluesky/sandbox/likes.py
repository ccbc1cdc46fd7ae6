"""Likes as records of their own (lexicon app.bsky.feed.like)."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field, MisfitError, check
from socialhub.platforms.sandbox.simulator import Call, reply

from .cids import cid_of
from .lexicon import REFERENCE, TYPE
from .server import refuse
from .visitors import Like, likes

LIKE = "app.bsky.feed.like"
RECORD = {
    "$type": Field(required=True, choices=(LIKE,)),
    "subject": Field("object", required=True, fields=REFERENCE),
    "createdAt": TYPE,
}


def put_like(call: Call, uri: str, wish: dict[str, Any]) -> Response:
    """Write a like; `swapRecord` null wants that there is none."""
    try:
        record = check(wish["record"], RECORD, from_text=False)
    except (MisfitError, AttributeError, TypeError):
        raise refuse(400, "InvalidRequest", f"Invalid {LIKE} record") from None
    cid = cid_of(json.dumps(record, sort_keys=True).encode(), 0x71)
    there = likes(call.world).get(uri)
    if there is not None and there.cid == cid:
        return reply({"uri": uri, "cid": cid, "validationStatus": "valid"})
    if there is not None and "swapRecord" in wish and wish["swapRecord"] != there.cid:
        raise refuse(400, "InvalidSwap", f"Record was at {there.cid}")
    likes(call.world).add(Like(uri, call.account.id, cid, record))
    return reply({"uri": uri, "cid": cid, "validationStatus": "valid"})


def delete_like(call: Call, uri: str) -> Response:
    """Take a like back; one that is gone is an answer like any other."""
    likes(call.world).remove(uri)
    return reply({})
