"""Statuses: posting with an Idempotency-Key, reading back, listing, deleting (https://docs.joinmastodon.org/methods/statuses/)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, Refusal, reply
from socialhub.platforms.sandbox.world import Table, World

from .media import find_unattached, media_json
from .server import GENERAL, Server, refuse, simulator
from .text import length, to_html

STATUSES = Limit("statuses", 300, 10_800)
DELETIONS = Limit("deletions", 30, 1800)
PAGING = Limit("paging", 300, 900)
KEY_LIFETIME = 3600
"""Seconds an Idempotency-Key is remembered (PostStatusService)."""
VISIBILITIES = ("public", "unlisted", "private", "direct")
POLL = {
    "options": Field("list", required=True),
    "expires_in": Field("int", required=True),
    "multiple": Field("bool"),
    "hide_totals": Field("bool"),
}
STATUS = {
    "status": Field(),
    "media_ids": Field("list"),
    "poll": Field("object", fields=POLL),
    "in_reply_to_id": Field(),
    "sensitive": Field("bool"),
    "spoiler_text": Field(),
    "visibility": Field(choices=VISIBILITIES),
    "language": Field(),
    "quote_approval_policy": Field(choices=("public", "followers", "nobody")),
}
LISTING = {
    "max_id": Field(), "since_id": Field(), "min_id": Field(), "limit": Field("int"), "exclude_reblogs": Field("bool"),
    "exclude_replies": Field("bool"), "only_media": Field("bool"), "pinned": Field("bool"),
}
LANGUAGE = regex.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


@dataclass
class Key:
    """An Idempotency-Key of one account and the status it made."""

    id: str
    post: str
    created_at: float


def keys(world: World) -> Table[Key]:
    """All remembered keys."""
    return world.table("mastodon.keys", Key)


@simulator.route("GET", "/api/v1/accounts/verify_credentials", scopes=("profile", "read:accounts"), limit=GENERAL)
def verify_credentials(call: Call) -> Response:
    """The account behind the token."""
    account = call.account
    source = {"privacy": "public", "sensitive": False, "language": None, "note": account.bio, "fields": [], "quote_policy": "public"}
    return reply({**account_json(call, account), "source": source})


@simulator.route("POST", "/api/v1/statuses", scopes=("write:statuses",), limit=STATUSES)
def post_status(call: Call) -> Response:
    """Publish. A repeat with the same key in the hour gets the first status; the text is not compared."""
    server = simulator.server(call)
    wish = call.body(STATUS)
    key = call.request.headers.get("Idempotency-Key", "")
    known = keys(call.world).get(f"{call.token.account} {key}") if key and server.idempotency != "off" else None
    if known and call.now < known.created_at + KEY_LIFETIME:
        if server.idempotency == "error_on_repeat":
            raise refuse(500)
        return reply(status_json(call, _found(call, known.post)))
    media = _media_of(call, server, wish.get("media_ids", []))
    _check(call, server, wish, media)
    post = _create(call, wish, media)
    if key and server.idempotency != "off":
        keys(call.world).add(Key(f"{call.token.account} {key}", post.id, call.now))
    return reply(status_json(call, post))


def _media_of(call: Call, server: Server, wanted: list[str]) -> list[Media]:
    found = [find_unattached(call, str(media_id)) for media_id in wanted]
    lost = [media_id for media_id, media in zip(wanted, found, strict=True) if media is None]
    if lost and server.api_version:
        raise refuse(422, f"Media {', '.join(lost)} not found or already attached to another post")
    media = [item for item in found if item is not None]
    if len(media) > server.max_media_attachments:
        raise refuse(422, f"Cannot attach more than {server.max_media_attachments} files")
    if any(item.ready_at > call.now or item.failure for item in media):
        raise refuse(422, "Cannot attach files that have not finished processing. Try again in a moment!")
    kinds = {item.mime.partition("/")[0] for item in media}
    if len(media) > 1 and kinds - {"image"}:
        raise refuse(422, "Cannot attach a video to a post that already contains images")
    return media


def _check(call: Call, server: Server, wish: dict[str, Any], media: list[Media]) -> None:
    text, spoiler = wish.get("status", ""), wish.get("spoiler_text", "")
    if server.needs_media and not media:
        raise refuse(422, "The media ids field is required.")
    if not (text.strip() or spoiler.strip() or media):
        raise refuse(422, "Validation failed: Text can't be blank")
    if length(text, spoiler) > server.max_characters:
        raise refuse(422, f"Validation failed: Text character limit of {server.max_characters} exceeded")
    if not LANGUAGE.fullmatch(wish.get("language", "en")):
        raise refuse(422, "Validation failed: Language is invalid")
    if "in_reply_to_id" in wish and not _visible(call, wish["in_reply_to_id"]):
        raise refuse(404, "The post you are trying to reply to does not appear to exist.")
    if "poll" in wish:
        _check_poll(server, wish["poll"], media)


def _check_poll(server: Server, poll: dict[str, Any], media: list[Media]) -> None:
    limits, options = server.poll, poll["options"]
    faults = (
        (bool(media), "Cannot attach a poll to a post that contains media"),
        (len(options) < 2, "Validation failed: Options must have more than one item"),
        (len(options) > limits["max_options"], f"Validation failed: Options can't contain more than {limits['max_options']} items"),
        (len(set(options)) < len(options), "Validation failed: Options contain duplicate items"),
        (any(not option.strip() for option in options), "Validation failed: Options can't be blank"),
        (any(length(option, "") > limits["max_characters_per_option"] for option in options),
         f"Validation failed: Options can't be longer than {limits['max_characters_per_option']} characters each"),
        (poll["expires_in"] < limits["min_expiration"], "Validation failed: Expires at is too soon"),
        (poll["expires_in"] > limits["max_expiration"], "Validation failed: Expires at is too far into the future"),
    )
    for wrong, text in faults:
        if wrong:
            raise refuse(422, text)


def _create(call: Call, wish: dict[str, Any], media: list[Media]) -> Post:
    text, spoiler = wish.get("status", ""), wish.get("spoiler_text", "")
    if not text.strip() and spoiler:
        text, spoiler = spoiler, ""
    post_id = call.world.snowflake()
    post = Post(
        id=post_id, platform=simulator.key, account=call.token.account, text=text, created_at=call.now, host=call.host,
        url=f"{simulator.profile_url(call.account)}/{post_id}", media=[item.id for item in media], reply_to=wish.get("in_reply_to_id", ""),
        client_id=call.token.client_id,
        extra={
            "visibility": wish.get("visibility", "public"), "spoiler_text": spoiler, "sensitive": bool(spoiler) or wish.get("sensitive", False),
            "language": wish.get("language", "en"), "poll": wish.get("poll"), "quote_approval_policy": wish.get("quote_approval_policy", "public"),
        },
    )
    for item in media:
        item.post = post_id
    return call.world.posts.add(post)


@simulator.route("GET", "/api/v1/statuses/<id>", limit=GENERAL)
def read_status(call: Call) -> Response:
    """One status; what is private only for its author."""
    _recognise(call)
    return reply(status_json(call, _found(call, call.args["id"])))


@simulator.route("GET", "/api/v1/statuses/<id>/source", scopes=("read:statuses",), limit=GENERAL)
def read_source(call: Call) -> Response:
    """The plain text as it was sent."""
    post = _own(call)
    return reply({"id": post.id, "text": post.text, "spoiler_text": post.extra["spoiler_text"]})


@simulator.route("GET", "/api/v1/statuses/<id>/context", limit=GENERAL)
def read_context(call: Call) -> Response:
    """What the status answers, and its answers."""
    _recognise(call)
    post = _found(call, call.args["id"])
    before, after = ancestors(call.world, post), descendants(call.world, post)
    shown = [[status_json(call, item) for item in group if _visible(call, item.id)] for group in (before, after)]
    return reply({"ancestors": shown[0], "descendants": shown[1]})


@simulator.route("DELETE", "/api/v1/statuses/<id>", scopes=("write:statuses",), limit=DELETIONS)
def delete_status(call: Call) -> Response:
    """Take the status down and hand its source back, for deleting and redrafting."""
    post = _own(call)
    answer = {**status_json(call, post), "text": post.text}
    post.deleted_at = call.now
    for media_id in post.media:
        media = call.world.media.get(media_id)
        if media and call.request.args.get("delete_media") == "true":
            call.world.media.remove(media_id)
        elif media:
            media.post, media.created_at = "", call.now
    return reply(answer)


@simulator.route("GET", "/api/v1/accounts/<id>/statuses", limit=PAGING)
def list_statuses(call: Call) -> Response:
    """Statuses of an account, newest first. The author sees all of them."""
    _recognise(call)
    wish = call.query(LISTING)
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    posts = [
        post for post in call.world.live_posts(account=call.args["id"], host=call.host)
        if post.created_at <= youngest and _visible(call, post.id) and _wanted(post, wish)
    ]
    posts.sort(key=lambda post: int(post.id), reverse="min_id" not in wish)
    page = posts[: max(1, min(wish.get("limit", 20), 40))]
    page.sort(key=lambda post: int(post.id), reverse=True)
    if page:
        base = f"https://{call.host}{call.path}"
        call.headers["Link"] = f'<{base}?max_id={page[-1].id}>; rel="next", <{base}?min_id={page[0].id}>; rel="prev"'
    return reply([status_json(call, post) for post in page])


def _wanted(post: Post, wish: dict[str, Any]) -> bool:
    number = int(post.id)
    try:
        inside = (
            number < int(wish.get("max_id", number + 1))
            and number > int(wish.get("since_id", 0))
            and number > int(wish.get("min_id", 0))
        )
    except ValueError:
        return False
    return inside and not (wish.get("pinned") or (wish.get("exclude_replies") and post.reply_to) or (wish.get("only_media") and not post.media))


def _recognise(call: Call) -> None:
    """Reading is open to everybody; a token only widens the view, but a dead one is refused."""
    if call.bearer():
        call.token = simulator.authenticate(call, ("read:statuses",))


def _visible(call: Call, post_id: str) -> bool:
    post = call.world.posts.get(post_id)
    if post is None or post.deleted_at is not None or post.host != call.host or post.platform != simulator.key:
        return False
    return post.extra["visibility"] in ("public", "unlisted") or (call.has_token and call.token.account == post.account)


def _found(call: Call, post_id: str) -> Post:
    post = call.world.posts.get(post_id)
    if post is None or not _visible(call, post_id):
        raise _gone()
    return post


def _own(call: Call) -> Post:
    post = _found(call, call.args["id"])
    if post.account != call.token.account:
        raise _gone()
    return post


def _gone() -> Refusal:
    return refuse(404)


def ancestors(world: World, post: Post) -> list[Post]:
    """The posts that this one answers, oldest first."""
    chain: list[Post] = []
    while post.reply_to and (parent := world.posts.get(post.reply_to)) is not None and parent.deleted_at is None:
        chain.insert(0, parent)
        post = parent
    return chain


def descendants(world: World, post: Post) -> list[Post]:
    """All answers to this post, in the order of the thread."""
    found: list[Post] = []
    for child in world.live_posts(reply_to=post.id, host=post.host, platform=simulator.key):
        found += [child, *descendants(world, child)]
    return found


def account_json(call: Call, account: Account) -> dict[str, Any]:
    """An Account entity."""
    url = simulator.profile_url(account)
    picture = f"https://{account.host}/avatars/original/missing.png"
    return {
        "id": account.id, "username": account.handle[1:], "acct": account.handle[1:], "display_name": account.name, "url": url,
        "uri": f"https://{account.host}/users/{account.handle[1:]}", "note": f"<p>{account.bio}</p>", "avatar": picture, "avatar_static": picture,
        "locked": False, "bot": False, "created_at": iso(account.created_at), "followers_count": 0, "following_count": 0,
        "statuses_count": len(call.world.live_posts(account=account.id)), "emojis": [], "fields": [],
    }


def status_json(call: Call, post: Post) -> dict[str, Any]:
    """A Status entity."""
    account = call.world.accounts.get(post.account)
    app = call.world.apps.get(post.client_id)
    media = [item for key in post.media if (item := call.world.media.get(key))]
    parent = call.world.posts.get(post.reply_to)
    return {
        "id": post.id, "created_at": iso(post.created_at), "in_reply_to_id": post.reply_to or None,
        "in_reply_to_account_id": parent.account if parent else None, "sensitive": post.extra["sensitive"],
        "spoiler_text": post.extra["spoiler_text"], "visibility": post.extra["visibility"], "language": post.extra["language"],
        "uri": f"{account_json(call, account)['uri']}/statuses/{post.id}" if account else post.url, "url": post.url,
        "replies_count": len(call.world.live_posts(reply_to=post.id, host=post.host)), "reblogs_count": 0, "favourites_count": 0,
        "edited_at": None, "content": to_html(post.text), "reblog": None,
        "application": {"name": app.name, "website": app.extra["website"]} if app else None,
        "account": account_json(call, account) if account else None, "media_attachments": [media_json(call, item) for item in media],
        "mentions": [], "tags": [], "emojis": [], "card": None, "poll": _poll_json(post),
    }


def _poll_json(post: Post) -> dict[str, Any] | None:
    poll = post.extra["poll"]
    if not poll:
        return None
    return {
        "id": post.id, "expires_at": iso(post.created_at + poll["expires_in"]), "expired": False, "multiple": poll.get("multiple", False),
        "votes_count": 0, "voters_count": 0, "options": [{"title": option, "votes_count": 0} for option in poll["options"]], "emojis": [],
    }
