"""Containers: what a post is made from (https://developers.facebook.com/docs/threads/posts, read 2026-06).

Facts: ``made`` maps the number of a part to ``{"children": [{"id", "ready"}], "id", "ready"}``. A container lives for
24 hours; one that expires is made anew, and a spare one after a crash expires unseen.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from socialhub.platforms.flow import Job, Stay
from socialhub.platforms.values import Kind, Media

from .errors import failed_container
from .options import EVERYONE

LINK_LIFETIME = timedelta(hours=24)
POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 60))
CREATE_TIMEOUT = (5.0, 120.0)
Form = dict[str, str]
Made = dict[str, Any]


def made_of(job: Job, index: int) -> Made:
    """What has been prepared of a part."""
    kept = job.facts.get("made", {}).get(str(index)) or {}
    return {
        "children": [dict(c) for c in kept.get("children", [])],
        "id": kept.get("id", ""),
        "ready": kept.get("ready", False),
    }


def prepare(job: Job, index: int) -> Stay | None:
    """Take the next step towards a finished container of that part; ``None`` when it is finished.

    One request a call.
    """
    made, media = made_of(job, index), job.content.posts[index].media
    if made["ready"]:
        return None
    children = made["children"]
    if len(media) > 1 and len(children) < len(media):
        form = {**_source(media[len(children)]), "is_carousel_item": "true"}
        children.append({"id": _create(job, form), "ready": False})
        return _keep(job, index, made)
    waiting = next((child for child in children if not child["ready"]), None)
    if waiting is not None:
        return _poll(job, index, made, waiting)
    if not made["id"]:
        made["id"] = _create(job, _form(job, index, made))
        return _keep(job, index, made, POLLS[0])
    return _poll(job, index, made, made)


def _keep(job: Job, index: int, made: Made, wait: timedelta = timedelta(0), **facts: Any) -> Stay:
    known = {**job.facts.get("made", {}), str(index): made}
    return Stay({"made": known, "polls": 0, **facts}, wait, note="preparing the post")


def _poll(job: Job, index: int, made: Made, container: Made) -> Stay:
    state, message = read_status(job, container["id"])
    match state:
        case "FINISHED" | "PUBLISHED":
            container["ready"] = True
            return _keep(job, index, made)
        case "EXPIRED":
            return Stay(forget(job, index), note="what was prepared has expired; preparing it anew")
        case "ERROR":
            raise failed_container(job.api.platform, message)
        case _:
            polls = int(job.facts.get("polls", 0))
            wait = POLLS[min(polls, len(POLLS) - 1)]
            return _keep(job, index, made, wait, polls=polls + 1)


def forget(job: Job, index: int) -> dict[str, Any]:
    """Facts without the containers of that part, which are of no use any more."""
    return {"made": {**job.facts.get("made", {}), str(index): None}, "polls": 0}


def read_status(job: Job, container_id: str) -> tuple[str, str]:
    """``status``, and the word that says what went wrong."""
    answer = job.api.get(container_id, params={"fields": "status,error_message"})
    return answer.text("status"), str(answer.body.get("error_message") or "")


def _create(job: Job, form: Form) -> str:
    answer = job.api.post(f"{job.account.external_id}/threads", form=form, timeout=CREATE_TIMEOUT)
    return answer.text("id")


def _form(job: Job, index: int, made: Made) -> Form:
    content, part, options = job.content, job.content.posts[index], job.options
    form: Form = {"text": part.text} if part.text else {}
    if made["children"]:
        form |= {"media_type": "CAROUSEL", "children": ",".join(child["id"] for child in made["children"])}
    elif part.media:
        form |= _source(part.media[0])
    else:
        form["media_type"] = "TEXT"
        if content.kind is Kind.LINK and content.link:
            form["link_attachment"] = content.link
    above = answered(job, index)
    if above:
        form["reply_to_id"] = above
    elif options.get("reply_control", EVERYONE) != EVERYONE:
        form["reply_control"] = options["reply_control"]
    if options.get("topic_tag") and not index:
        form["topic_tag"] = str(options["topic_tag"]).lstrip("#")
    return form


def answered(job: Job, index: int) -> str:
    """What that part answers: the part before, for a reply what it is about; empty for a post of its own."""
    if index:
        return str(job.facts["posts"][index - 1])
    return job.about.id if job.about is not None else ""


def _source(media: Media) -> Form:
    """Threads fetches every file by a link; it takes no bytes."""
    kind, name = ("VIDEO", "video_url") if media.is_video else ("IMAGE", "image_url")
    form = {"media_type": kind, name: media.public_url(LINK_LIFETIME)}
    return {**form, "alt_text": media.alt} if media.alt else form
