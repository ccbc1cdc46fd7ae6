"""Whether a post that we may have sent exists.

Photos and videos have ids that we hold before the post is made, so their posts are told exactly. Text and links
are told by their words, the time, and by belonging to no other delivery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.connectors._graph.finding import (
    CLOCK_SKEW,
    LAG,
    LOOK,
    PATIENCE,
    first_sent,
    next_look,
    plain,
    waited,
)
from socialhub.platforms.flow import Back, Finding, Job, Live, Stay, Unsure

from .videos import has_begun, has_failed, has_video, is_published, live_id, read_status

FIELDS = "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments}"
PAGE = 25
SLOW_START = timedelta(minutes=5)
"""A video whose status does not speak of publishing so long after we asked for it was never asked for."""


def find_post(job: Job) -> Finding:
    """Adopt the one post that shows our photos, or says our words."""
    first = first_sent(job)
    fitting = [post for post in _listed(job, first) if _is_ours(job, post, first)]
    if len(fitting) > 1:
        return Unsure("Several posts on the Page look like this one. Open the Page and decide.")
    if fitting:
        post_id, link = str(fitting[0]["id"]), str(fitting[0].get("permalink_url") or "")
        return Live(post_id, link, {"post_id": post_id, "permalink": link})
    return _absent(job, first, "looking for the post on the Page")


def find_video(job: Job) -> Finding:
    """The video's own status is the proof."""
    first = first_sent(job)
    status = read_status(job)
    if is_published(status):
        post_id = live_id(job)
        return Live(post_id, facts={"post_id": post_id})
    if has_failed(status):
        return Back("open_upload", {"video": None, "sent": False, "finished": False}, note="starting anew")
    kept = {"first_sent": first.isoformat()}
    if has_begun(status):
        if waited(job) < PATIENCE:
            return Stay({**kept, "finished": True}, next_look(job), note="Facebook works on the video")
        return Unsure("Facebook still works on the video. Open the Page and decide.", kept)
    return (
        None
        if waited(job) >= SLOW_START
        else Stay(kept, next_look(job), note="asking Facebook for the video")
    )


def find_story(job: Job) -> Finding:
    """The list of stories names the file that each was made from."""
    first = first_sent(job)
    file_id = job.facts["video"]["id"] if has_video(job) else job.facts["photos"][0]
    story = next((line for line in listed_stories(job) if str(line.get("media_id")) == str(file_id)), None)
    if story is not None:
        post_id, link = str(story["post_id"]), str(story.get("url") or "")
        return Live(post_id, link, {"post_id": post_id, "permalink": link})
    if not has_video(job):
        return _absent(job, first, "looking for the story on the Page")
    if job.facts.get("story") or not is_published(read_status(job)):
        return find_video(job)
    if waited(job) < PATIENCE:
        return Stay({"first_sent": first.isoformat()}, next_look(job), note="live; looking for its link")
    return Unsure("Facebook says that the story is live, but lists none that fits. Open the Page.")


def listed_stories(job: Job) -> Iterator[Mapping[str, Any]]:
    """The Page's newest stories."""
    body = job.api.get(f"{job.account.external_id}/stories", params={"limit": PAGE}).body
    yield from (line for line in (body or {}).get("data") or () if isinstance(line, Mapping))


def _absent(job: Job, first: datetime, note: str) -> Finding:
    """Lists lag: absent is only what two looks, the second a minute after sending, did not show."""
    if waited(job) < LAG or not job.facts.get("first_sent"):
        return Stay({"first_sent": first.isoformat()}, max(LOOK, LAG - waited(job)), note=note)
    return None


def _listed(job: Job, first: datetime) -> Iterator[Mapping[str, Any]]:
    params = {"fields": FIELDS, "limit": PAGE, "since": int((first - CLOCK_SKEW).timestamp())}
    body = job.api.get(f"{job.account.external_id}/published_posts", params=params).body
    for post in (body or {}).get("data") or ():
        if isinstance(post, Mapping) and str(post.get("id")) not in job.taken:
            yield post


def _is_ours(job: Job, post: Mapping[str, Any], first: datetime) -> bool:
    photos = set(job.facts.get("photos", []))
    if photos:
        return bool(photos & set(_targets(post)))
    try:
        made = datetime.fromisoformat(str(post.get("created_time")))
    except ValueError:
        return False
    is_late = made >= first - CLOCK_SKEW
    return is_late and plain(str(post.get("message") or "")) == plain(job.content.text)


def _targets(post: Mapping[str, Any]) -> Iterator[str]:
    """The ids of what a post shows, albums opened."""
    for line in (post.get("attachments") or {}).get("data") or ():
        yield str((line.get("target") or {}).get("id") or "")
        for inner in (line.get("subattachments") or {}).get("data") or ():
            yield str((inner.get("target") or {}).get("id") or "")
