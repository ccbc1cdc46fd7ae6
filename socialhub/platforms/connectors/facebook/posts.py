"""Posts with text, a link or photos (https://developers.facebook.com/docs/pages-api/posts, read 2026-06).

Photos go up unpublished first and are attached to the post: then the post can be told by its photos, exactly.

Facts: ``photos`` are ids in the order of the files.
"""

from __future__ import annotations

import json

from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.flow import Go, Job, Live, Outcome, Stay
from socialhub.platforms.multipart import multipart
from socialhub.platforms.values import Kind

UPLOAD_TIMEOUT = (5.0, 120.0)


def upload_photos(job: Job) -> Outcome:
    """Send the next picture. One that is sent twice stays unattached, which nobody sees."""
    known = list(job.facts.get("photos", []))
    files = [media for media in job.content.media if media.is_image]
    if len(known) >= len(files):
        return Go()
    media = files[len(known)]
    fields = {"published": "false"}
    if media.alt and job.content.kind is not Kind.STORY:
        fields["alt_text_custom"] = media.alt
    body = multipart(
        fields,
        name="source",
        filename=media.name,
        mime=media.mime,
        read=media.read,
        offset=0,
        length=media.size,
    )
    answer = job.api.post(f"{job.account.external_id}/photos", body=body, timeout=UPLOAD_TIMEOUT)
    known.append(answer.text("id"))
    facts = {"photos": known}
    return Go(facts) if len(known) == len(files) else Stay(facts)


def create_post(job: Job) -> Outcome:
    """Make the post public. There is no idempotency key: its photos, or its text, are the proof afterwards."""
    content = job.content
    form = {"message": content.text} if content.text else {}
    if content.kind is Kind.LINK and content.link:
        form["link"] = content.link
    for index, photo in enumerate(job.facts.get("photos", [])):
        form[f"attached_media[{index}]"] = json.dumps({"media_fbid": photo})
    try:
        answer = job.api.post(f"{job.account.external_id}/feed", form=form)
    except PlatformError as error:
        if error.kind is Fault.DUPLICATE and job.facts.get("first_sent"):
            # We sent it before and did not find it: what reads the same may be that one.
            error.reach = Reach.UNKNOWN
        raise
    post_id = answer.text("id")
    return Live(post_id, facts={"post_id": post_id})


def publish_photo_story(job: Job) -> str:
    """Make a story of the uploaded picture; its id."""
    form = {"photo_id": job.facts["photos"][0]}
    return job.api.post(f"{job.account.external_id}/photo_stories", form=form).text("post_id")
