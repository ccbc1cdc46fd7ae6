"""Asking for posts with their figures, up to 100 in a request (https://docs.x.com/x-api/posts/get-posts-by-ids,
read 2026-08).

What is private comes with the author's token and for thirty days; for another post X answers 200 and says in
``errors`` what it kept back. A field that X does not take refuses the whole request: then that one is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Why

from .metrics import FILES, GROUPS, PUBLIC

AT_ONCE = 100
FIELDS = ("created_at", "attachments")
MEDIA_FIELDS = ("media_key", "type")
OPEN = (PUBLIC, FILES)
"""The groups that everybody may read, at any age."""
KEPT_BACK = {"field-unauthorized", "not-authorized-for-field", "not-authorized-for-resource"}
REFUSALS: Mapping[Fault, Why] = {Fault.INVALID_REQUEST: Why.UNKNOWN, Fault.PERMISSION: Why.PERMISSION}


@dataclass
class Told:
    """What X told: posts by id, files by key; ``kept_back`` are post (empty: all of them) and group; ``dropped`` are
    groups that were not to be had.
    """

    posts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    files: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    kept_back: set[tuple[str, str]] = field(default_factory=set)
    dropped: dict[str, Why] = field(default_factory=dict)

    def add(self, body: Mapping[str, Any], dropped: Mapping[str, Why]) -> None:
        """Take an answer in."""
        includes = body.get("includes")
        files = mappings(includes.get("media")) if isinstance(includes, Mapping) else ()
        self.posts |= {str(post["id"]): post for post in mappings(body.get("data")) if post.get("id")}
        self.files |= {str(file["media_key"]): file for file in files if file.get("media_key")}
        self.kept_back |= set(_kept_back(body))
        self.dropped |= dropped

    def why(self, post: str, group: str) -> Why:
        """Why a figure of that group is absent."""
        if {(post, group), ("", group)} & self.kept_back:
            return Why.PERMISSION
        return self.dropped.get(group, Why.NOT_GIVEN)

    def refused(self, ids: Sequence[str]) -> list[str]:
        """Posts that X left out because of what was asked about them."""
        return [post for post in ids if post not in self.posts and post in {one for one, _ in self.kept_back}]


def look_up(api: Api, ids: Sequence[str], groups: Sequence[str], told: Told) -> None:
    """Ask for posts; what comes is added to ``told``."""
    for first in range(0, len(ids), AT_ONCE):
        body, dropped = _leniently(api, ids[first : first + AT_ONCE], groups)
        told.add(body, dropped)


def history(post: Mapping[str, Any]) -> list[str]:
    """The ids of all versions of a post, the oldest first; under the old or the new name."""
    found = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    return [str(each) for each in found] if isinstance(found, list) else [str(post.get("id"))]


def _leniently(
    api: Api, ids: Sequence[str], groups: Sequence[str]
) -> tuple[Mapping[str, Any], Mapping[str, Why]]:
    try:
        return _ask(api, ids, groups), {}
    except PlatformError as error:
        refusal = error
    why = REFUSALS.get(refusal.kind)
    for away in _ways_out(groups, why):
        try:
            left = [group for group in groups if group not in away]
            return _ask(api, ids, left), dict.fromkeys(away, why or Why.UNKNOWN)
        except PlatformError as error:
            if error.kind is not refusal.kind:
                raise
    raise refusal


def _ways_out(groups: Sequence[str], why: Why | None) -> Iterator[set[str]]:
    """What may be left out, the least first: a name is dead alone, a permission lacks for all that is private."""
    spare = [group for group in groups if group != PUBLIC]
    private = {group for group in spare if group not in OPEN}
    if why is Why.UNKNOWN:
        yield from ({group} for group in spare)
        if len(spare) > 1:
            yield set(spare)
    if why is Why.PERMISSION and private:
        yield private


def _ask(api: Api, ids: Sequence[str], groups: Sequence[str]) -> Mapping[str, Any]:
    of_posts = [group for group in GROUPS if group in groups and not group.startswith("media.")]
    of_files = [group.removeprefix("media.") for group in GROUPS if group in groups and group not in of_posts]
    params = {
        "ids": ",".join(ids),
        "tweet.fields": ",".join((*FIELDS, *of_posts)),
        "expansions": "attachments.media_keys",
        "media.fields": ",".join((*MEDIA_FIELDS, *of_files)),
    }
    body = api.get("2/tweets", params=params).body
    return body if isinstance(body, Mapping) else {}


def _kept_back(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for error in mappings(body.get("errors")):
        if str(error.get("type") or "").rpartition("/")[2] not in KEPT_BACK:
            continue
        of_files = error.get("resource_type") == "media"
        named = str(error.get("field") or error.get("value") or "").removeprefix("media.").partition(".")[0]
        post = "" if of_files else str(error.get("resource_id") or "")
        for group in GROUPS:
            if group.startswith("media.") == of_files and named in {"", group.removeprefix("media.")}:
                yield post, group
