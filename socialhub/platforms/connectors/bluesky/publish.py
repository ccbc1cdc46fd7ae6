"""Posting: a record under a key of our own, which the server keeps once whatever is repeated
(https://github.com/bluesky-social/atproto, packages/pds/src/api/com/atproto/repo/putRecord.ts, read 2026-08).

Facts: ``pds`` where the account lives, ``rkeys`` and ``created_at`` fixed before anything is sent, ``dids`` of the
handles in the text, ``blobs`` the files as the server names them, ``posts`` the parts that are live.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Back, Flow, Go, Job, Live, Outcome, Stay, Step, partly
from socialhub.platforms.multipart import range_body
from socialhub.platforms.values import Account, Kind, Media

from .facets import find_mentions
from .finding import find_record, post_url
from .identity import resolve
from .record import POST, new_keys, record_of

UPLOAD_TIMEOUT = (5.0, 120.0)
NOT_HERE = frozenset(
    {"AccountNotFound", "AccountDeactivated", "RepoDeactivated", "InvalidToken", "invalid_token"}
)
"""What a server says of an account that left it. Ours is asked for in the directory before we believe it."""
MOST_UPLOADS = 3
"""How often files that the server swept away before the post are sent anew."""


def prepare_record(job: Job) -> Outcome:
    """Find the account's server and fix what makes a repeat recognisable."""
    pds = resolve(job.api, job.account.external_id).pds
    keys = new_keys(job.now, len(job.content.posts))
    return Go({"pds": pds, "rkeys": keys, "created_at": job.now.isoformat(), "posts": []})


def resolve_mentions(job: Job) -> Outcome:
    """Ask whom the next handle belongs to; one that nobody has stays plain text."""
    known: dict[str, str] = dict(job.facts.get("dids", {}))
    handles = dict.fromkeys(name for part in job.content.posts for _, _, name in find_mentions(part.text))
    missing = [handle for handle in handles if handle not in known]
    if not missing:
        return Go()
    path = f"{job.facts['pds']}/xrpc/com.atproto.identity.resolveHandle"
    try:
        known[missing[0]] = job.api.get(path, params={"handle": missing[0]}, auth=False).text("did")
    except PlatformError as error:
        if error.kind not in {Fault.NOT_FOUND, Fault.INVALID_REQUEST}:
            raise
        known[missing[0]] = ""
    return Stay({"dids": known})


def upload_blobs(job: Job) -> Outcome:
    """Send the next file. The same bytes give the same blob, so a repeat is harmless."""
    known: dict[str, Any] = dict(job.facts.get("blobs", {}))
    files = list(_files(job))
    missing = [(key, media) for key, media in files if key not in known]
    if not missing:
        return Go()
    key, media = missing[0]
    body = range_body(media.read, 0, media.size, media.mime)
    path = f"{job.facts['pds']}/xrpc/com.atproto.repo.uploadBlob"
    try:
        answer = job.api.post(path, body=body, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        return _follow(job, error)
    blob = answer.body.get("blob") if isinstance(answer.body, Mapping) else None
    if not isinstance(blob, Mapping):
        raise PlatformError(Fault.SERVER_ERROR, code="no_blob")
    known[key] = dict(blob)
    facts = {"blobs": known}
    if len(missing) == 1:
        return Go(facts)
    return Stay(facts, progress=len(known) / len(files), note=f"{len(known)} of {len(files)} files sent")


def _files(job: Job) -> Iterator[tuple[str, Media]]:
    for part_index, part in enumerate(job.content.posts):
        for index, media in enumerate(part.media):
            yield f"{part_index}.{index}", media


def put_record(job: Job) -> Outcome:
    """Write the next part, only where its key is free: the same record again changes nothing."""
    index, count = len(job.facts["posts"]), len(job.content.posts)
    body = {
        "repo": job.account.external_id,
        "collection": POST,
        "rkey": job.facts["rkeys"][index],
        "record": record_of(job, index),
        "swapRecord": None,
    }
    try:
        answer = job.api.post(f"{job.facts['pds']}/xrpc/com.atproto.repo.putRecord", json_body=body)
    except PlatformError as error:
        uploads = int(job.facts.get("uploads", 1))
        if error.code == "BlobNotFound" and uploads < MOST_UPLOADS:
            facts = {"blobs": {}, "uploads": uploads + 1}
            return Back("upload_blobs", facts, note="the server no longer has the files")
        try:
            return _follow(job, error)
        except PlatformError:
            return partly(error, done=index, count=count)
    posts = [*job.facts["posts"], {"uri": answer.text("uri"), "cid": answer.text("cid")}]
    facts = {"posts": posts}
    if len(posts) < count:
        return Stay(facts, progress=len(posts) / count, note=f"{len(posts)} of {count} posts are live")
    return Live(posts[0]["uri"], post_url(posts[0]["uri"]), facts)


def _follow(job: Job, error: PlatformError) -> Outcome:
    """Go on at the account's new server where it left the one that refuses us or is not there; else ``error``.

    The keys of the records stay, so a repeat is as recognisable there. Files are sent anew.
    """
    if error.is_ambiguous or not (error.code in NOT_HERE or error.http_status == 0):
        raise error
    try:
        pds = resolve(job.api, job.account.external_id).pds
    except PlatformError:
        raise error from None
    if pds == job.facts["pds"]:
        raise error
    return Back("resolve_mentions", {"pds": pds, "blobs": {}}, note="the account lives on another server now")


def delete(api: Api, account: Account, post_id: str) -> None:
    """Take a post down by its AT-URI; one that is gone already is as good as deleted."""
    repo, collection, rkey = post_id.removeprefix("at://").split("/")
    pds = resolve(api, account.external_id).pds
    body = {"repo": repo, "collection": collection, "rkey": rkey}
    api.post(f"{pds}/xrpc/com.atproto.repo.deleteRecord", json_body=body)


PREPARE = (
    Step("prepare_record", prepare_record, label="Find the account's server"),
    Step("resolve_mentions", resolve_mentions, label="Look up who is mentioned"),
)
UPLOAD = Step("upload_blobs", upload_blobs, deadline=timedelta(hours=6), label="Send the files")
PUT = Step("put_record", put_record, find=find_record, label="Post")
WORDS, FILES = Flow((*PREPARE, PUT)), Flow((*PREPARE, UPLOAD, PUT))
publishing = Publishing(
    flows={
        Kind.TEXT: WORDS,
        Kind.LINK: WORDS,
        Kind.IMAGE: FILES,
        Kind.GALLERY: FILES,
        Kind.VIDEO: FILES,
        Kind.THREAD: FILES,
    },
    delete=delete,
    posts_of=lambda facts: tuple(post["uri"] for post in facts.get("posts", ())),
    left_out={
        Kind.SHORT: "A short video is a video here.",
        Kind.STORY: "The platform has none.",
        Kind.DOCUMENT: "The platform has none.",
    },
    link=re.compile(r"https://bsky\.app/profile/[^/]+/post/\w+"),
)
