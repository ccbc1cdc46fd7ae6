"""Whether a record that we may have written exists: its server is asked for our own key.

``getRecord`` at the account's own server is consistent at once; lists of the network's index lag and are not asked.
"""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Back, Finding, Job, Live, Unsure

from .identity import resolve
from .record import POST

SURE = timedelta(hours=1)
"""After that, a record that is not there may have been deleted by a person: it is not written again unasked."""


def find_record(job: Job) -> Finding:
    """Adopt the record under our key; nobody else can have written it."""
    pds = resolve(job.api, job.account.external_id).pds
    posts = list(job.facts["posts"])
    params = {"repo": job.account.external_id, "collection": POST, "rkey": job.facts["rkeys"][len(posts)]}
    try:
        answer = job.api.get(f"{pds}/xrpc/com.atproto.repo.getRecord", params=params, auth=False)
    except PlatformError as error:
        if error.code != "RecordNotFound":
            raise
        if job.sent_at is not None and job.now - job.sent_at > SURE:
            return Unsure("The post is not there, but it may have been there and been deleted.")
        return None
    posts.append({"uri": answer.text("uri"), "cid": answer.text("cid")})
    facts = {"posts": posts, "pds": pds}
    if len(posts) < len(job.content.posts):
        return Back("put_record", facts, note=f"post {len(posts)} is live")
    return Live(posts[0]["uri"], post_url(posts[0]["uri"]), facts)


def post_url(uri: str) -> str:
    """The public page of ``at://<did>/app.bsky.feed.post/<rkey>``."""
    did, _, rkey = uri.removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{did}/post/{rkey}"
