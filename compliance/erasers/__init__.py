"""Everything that can be erased of an account, in the order in which it goes. A test walks all tables and insists
that each of them is covered by an eraser or stands in :data:`KEPT` with the reason.

An eraser takes a piece of the work: rows from ``mark`` on, ``limit`` at most, and gives how many it erased and from
where to go on, None when nothing is left. Every piece may be repeated without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from compliance.erasers import calls, figures, inbox, posts, traces
from compliance.erasers.target import Busy, Target

__all__ = ["ERASERS", "KEPT", "Busy", "Eraser", "Target"]


@dataclass(frozen=True)
class Eraser:
    """``name`` is what its rows are called in reports; ``tables`` are those that it empties or cleans."""

    name: str
    tables: tuple[str, ...]
    erase: Callable[[Target, int, int], tuple[int, int | None]]


ERASERS: tuple[Eraser, ...] = (
    Eraser("posts that waited", ("publishing.delivery",), posts.cancel_waiting),
    Eraser("subscriptions", ("webhooks.watch", "webhooks.subscription"), inbox.erase_watches),
    Eraser("readings to come", ("analytics.collection",), figures.stop_reading),
    Eraser("calls as they came", ("webhooks.incoming",), calls.erase_calls),
    Eraser("events", ("webhooks.event",), calls.erase_events),
    Eraser("answers", ("webhooks.answer",), inbox.erase_answers),
    Eraser("inbox items", ("webhooks.inboxitem",), inbox.erase_items),
    Eraser("items taken back", ("webhooks.takenback",), inbox.erase_taken_back),
    Eraser("conversations", ("webhooks.conversation",), inbox.erase_conversations),
    Eraser("people in the inbox", ("webhooks.contact",), inbox.erase_contacts),
    Eraser("figures of posts", ("analytics.postsnapshot",), figures.erase_of_posts),
    Eraser("figures of the account", ("analytics.accountsnapshot",), figures.erase_of_account),
    Eraser("answers about figures", ("analytics.payload",), figures.erase_answers),
    Eraser("posts that were followed", ("analytics.trackedpost",), figures.erase_followed),
    Eraser(
        "sums and gaps of figures",
        ("analytics.daygain", "analytics.gap", "analytics.absence"),
        figures.erase_derived,
    ),
    Eraser("lines of the flight recorder", ("publishing.steplog",), posts.clean_log),
    Eraser("links and ids of posts", ("publishing.delivery",), posts.clean_deliveries),
    Eraser("warnings", ("publishing.risk",), posts.erase_risks),
    Eraser("acts on many posts", ("publishing.batch",), posts.erase_batches),
    Eraser("logins under way", ("accounts.loginattempt",), traces.erase_logins),
    Eraser("limits", ("accounts.cooldown", "accounts.budget"), traces.erase_limits),
    Eraser("lines of the operators' log", ("admin.logentry",), traces.clean_admin_log),
    Eraser("failed jobs", ("django_q.task",), traces.erase_failures),
    Eraser("exports", ("compliance.export",), traces.erase_exports),
)

KEPT: Mapping[str, str] = {
    "accounts.connectedaccount": "the row itself, emptied before anything else: posts refer to it",
    "accounts.appcredential": "keys of our own app",
    "accounts.workspace": "ours",
    "accounts.user": "ours: people who work in the hub",
    "accounts.membership": "ours",
    "accounts.invitation": "ours",
    "webhooks.savedreply": "written in the hub by people of the workspace",
    "publishing.post": "written in the hub by people of the workspace",
    "publishing.label": "written in the hub by people of the workspace",
    "publishing.post_labels": "which words people of the workspace gave to which of their posts",
    "analytics.reportsubscription": "ours: which people of the hub get a letter, and when",
    "publishing.postmedia": "written in the hub by people of the workspace",
    "publishing.mediafile": "uploaded to the hub by people of the workspace",
    "account.emailaddress": "of people who work in the hub",
    "account.emailconfirmation": "of people who work in the hub",
    "mfa.authenticator": "of people who work in the hub",
    "accounts.user_groups": "of people who work in the hub",
    "accounts.user_user_permissions": "of people who work in the hub",
    "compliance.request": "the report: kinds, times and counts",
    "compliance.erasure": "the report: kinds, times and counts; the words that were sought go at the end",
    "compliance.hold": "our own decision; while it stands nothing is erased",
    "compliance.leaving": "numbers and times alone",
    "compliance.entry": "the audit log: numbers and kinds alone",
}
