"""Reading the inbox: which conversations, in which order, and whether anything has changed since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from accounts.clock import database_now
from accounts.models import ConnectedAccount, Membership, User, Workspace
from socialhub.platforms.inbox import ItemKind
from webhooks.models import Conversation, InboxItem, SavedReply

PAGE = 25
OVERLAP = timedelta(seconds=30)
"""Longer than a transaction that takes something in: what it dated before it was seen is seen all the same."""
TABS = {"open": "Open", "mine": "Mine", "done": "Done"}
ALL = "all"
"""A tab for what stands under one post, in any state."""
FILTERS = ("q", "account", "kind", "overdue", "post")


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see, as their address says it."""

    tab: str = "open"
    q: str = ""
    account: str = ""
    kind: str = ""
    overdue: str = ""
    post: str = ""

    @classmethod
    def of(cls, query: Any) -> Wish:
        """Read from a query string; what is no such value is left out."""
        told = {name: query.get(name, "").strip()[:300] for name in ("tab", *FILTERS)}
        fits = told["tab"] in TABS or (told["tab"] == ALL and told["post"])
        told["tab"] = told["tab"] if fits else "open"
        told["kind"] = told["kind"] if told["kind"] in set(ItemKind) else ""
        return cls(**told)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the tab is chosen."""
        return any(getattr(self, name) for name in FILTERS)

    def query(self, **other: str) -> str:
        """As a query string, with some of it changed."""
        values = {name: getattr(self, name) for name in ("tab", *FILTERS)} | other
        kept = {name: value for name, value in values.items() if value}
        if kept.get("tab") == "open":
            del kept["tab"]
        return urlencode(kept)


def conversations(workspace: Workspace, wish: Wish, user: User, now: datetime) -> QuerySet[Conversation]:
    """What fits, newest first, each with the words that were said last."""
    rows = Conversation.objects.filter(workspace=workspace)
    if wish.tab != ALL:
        rows = rows.filter(state=Conversation.State.DONE if wish.tab == "done" else Conversation.State.OPEN)
    if wish.tab == "mine":
        rows = rows.filter(assigned_to=user)
    if wish.account.isascii() and wish.account.isdigit():
        rows = rows.filter(account=int(wish.account))
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.overdue:
        rows = rows.filter(due_at__lt=now)
    if wish.post:
        account, _, number = wish.post.partition("-")
        rows = rows.filter(
            account=int(account) if account.isascii() and account.isdigit() else 0, post_id=number
        )
    if wish.q:
        said = InboxItem.objects.filter(conversation=OuterRef("pk"), text__icontains=wish.q)
        named = Q(contact__name__icontains=wish.q) | Q(contact__handle__icontains=wish.q)
        rows = rows.filter(named | Exists(said))
    last = InboxItem.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    shown = rows.select_related("account", "contact", "assigned_to").defer("account__access_token")
    return shown.annotate(
        last_text=Subquery(last.values("text")[:1]), last_own=Subquery(last.values("is_own")[:1])
    ).order_by("-last_at", "-pk")


def after(rows: QuerySet[Conversation], mark: str) -> QuerySet[Conversation]:
    """What comes behind the conversation that ``mark`` names (see :func:`mark_of`); all where it names none."""
    moment, _, number = mark.partition("_")
    try:
        at, pk = datetime.fromtimestamp(int(moment) / 1_000_000, UTC), int(number)
    except (ValueError, OverflowError, OSError):
        return rows
    return rows.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=pk))


def mark_of(row: Conversation) -> str:
    """A place in the list."""
    since = row.last_at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since // timedelta(microseconds=1)}_{row.pk}"


def unread_count() -> Coalesce:
    """For a query of workspaces: how many open conversations nobody has looked at yet, out of an index of those."""
    rows = Conversation.objects.filter(
        workspace=OuterRef("pk"), state=Conversation.State.OPEN, is_unread=True
    ).order_by()
    return Coalesce(Subquery(rows.values("workspace").annotate(n=Count("pk")).values("n")), 0)


def token_now(workspace: Workspace) -> str:
    """What a page has seen. Read before the page itself is: what changes meanwhile shows with the next look."""
    anchor = int((database_now() - OVERLAP).timestamp() * 1000)
    return f"{anchor}.{_digest(workspace, anchor)}"


def token_unread() -> str:
    """Of a page that has not asked what there is to see: its first look brings it up to date."""
    return f"{int((database_now() - OVERLAP).timestamp() * 1000)}."


def has_changed(workspace: Workspace, token: str) -> bool:
    """Whether anything in the inbox is other than what ``token`` saw: one look into an index."""
    anchor, _, digest = token.partition(".")
    if not anchor.isascii() or not anchor.isdigit() or len(anchor) > 15:
        return True
    return _digest(workspace, int(anchor)) != digest


def _digest(workspace: Workspace, anchor: int) -> str:
    since = datetime.fromtimestamp(anchor / 1000, UTC)
    rows = Conversation.objects.filter(workspace=workspace, changed_at__gt=since).order_by(
        "-changed_at", "-pk"
    )
    seen = repr(list(rows.values_list("pk", "changed_at")[:200]))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


class Choice(NamedTuple):
    """A saved reply, a member or an account."""

    id: int
    name: str
    text: str


def choices(workspace: Workspace) -> dict[str, list[Choice]]:
    """Saved replies, members and accounts of a workspace, in one query."""
    kinds = {
        "saved": (SavedReply.objects.filter(workspace=workspace), "pk", "name", "text"),
        "members": (Membership.objects.filter(workspace=workspace), "user", "user__name", "user__email"),
        "accounts": (ConnectedAccount.objects.filter(workspace=workspace), "pk", "handle", "platform"),
    }
    parts = [
        rows.order_by().annotate(
            what=Value(what, output_field=CharField()),
            number=Cast(number, CharField()),
            called=Cast(name, TextField()),
            says=Cast(text, TextField()),
        ).values_list("what", "number", "called", "says")
        for what, (rows, number, name, text) in kinds.items()
    ]  # fmt: skip
    found: dict[str, list[Choice]] = {what: [] for what in kinds}
    for what, number, called, says in parts[0].union(*parts[1:], all=True):
        found[what].append(Choice(int(number), called, says))
    for rows in found.values():
        rows.sort(key=lambda each: each.name.casefold())
    return found
