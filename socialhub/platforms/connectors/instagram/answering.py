"""Answers to comments and messages, and whether one that may have been sent is there
(https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies and
https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/conversations-api, 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from socialhub.platforms.connectors._graph.finding import CLOCK_SKEW, LAG, first_sent, plain, waited
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import at_seconds, mappings
from socialhub.platforms.flow import Finding, Job, Live, Outcome, Stay, Unsure
from socialhub.platforms.inbox import ItemKind
from socialhub.platforms.values import Account

from .hosts import is_by_facebook

FIELDS = "id,text,timestamp,username,from"
PAGE, MOST_PAGES = 50, 6
Line = Mapping[str, Any]


def send_reply(job: Job) -> Outcome:
    """Answer below the first comment of the thread, or in the conversation."""
    assert job.about is not None  # a reply is about something
    if job.about.kind is ItemKind.MESSAGE:
        body = {"recipient": {"id": job.about.facts["to"]}, "message": {"text": job.content.text}}
        return Live(job.api.post(f"{speaker(job.account)}/messages", json_body=body).text("message_id"))
    if job.about.is_hidden:
        raise PlatformError(
            Fault.INVALID_REQUEST,
            platform=job.api.platform,
            code="hidden_comment",
            user_message="Instagram takes no answers to hidden comments. Show it first.",
        )
    return Live(job.api.post(f"{_first(job)}/replies", form={"message": job.content.text}).text("id"))


def find_reply(job: Job) -> Finding:
    """Our own words since then, among the answers or in the conversation. Which end of the list is the newest is not
    documented, so it is read whole; lists lag, and names may be missing.
    """
    assert job.about is not None
    lines, is_whole = _messages(job) if job.about.kind is ItemKind.MESSAGE else _answers(job)
    wanted, since = plain(job.content.text), first_sent(job) - CLOCK_SKEW
    fitting = [line for line in lines if _fits(line, wanted, since) and str(line["id"]) not in job.taken]
    for line in fitting:
        if _is_ours(job, line):
            return Live(str(line["id"]))
    kept = {"first_sent": first_sent(job).isoformat()}
    if waited(job) < LAG:
        return Stay(kept, LAG - waited(job), note="not listed yet")
    if any(_is_ours(job, line) is None for line in fitting):
        return Unsure("An answer with these words is there, but not whose it is. Open Instagram and decide.")
    return (
        None if is_whole else Unsure("There are too many answers to look through. Open Instagram and decide.")
    )


def is_own(line: Line, account: Account) -> bool | None:
    """Whether the account itself wrote it; ``None`` where nothing tells. Its id may be another one here, its name
    is the same.
    """
    author = line.get("from")
    known = author if isinstance(author, Mapping) else {}
    name, number = str(known.get("username") or line.get("username") or ""), str(known.get("id") or "")
    if not name and not number:
        return None
    return number == account.external_id or name.lower() == account.handle.removeprefix("@").lower()


def speaker(account: Account) -> str:
    """Who writes messages: by Facebook Login the linked Page, whose token it is."""
    return str(account.extra.get("page_id") or "me") if is_by_facebook(account) else "me"


def moment(told: Any) -> datetime | None:
    """An instant as a text or as a number, which may be a text too."""
    if isinstance(told, str) and not told.isdigit():
        try:
            return datetime.fromisoformat(told).astimezone(UTC)
        except ValueError:
            return None
    return at_seconds(int(told) if isinstance(told, str) else told)


def _first(job: Job) -> str:
    assert job.about is not None
    return job.about.parent_id or job.about.id


def _fits(line: Line, wanted: str, since: datetime) -> bool:
    at = moment(line.get("timestamp") or line.get("created_time"))
    said = plain(str(line.get("text") or line.get("message") or ""))
    return bool(line.get("id")) and said == wanted and at is not None and at >= since


def _is_ours(job: Job, line: Line) -> bool | None:
    """In a conversation of two, what the other one did not say."""
    assert job.about is not None
    author = line.get("from")
    if job.about.kind is ItemKind.MESSAGE:
        known = str(author.get("id") or "") if isinstance(author, Mapping) else ""
        return known != str(job.about.facts["to"]) if known else None
    return is_own(line, job.account)


def _answers(job: Job) -> tuple[list[Line], bool]:
    """The answers below the comment, and whether these are all."""
    params: dict[str, Any] = {"fields": FIELDS, "limit": PAGE}
    lines: list[Line] = []
    for _ in range(MOST_PAGES):
        body = job.api.get(f"{_first(job)}/replies", params=params).body or {}
        lines += mappings(body.get("data"))
        paging = body.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not after or not paging.get("next"):
            return lines, True
        params["after"] = after
    return lines, False


def _messages(job: Job) -> tuple[list[Line], bool]:
    """The latest messages of the conversation, the newest first."""
    assert job.about is not None
    params = {
        "platform": "instagram",
        "user_id": str(job.about.facts["to"]),
        "fields": "messages.limit(20){id,message,from,created_time}",
    }
    body = job.api.get(f"{speaker(job.account)}/conversations", params=params).body
    talks = mappings((body or {}).get("data"))
    return [line for talk in talks for line in mappings((talk.get("messages") or {}).get("data"))], True
