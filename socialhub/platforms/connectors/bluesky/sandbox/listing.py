"""The records of a repository in order (lexicon com.atproto.repo.listRecords); open to everybody."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .lexicon import POST
from .records import REPO
from .server import GENERAL, refuse, simulator

LISTING = {
    "repo": Field(required=True),
    "collection": Field(required=True),
    "limit": Field("int"),
    "cursor": Field(),
    "reverse": Field("bool"),
}


@simulator.route("GET", f"{REPO}.listRecords", limit=GENERAL)
def list_records(call: Call) -> Response:
    """Posts by their keys, the latest first; the cursor is the last key of a page."""
    wish = call.query(LISTING)
    account, size = simulator.find(call.world, wish["repo"]), wish.get("limit", 50)
    if account is None or not simulator.answers_for(call, account):
        raise refuse(400, "InvalidRequest", f"Could not find repo: {wish['repo']}")
    if not 1 <= size <= 100:
        raise refuse(400, "InvalidRequest", "Error: limit can not be greater than 100")
    posts = call.world.live_posts(account=account.id) if wish["collection"] == POST else []
    known = {post.id.rpartition("/")[2]: post for post in posts}
    is_up, cursor = wish.get("reverse", False), wish.get("cursor", "")
    keys = sorted(known, reverse=not is_up)
    page = [key for key in keys if not cursor or (key > cursor if is_up else key < cursor)][:size]
    records = [
        {"uri": known[key].id, "cid": known[key].extra["cid"], "value": known[key].extra["record"]}
        for key in page
    ]
    return reply({"records": records, **({"cursor": page[-1]} if page else {})})
