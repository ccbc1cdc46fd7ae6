"""Containers: what a post is made from
(https://developers.facebook.com/docs/instagram-platform/content-publishing, read 2026-03).

Facts: ``containers`` maps a file's number, or "post" for the whole, to ``{"id", "uri", "ready"}``. A container
lives for 24 hours; one that expires sends the flow back to the start. A spare one after a crash expires unseen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.connectors._graph.uploading import UPLOAD_TIMEOUT, held_bytes, send_rest
from socialhub.platforms.flow import Back, Go, Job, Outcome, Stay
from socialhub.platforms.values import Kind, Media

from .errors import failed_container
from .hosts import is_by_facebook

WHOLE = "post"
LINK_LIFETIME = timedelta(hours=24)
"""The crawler may come back for the file as long as the container lives."""
POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 60))
EXPIRED = "2207020"
Form = dict[str, str]


def create_children(job: Job) -> Outcome:
    """Make the container of the next file of a carousel."""
    known = dict(job.facts.get("containers", {}))
    missing = [str(index) for index in range(len(job.content.media)) if str(index) not in known]
    if not missing:
        return Go()
    media = job.content.media[int(missing[0])]
    form: Form = {"is_carousel_item": "true"}
    if media.is_video:
        form["media_type"] = "VIDEO"
    elif media.alt:
        form["alt_text"] = media.alt
    known[missing[0]] = _create(job, form | _source(job, media))
    facts = {"containers": known}
    return Go(facts) if len(missing) == 1 else Stay(facts)


def create_container(job: Job) -> Outcome:
    """Make the container of the whole post. Its id is kept before anything is published."""
    known = dict(job.facts.get("containers", {}))
    if WHOLE in known:
        return Go()
    known[WHOLE] = _create(job, _form(job))
    return Go({"containers": known, "polls": 0})


def _form(job: Job) -> Form:
    content, options = job.content, job.options
    form: Form = {"caption": content.text} if content.text and content.kind is not Kind.STORY else {}
    if content.kind is Kind.GALLERY:
        children = [job.facts["containers"][str(index)]["id"] for index in range(len(content.media))]
        form |= {"media_type": "CAROUSEL", "children": ",".join(children)}
    else:
        media = content.media[0]
        form |= _source(job, media)
        if content.kind is Kind.STORY:
            form["media_type"] = "STORIES"
        elif media.is_video:
            form |= {"media_type": "REELS", "share_to_feed": _flag(options.get("share_to_feed", True))}
            form |= _cover(options)
        elif media.alt:
            form["alt_text"] = media.alt
    if options.get("collaborators"):
        form["collaborators"] = json.dumps([str(name).lstrip("@") for name in options["collaborators"]])
    if options.get("is_ai_generated"):
        form["is_ai_generated"] = "true"
    return form


def _cover(options: Mapping[str, Any]) -> Form:
    """A picture wins over a second of the video, so that one is not sent beside it."""
    if isinstance(options.get("cover"), Media):
        return {"cover_url": options["cover"].public_url(LINK_LIFETIME)}
    if options.get("thumb_offset") is not None:
        return {"thumb_offset": str(int(float(options["thumb_offset"]) * 1000))}
    return {}


def _source(job: Job, media: Media) -> Form:
    """Bytes for videos where the way in takes them; pictures always by a link that Meta fetches."""
    if not media.is_video:
        return {"image_url": media.public_url(LINK_LIFETIME)}
    if is_by_facebook(job.account):
        return {"upload_type": "resumable"}
    return {"video_url": media.public_url(LINK_LIFETIME)}


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _create(job: Job, form: Form) -> dict[str, Any]:
    answer = job.api.post(f"{job.account.external_id}/media", form=form, timeout=UPLOAD_TIMEOUT)
    uri = str(answer.body.get("uri") or "")
    return {"id": answer.text("id"), "uri": uri, "ready": False, "sent": not uri}


def upload_bytes(job: Job) -> Outcome:
    """Stream the next video from the byte that Meta holds on; a broken upload goes on where it broke."""
    known = dict(job.facts.get("containers", {}))
    waiting = [name for name, container in known.items() if not container["sent"]]
    if not waiting:
        return Go()
    name = waiting[0]
    media = job.content.media[0 if name == WHOLE else int(name)]
    status = job.api.get(known[name]["id"], params={"fields": "video_status"}).body
    held = held_bytes((status or {}).get("video_status"))
    if not send_rest(job, known[name]["uri"], media, held):
        return Stay(wait=POLLS[0], note="asking how much of the video arrived")
    known[name] = {**known[name], "sent": True}
    facts = {"containers": known}
    return Go(facts) if len(waiting) == 1 else Stay(facts)


def await_children(job: Job) -> Outcome:
    """Every child must be finished before the carousel is made."""
    return _await(job, lambda name: name != WHOLE)


def await_container(job: Job) -> Outcome:
    """Publishing before the container is finished is refused."""
    return _await(job, lambda name: name == WHOLE)


def _await(job: Job, is_meant: Callable[[str], bool]) -> Outcome:
    known = dict(job.facts.get("containers", {}))
    waiting = [name for name, container in known.items() if is_meant(name) and not container["ready"]]
    if not waiting:
        return Go()
    state, text = read_status(job, known[waiting[0]]["id"])
    match state:
        case "FINISHED" | "PUBLISHED":
            known[waiting[0]] = {**known[waiting[0]], "ready": True}
            facts = {"containers": known, "polls": 0}
            return Go(facts) if len(waiting) == 1 else Stay(facts)
        case "EXPIRED":
            return start_over(job)
        case "ERROR":
            raise failed_container(job.api.platform, text)
        case _:
            polls = int(job.facts.get("polls", 0))
            wait = POLLS[min(polls, len(POLLS) - 1)]
            return Stay({"polls": polls + 1}, wait, note="Instagram works on the file")


def read_status(job: Job, container_id: str) -> tuple[str, str]:
    """``status_code`` and the text beside it, which holds the code of a failure."""
    answer = job.api.get(container_id, params={"fields": "status_code,status"})
    return answer.text("status_code"), str(answer.body.get("status") or "")


def start_over(job: Job) -> Back:
    """Containers that expired are of no use: make new ones."""
    first = "create_children" if job.content.kind is Kind.GALLERY else "create_container"
    return Back(
        first, {"containers": {}, "polls": 0}, note="what was prepared has expired; preparing it anew"
    )
