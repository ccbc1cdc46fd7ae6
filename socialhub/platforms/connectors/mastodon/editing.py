"""Giving a status other words (https://docs.joinmastodon.org/methods/statuses/#edit, read 2026-07).

What is left out is taken away, so everything that stays is sent again: the files by their ids, the poll by its
answers. A poll wants a time to stay open, at least five minutes, so one that ends sooner cannot be kept
(https://github.com/mastodon/mastodon, app/services/update_status_service.rb).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account, Content

SHORTEST_POLL = 300


def edit(api: Api, account: Account, post_id: str, content: Content, options: Mapping[str, Any]) -> None:
    """Change text, warning, language and the veil over the media; visibility can never change.

    Nothing is sent where nothing differs: a repeat would push the end of a poll by a moment.
    """
    status = api.get(f"api/v1/statuses/{post_id}").body
    source = api.get(f"api/v1/statuses/{post_id}/source").body
    status, source = (dict(item) if isinstance(item, Mapping) else {} for item in (status, source))
    warning = str(options.get("spoiler_text") or "")
    text, warning = (content.text, warning) if content.text.strip() else (warning, "")
    files = [str(item["id"]) for item in status.get("media_attachments") or () if isinstance(item, Mapping)]
    wish: dict[str, Any] = {"status": text, "spoiler_text": warning}
    # A warning always hides the media.
    wish["sensitive"] = bool(warning) or bool(files and options.get("sensitive"))
    stands = {"status": source.get("text"), "spoiler_text": source.get("spoiler_text") or ""}
    stands["sensitive"] = bool(status.get("sensitive"))
    if options.get("language"):
        wish["language"], stands["language"] = options["language"], status.get("language")
    if wish == stands:
        return
    poll = status.get("poll")
    kept = _kept(poll) if isinstance(poll, Mapping) else {}
    api.put(f"api/v1/statuses/{post_id}", json_body={**wish, "media_ids": files, **kept})


def _kept(poll: Mapping[str, Any]) -> dict[str, Any]:
    """The same poll; the same answers keep the votes."""
    left = (_ends_at(poll) - datetime.now(UTC)).total_seconds()
    if poll.get("expired") or left < SHORTEST_POLL:
        raise PlatformError(
            Fault.INVALID_REQUEST,
            code="poll_ended",
            user_message="The poll of this post has ended or soon will; changing the text would take it away.",
        )
    answers = [str(item.get("title")) for item in poll.get("options") or () if isinstance(item, Mapping)]
    return {"poll": {"options": answers, "expires_in": round(left), "multiple": bool(poll.get("multiple"))}}


def _ends_at(poll: Mapping[str, Any]) -> datetime:
    try:
        ends = datetime.fromisoformat(str(poll.get("expires_at")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return ends if ends.tzinfo else ends.replace(tzinfo=UTC)
