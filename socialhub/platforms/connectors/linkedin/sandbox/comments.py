"""Comments and reactions
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .images import READ, WRITE
from .refusing import named, wrong
from .server import API, acting, member_urn, simulator
from .store import Comment, add, comments

BODY = {
    "actor": Field(required=True),
    "object": Field(required=True),
    "message": Field("object", required=True, fields={"text": Field(required=True)}),
    "parentComment": Field(),
}


@simulator.route("GET", "/rest/socialActions/<urn>/comments", host=API, scopes=READ)
def listed(call: Call) -> Response:
    """What stands right below a post or a comment."""
    call.query({"start": Field("int"), "count": Field("int")})
    urn = call.args["urn"]
    above = comments(call.world).get(urn)
    if above is None and simulator.live_post(call.world, urn) is None:
        raise named("NOT_FOUND")
    found = (
        comments(call.world).where(parent=urn) if above else comments(call.world).where(post=urn, parent="")
    )
    return reply(
        {"elements": [_json(call.world, one) for one in found], "paging": {"start": 0, "count": 100}}
    )


def _json(world: World, one: Comment) -> dict[str, Any]:
    account = world.accounts.get(one.author)
    actor = member_urn(account) if account else ""
    body = {
        "id": one.number,
        "commentUrn": one.id,
        "actor": actor,
        "object": one.post,
        "message": {"text": one.text, "attributes": []},
        "created": {"actor": actor, "time": int(one.created_at * 1000)},
        "commentsSummary": {"aggregatedTotalComments": len(comments(world).where(parent=one.id))},
    }
    return {**body, "parentComment": one.parent} if one.parent else body


@simulator.route("POST", "/rest/socialActions/<urn>/comments", host=API, scopes=WRITE)
def create(call: Call) -> Response:
    """A comment, or an answer to one; answers have no answers."""
    wish = call.json(BODY)
    author, above = acting(call, wish["actor"], "actor"), comments(call.world).get(call.args["urn"])
    if simulator.live_post(call.world, wish["object"]) is None:
        raise named("NOT_FOUND")
    if wish.get("parentComment", "") != (above.id if above else "") or (above and above.parent):
        raise wrong("INVALID_VALUE_FOR_FIELD", "parentComment", "is not what is answered")
    if len(wish["message"]["text"]) > 1250:
        raise wrong("FIELD_LENGTH_TOO_LONG", "message/text", "is too long")
    made = add(call.world, wish["object"], author.id, wish["message"]["text"], above.id if above else "")
    answer = reply(_json(call.world, made), 201)
    answer.headers["x-restli-id"] = made.number
    return answer


@simulator.route("DELETE", "/rest/socialActions/<urn>/comments/<number>", host=API, scopes=WRITE)
def delete(call: Call) -> Response:
    """By its author or the page whose post it is under."""
    actor = acting(call, call.query({"actor": Field(required=True)})["actor"], "actor")
    one = comments(call.world).get(f"urn:li:comment:({call.args['urn']},{call.args['number']})")
    post = simulator.live_post(call.world, one.post) if one else None
    if one is None or post is None:
        raise named("NOT_FOUND")
    if actor.id not in {one.author, post.account}:
        raise named("ACCESS_DENIED")
    for below in [one, *comments(call.world).where(parent=one.id)]:
        comments(call.world).remove(below.id)
    return Response("", 204)


@simulator.route("POST", "/rest/reactions", host=API, scopes=WRITE)
def react(call: Call) -> Response:
    """One reaction of an actor; a second one is a conflict."""
    actor = acting(call, call.query({"actor": Field(required=True)})["actor"], "actor")
    wish = call.json({"root": Field(required=True), "reactionType": Field(required=True, choices=("LIKE",))})
    one = comments(call.world).get(wish["root"])
    if one is None:
        raise named("NOT_FOUND")
    if actor.id in one.likes:
        raise named("CONFLICT")
    one.likes = [*one.likes, actor.id]
    return Response("", 201)


@simulator.route("DELETE", "/rest/reactions/<key>", host=API, scopes=WRITE)
def take_back(call: Call) -> Response:
    """The key is `(actor:…,entity:…)`."""
    urn, _, entity = call.args["key"].removeprefix("(actor:").removesuffix(")").partition(",entity:")
    actor, one = acting(call, urn, "actor"), comments(call.world).get(entity)
    if one is None or actor.id not in one.likes:
        raise named("NOT_FOUND")
    one.likes = [who for who in one.likes if who != actor.id]
    return Response("", 204)
