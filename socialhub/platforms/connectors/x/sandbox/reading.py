"""Reading back: the account, its posts, single posts; with short links and escaped text, as the API gives
them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply

from .entities import media_json, post_json, user_json
from .figures import dead_fields, kept_back, respelled
from .server import API, PROBLEMS, invalid, simulator

READ = ("tweet.read", "users.read")
USER_FIELDS = (
    "created_at description id name profile_image_url protected public_metrics subscription_type url username"
    " verified verified_type"
)
TWEET_FIELDS = (
    "attachments author_id conversation_id created_at edit_history_tweet_ids entities id"
    " in_reply_to_user_id lang non_public_metrics"
    " note_tweet organic_metrics promoted_metrics public_metrics referenced_tweets reply_settings source text"
)
MEDIA_FIELDS = (
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics"
    " public_metrics type url width"
)
EXPANSIONS = "attachments.media_keys attachments.poll_ids author_id referenced_tweets.id in_reply_to_user_id"
SHAPE = {
    "tweet.fields": Field(),
    "post.fields": Field(),
    "user.fields": Field(),
    "media.fields": Field(),
    "poll.fields": Field(),
    "expansions": Field(),
}
LISTING = {
    **SHAPE,
    "max_results": Field("int"),
    "pagination_token": Field("int"),
    "since_id": Field("int"),
    "until_id": Field("int"),
    "start_time": Field(),
    "end_time": Field(),
    "exclude": Field(),
}


@simulator.route("GET", "/2/users/me", host=API, scopes=READ, limit=Limit("users/me", 75, 900))
def read_me(call: Call) -> Response:
    """The account of the token."""
    wanted = _names(call, call.query(SHAPE), "user.fields", USER_FIELDS)
    return reply({"data": user_json(call, call.account, wanted)})


@simulator.route("GET", "/2/users/<id>/tweets", host=API, scopes=READ, limit=Limit("users/tweets", 900, 900))
def list_posts(call: Call) -> Response:
    """Posts of an account, newest first."""
    posts = call.world.live_posts(account=call.args["id"], platform=simulator.key)
    return page_of(call, posts, call.query(LISTING))


def page_of(call: Call, posts: list[Post], wish: dict[str, Any]) -> Response:
    """The part of a list, newest first, that was asked for."""
    size = wish.get("max_results", 10)
    if not 5 <= size <= 100:
        raise invalid("The `max_results` query parameter value is not between 5 and 100", "max_results")
    start, end = _moment(wish, "start_time", 0.0), _moment(wish, "end_time", call.now + 1)
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else end
    before = wish.get("pagination_token") or wish.get("until_id") or int(call.world.snowflake(22))
    replies = "replies" not in wish.get("exclude", "")
    posts = [
        post
        for post in sorted(posts, key=lambda post: int(post.id), reverse=True)
        if start <= post.created_at < min(end, youngest + 0.001)
        and wish.get("since_id", 0) < int(post.id) < before
        and (replies or not post.reply_to)
    ]
    page = posts[:size]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if len(posts) > size:
        meta["next_token"] = page[-1].id
    return reply({**_with_includes(call, page, wish), "meta": meta})


@simulator.route("GET", "/2/tweets", host=API, scopes=READ, limit=Limit("tweets", 5000, 900))
def read_posts(call: Call) -> Response:
    """Up to 100 posts by their ids."""
    wish = call.query({**SHAPE, "ids": Field(required=True)})
    ids = wish["ids"].split(",")
    if len(ids) > 100:
        raise invalid("size must be between 1 and 100", "ids")
    return reply(_by_ids(call, ids, wish))


@simulator.route("GET", "/2/tweets/<id>", host=API, scopes=READ, limit=Limit("tweet", 900, 900))
def read_post(call: Call) -> Response:
    """One post; a missing one is an error inside an answer 200."""
    body = _by_ids(call, [call.args["id"]], call.query(SHAPE))
    if "data" in body:
        body["data"] = body["data"][0]
    return reply(body)


def _by_ids(call: Call, ids: list[str], wish: dict[str, Any]) -> dict[str, Any]:
    live = {post.id: post for post in call.world.live_posts(platform=simulator.key)}
    body = _with_includes(call, [live[post_id] for post_id in ids if post_id in live], wish)
    found = [live[post_id] for post_id in ids if post_id in live]
    errors = list(kept_back(call, found, _post_fields(call, wish)))
    errors += [
        {
            "value": post_id,
            "detail": f"Could not find tweet with id: [{post_id}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "id",
            "resource_id": post_id,
            "type": f"{PROBLEMS}/resource-not-found",
        }
        for post_id in ids
        if post_id not in live
    ]
    return {**body, "errors": errors} if errors else body


def _with_includes(call: Call, posts: list[Post], wish: dict[str, Any]) -> dict[str, Any]:
    wanted = _post_fields(call, wish)
    expansions = _names(call, wish, "expansions", EXPANSIONS)
    media_fields, user_fields = (
        _names(call, wish, "media.fields", MEDIA_FIELDS),
        _names(call, wish, "user.fields", USER_FIELDS),
    )
    lines = [post_json(call, post, wanted) for post in posts]
    body: dict[str, Any] = {"data": [respelled(line, wish) for line in lines]} if posts else {}
    includes: dict[str, Any] = {}
    if "attachments.media_keys" in expansions:
        includes["media"] = [media_json(call, key, media_fields) for post in posts for key in post.media]
    if "author_id" in expansions:
        authors = {post.account: call.world.accounts.get(post.account) for post in posts}
        includes["users"] = [user_json(call, account, user_fields) for account in authors.values() if account]
    shown = {name: items for name, items in includes.items() if items}
    return {**body, "includes": shown} if shown else body


def _post_fields(call: Call, wish: dict[str, Any]) -> set[str]:
    return _names(call, wish, "tweet.fields", TWEET_FIELDS) | _names(call, wish, "post.fields", TWEET_FIELDS)


def _names(call: Call, wish: dict[str, Any], parameter: str, known: str) -> set[str]:
    names = set(filter(None, wish.get(parameter, "").split(",")))
    strange = names - set(known.split()) | names & dead_fields(call.world, parameter)
    if strange:
        raise invalid(
            f"The `{parameter}` query parameter value [{min(strange)}] is not one of"
            f" [{known.replace(' ', ',')}]",
            parameter,
        )
    return names


def _moment(wish: dict[str, Any], name: str, default: float) -> float:
    if name not in wish:
        return default
    try:
        return datetime.fromisoformat(wish[name]).timestamp()
    except ValueError:
        raise invalid(
            f"The `{name}` query parameter value [{wish[name]}] is not a valid RFC 3339 date", name
        ) from None
