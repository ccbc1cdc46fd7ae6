"""Making posts (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api).
The same text is refused for a day; posts with files are not compared, the worst that the documentation leaves open.
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call

from .images import WRITE, state_of
from .littletext import shown
from .refusing import wrong
from .server import API, MEMBER, SITE, acting, member_urn, simulator

KINDS = ("image", "video", "document")
LONGEST = 3000
LONGEST_TITLE = 400
DUPLICATES = 86_400.0
DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
LONGEST_QUESTION, LONGEST_ANSWER = 140, 30
CONTENT = {
    "article": Field(
        "object",
        fields={
            "source": Field(required=True),
            "title": Field(),
            "description": Field(),
            "thumbnail": Field(),
        },
    ),
    "poll": Field(
        "object",
        fields={
            "question": Field(required=True),
            "options": Field(
                "list", required=True, items=Field("object", fields={"text": Field(required=True)})
            ),
            "settings": Field("object", required=True, fields={"duration": Field(choices=DURATIONS)}),
        },
    ),
    "media": Field("object", fields={"id": Field(required=True), "altText": Field(), "title": Field()}),
    "multiImage": Field(
        "object",
        fields={
            "images": Field(
                "list",
                required=True,
                items=Field("object", fields={"id": Field(required=True), "altText": Field()}),
            )
        },
    ),
}
POST = {
    "author": Field(required=True),
    "commentary": Field(required=True),
    "visibility": Field(required=True, choices=("PUBLIC", "CONNECTIONS", "LOGGED_IN")),
    "distribution": Field(
        "object",
        required=True,
        fields={
            "feedDistribution": Field(required=True, choices=("MAIN_FEED", "NONE")),
            "targetEntities": Field("list"),
            "thirdPartyDistributionChannels": Field("list"),
        },
    ),
    "lifecycleState": Field(required=True, choices=("PUBLISHED",)),
    "isReshareDisabledByAuthor": Field("bool"),
    "content": Field("object", fields=CONTENT),
}


@simulator.route("POST", "/rest/posts", host=API, scopes=WRITE)
def create(call: Call) -> Response:
    """Live at once; the id stands in a header and the body is empty."""
    wish = call.json(POST)
    author = acting(call, wish["author"], "author")
    if author.kind != MEMBER and wish["visibility"] != "PUBLIC":
        raise wrong("INVALID_VALUE_FOR_FIELD", "visibility", "Organizations post to PUBLIC")
    check_length(wish["commentary"])
    content = wish.get("content", {})
    if len(content) > 1:
        raise wrong("ILLEGAL_ARGUMENT", "content", "takes one kind of content")
    files = _files(call, author, content)
    if not wish["commentary"].strip() and not content:
        raise wrong("INVALID_VALUE_BLANK_FIELD", "commentary", "is blank")
    if len(content.get("article", {}).get("title", "")) >= LONGEST_TITLE:
        raise wrong("FIELD_LENGTH_TOO_LONG", "content/article/title", "is too long")
    _check_poll(content.get("poll"))
    if not files:
        _refuse_twin(call, author, wish)
    post = _store(call, author, wish, files)
    return Response("", 201, {"x-restli-id": post.id})


def check_length(commentary: str) -> None:
    """Refuse a text that is too long as readers see it."""
    if len(shown(commentary).encode("utf-16-le")) // 2 > LONGEST:
        raise wrong("FIELD_LENGTH_TOO_LONG", "commentary", f"is longer than {LONGEST}")


def _check_poll(poll: dict[str, Any] | None) -> None:
    if poll is None:
        return
    if not 2 <= len(poll["options"]) <= 4:
        raise wrong("ILLEGAL_ARGUMENT", "content/poll/options", "must be 2 to 4")
    long = any(len(option["text"]) > LONGEST_ANSWER for option in poll["options"])
    if long or len(poll["question"]) > LONGEST_QUESTION:
        raise wrong("FIELD_LENGTH_TOO_LONG", "content/poll", "is too long")


def _files(call: Call, author: Account, content: dict[str, Any]) -> list[Media]:
    images = content.get("multiImage", {}).get("images")
    if images is not None and not 2 <= len(images) <= 20:
        raise wrong("ILLEGAL_ARGUMENT", "content/multiImage/images", "must have 2 to 20 images")
    items = images if images is not None else [content["media"]] if "media" in content else []
    card = content.get("article", {}).get("thumbnail")
    if card:
        _asset(call, author, card, ("image",))
    found = []
    for item in items:
        media = _asset(call, author, item["id"], KINDS if images is None else ("image",))
        if media.extra["kind"] == "document" and not item.get("title"):
            raise wrong("MISSING_FIELD", "content/media/title", "is required for documents")
        media.alt = item.get("altText", "")
        found.append(media)
    return found


def _asset(call: Call, author: Account, urn: str, kinds: tuple[str, ...]) -> Media:
    """An asset of the author that is ready to be posted."""
    media = call.world.media.get(urn)
    if media is None or media.extra.get("owner") != member_urn(author):
        raise wrong("INVALID_URN_ID", "content/media/id", "is not an asset of the author")
    if media.extra["kind"] not in kinds:
        raise wrong("INVALID_URN_TYPE", "content", f"must be one of {', '.join(kinds)}")
    state = state_of(call, media)
    if state != "AVAILABLE":
        raise wrong(f"MEDIA_ASSET_{state}", "content/media/id", "The asset cannot be posted")
    return media


def _refuse_twin(call: Call, author: Account, wish: dict[str, Any]) -> None:
    """A deleted post counts too: then the message names a ghost."""
    for post in call.world.posts.where(platform=simulator.key, account=author.id):
        same = post.text == shown(wish["commentary"]) and post.extra["content"] == wish.get("content", {})
        if same and post.created_at > call.now - DUPLICATES:
            raise wrong("DUPLICATE_POST", "", f"Content is a duplicate of {post.id}", 422)


def _store(call: Call, author: Account, wish: dict[str, Any], files: list[Media]) -> Post:
    urn = f"urn:li:share:{call.world.snowflake(22)}"
    for media in files:
        media.post = urn
    return call.world.posts.add(
        Post(
            id=urn,
            platform=simulator.key,
            account=author.id,
            text=shown(wish["commentary"]),
            created_at=call.now,
            host=SITE,
            url=f"https://{SITE}/feed/update/{urn}/",
            media=[media.id for media in files],
            client_id=call.token.client_id,
            extra={
                "commentary": wish["commentary"],
                "visibility": wish["visibility"],
                "content": wish.get("content", {}),
                "no_reshare": wish.get("isReshareDisabledByAuthor", False),
            },
        )
    )
