"""Making posts (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api,
read 2026-11).

Facts beside those of ``media.py``: ``first_sent`` when a post that we are in doubt about was first tried.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Flow, Held, Job, Live, Outcome, Stay, Step
from socialhub.platforms.values import Account, Content, Kind

from .errors import WAITING
from .finding import adopt_duplicate, find_post, permalink
from .littletext import escape
from .media import POLLS, assets_of, await_media, card_of, send_card, send_document, send_images
from .options import PUBLIC
from .rest import HEADERS, encoded, method
from .videos import close_upload, open_upload, send_chunks, send_cover

ID_HEADERS = ("x-restli-id", "x-linkedin-id")
MOST_WAITS = 12


def create_post(job: Job) -> Outcome:
    """The one request that posts. The answer is empty; the id stands in a header."""
    try:
        answer = job.api.post("rest/posts", json_body=body_of(job), headers=HEADERS)
    except PlatformError as error:
        if error.kind is Fault.DUPLICATE:
            return adopt_duplicate(job, error) or Held(
                "LinkedIn refuses this because the account posted the same already. Change the text and try again."
            )
        waits = int(job.facts.get("waits", 0))
        if error.code in WAITING and waits < MOST_WAITS:
            wait = POLLS[min(waits, len(POLLS) - 1)]
            return Stay({"waits": waits + 1}, wait, note="LinkedIn still works on the files")
        raise
    urn = next((answer.headers[name] for name in ID_HEADERS if answer.headers.get(name)), "")
    if not urn:
        raise answer.lacks("x-restli-id")
    return Live(urn, permalink(urn))


def body_of(job: Job) -> dict[str, Any]:
    """What is sent."""
    body: dict[str, Any] = {
        "author": job.account.external_id,
        "commentary": escape(job.content.text),
        "visibility": str(job.options.get("visibility") or PUBLIC),
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": bool(job.options.get("no_reshare")),
    }
    content = _content(job)
    return {**body, "content": content} if content else body


def _content(job: Job) -> dict[str, Any]:
    title = str(job.options.get("title") or "").strip()
    match job.content.kind:
        case Kind.LINK:
            # LinkedIn does not look at the page: a card without a title is bare.
            article = {"source": job.content.link, "title": title or urlsplit(job.content.link).netloc}
            more = {
                "description": str(job.options.get("description") or "").strip(),
                "thumbnail": "".join(card_of(job)),
            }
            return {"article": {**article, **{name: value for name, value in more.items() if value}}}
        case Kind.IMAGE | Kind.VIDEO:
            media = {"id": assets_of(job)[0], "altText": job.content.media[0].alt, "title": title}
            return {"media": {name: value for name, value in media.items() if value}}
        case Kind.GALLERY:
            pairs = zip(assets_of(job), job.content.media, strict=True)
            images = [{"id": urn, "altText": media.alt} for urn, media in pairs]
            return {"multiImage": {"images": images}}
        case Kind.DOCUMENT:
            file = job.content.media[0]
            return {"media": {"id": assets_of(job)[0], "title": title or file.name or "Document"}}
        case _:
            return _poll(job)


def _poll(job: Job) -> dict[str, Any]:
    answers = [str(answer) for answer in job.options.get("poll_options") or ()]
    if not answers:
        return {}
    question = str(job.options.get("poll_question") or "").strip() or job.content.text
    settings = {"duration": str(job.options["poll_duration"])}
    options = [{"text": answer} for answer in answers]
    return {"poll": {"question": question, "options": options, "settings": settings}}


def edit(api: Api, account: Account, post_id: str, content: Content, options: Mapping[str, Any]) -> None:
    """Change the text; LinkedIn lets nothing else of an ordinary post be changed."""
    patch = {"patch": {"$set": {"commentary": escape(content.text)}}}
    api.post(f"rest/posts/{encoded(post_id)}", json_body=patch, headers=method("PARTIAL_UPDATE"))


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a post; one that is gone already is as good as deleted."""
    api.delete(f"rest/posts/{encoded(post_id)}", headers=method("DELETE"), expect=(404,))


POST = Step("create_post", create_post, find=find_post, deadline=timedelta(hours=2), label="Post")
AWAIT = Step(
    "await_media", await_media, deadline=timedelta(hours=1), label="Wait for LinkedIn to process the files"
)
WORDS = Flow((POST,))
LINK = Flow((Step("send_card", send_card, label="Send the picture of the link"), AWAIT, POST))
DOCUMENT = Flow((Step("send_document", send_document, label="Send the document"), AWAIT, POST))
PICTURES = Flow((Step("send_images", send_images, label="Send the pictures"), AWAIT, POST))
FILM = Flow(
    (
        Step("open_upload", open_upload, label="Announce the video"),
        Step("send_chunks", send_chunks, deadline=timedelta(hours=12), label="Send the video"),
        Step("send_cover", send_cover, label="Send the picture for the video"),
        Step("close_upload", close_upload, label="Close the upload"),
        AWAIT,
        POST,
    )
)
publishing = Publishing(
    flows={
        Kind.TEXT: WORDS,
        Kind.LINK: LINK,
        Kind.IMAGE: PICTURES,
        Kind.GALLERY: PICTURES,
        Kind.VIDEO: FILM,
        Kind.DOCUMENT: DOCUMENT,
    },
    refuses_twins=True,
    delete=delete,
    edit=edit,
    left_out={
        Kind.SHORT: "A short video is a video here.",
        Kind.STORY: "LinkedIn closed its stories.",
        Kind.THREAD: "The platform has none.",
    },
    link=re.compile(
        r"https://(?:www\.)?linkedin\.com/(?:feed/update/(?:(?P<id>urn:li:(?:share|ugcPost):\d+)|urn:li:\w+:\d+)|posts/)"
    ),
)
