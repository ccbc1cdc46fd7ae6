"""The inbox: the list, one conversation beside it, and what is new."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.clock import database_now
from accounts.models import ConnectedAccount
from accounts.network import browser_link
from socialhub.platforms import registry
from socialhub.platforms.inbox import Act, ItemKind
from socialhub.platforms.rules import Text
from webhooks import queries
from webhooks.cleaning import showable
from webhooks.models import Answer, Conversation, InboxItem
from webhooks.queries import Choice, Wish
from webhooks.signals import AboutPost, posts_described
from webhooks.views import lines

MOST_SAID = 200


@require_GET
@requires("inbox.view")
def listing(request: WorkspaceRequest) -> HttpResponse:
    """All conversations that fit."""
    token = queries.token_now(request.workspace)
    known = queries.choices(request.workspace)
    wish = Wish.of(request.GET)
    context = _list(request, wish, token) | _around(request, known, wish)
    if not context["rows"] and not wish.is_narrow and wish.tab == "open":
        context["deaf"] = deaf(known["accounts"])
    return render(request, "webhooks/inbox.html", context)


@require_GET
@requires("inbox.view")
def conversation(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """One conversation beside the list; whoever may answer has read it now."""
    wish = Wish.of(request.GET)
    context = _talk(request, pk, wish)
    if context["talk"].is_unread and context["may_reply"]:
        Conversation.objects.filter(pk=pk).update(is_unread=False, changed_at=database_now())
    known = queries.choices(request.workspace)
    context |= _list(request, wish, queries.token_unread(), opened=pk) | _around(request, known, wish)
    return render(request, "webhooks/inbox.html", context | _reply(request, context))


@require_GET
@requires("inbox.view")
def news(request: WorkspaceRequest) -> HttpResponse:
    """What has changed since a page looked last: nothing (204), or the list and the words of the conversation."""
    if not queries.has_changed(request.workspace, request.GET.get("since", "")):
        return HttpResponse(status=204)
    token, wish = queries.token_now(request.workspace), Wish.of(request.GET)
    opened = request.GET.get("open", "")
    number = int(opened) if opened.isascii() and opened.isdigit() else 0
    context = _list(request, wish, token, opened=number)
    if number:
        context |= _talk(request, number, wish)
    return render(request, "webhooks/_news.html", context)


@require_GET
@requires("inbox.reply")
def count(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """How many characters are left, by the rules that the answer will meet."""
    rows = Conversation.objects.select_related("account").filter(workspace=request.workspace, pk=pk)
    row = rows.first()
    rule = rule_of(row.account, row.kind) if row else None
    if row is None or rule is None:
        raise Http404
    context = counted(rule, request.GET.get("text", "")) | {"account": row.account}
    return render(request, "webhooks/_counter.html", context)


def rule_of(account: ConnectedAccount, kind: str) -> Text | None:
    """How long an answer may be; ``None`` where there can be none."""
    inbox = account.connector.inbox
    return inbox.reply_text.get(ItemKind(kind)) if inbox else None


def counted(rule: Text, text: str) -> dict[str, Any]:
    """What the counter shows."""
    left = rule.max - rule.measure(text.strip())
    tone = "bad" if left < 0 else "warn" if left < rule.max // 10 else "neutral"
    return {"left": left, "counter_tone": tone}


def deaf(accounts: list[Choice]) -> list[tuple[str, str, str]]:
    """Why nothing, or not everything, is heard of connected accounts: platform, its name, the reason."""
    reasons = []
    for platform in sorted({account.text for account in accounts}):
        try:
            connector = registry.get(platform)
        except LookupError:
            continue
        if connector.inbox is None:
            reasons.append((platform, connector.name, "SocialHub hears nothing from here yet."))
            continue
        for kind, reason in connector.inbox.left_out.items():
            reasons.append((platform, connector.name, f"{lines.KINDS[kind].word}s: {reason}"))
    return reasons


def _around(request: WorkspaceRequest, known: dict[str, list[Choice]], wish: Wish) -> dict[str, Any]:
    return {
        "choices": known,
        "wish": wish,
        "kinds": [(kind.value, look.word + "s") for kind, look in lines.KINDS.items()],
        "may_reply": request.membership.may("inbox.reply"),
        "tabs": [(name, label, wish.query(tab=name)) for name, label in _tabs(wish).items()],
    }


def _tabs(wish: Wish) -> dict[str, str]:
    return {queries.ALL: "All under this post", **queries.TABS} if wish.post else queries.TABS


def _list(request: WorkspaceRequest, wish: Wish, token: str, *, opened: int = 0) -> dict[str, Any]:
    now = timezone.now()  # for the eye: no way to the database is worth it
    found = queries.conversations(request.workspace, wish, request.user, now)
    rows = list(queries.after(found, request.GET.get("after", ""))[: queries.PAGE + 1])
    more = rows[: queries.PAGE]
    slug, query = request.workspace.slug, wish.query()
    shown = [_row(row, slug, query, now) for row in more]
    return {
        "rows": shown,
        "wish": wish,
        "query": query,
        "opened": opened,
        "after": request.GET.get("after", ""),
        "token": token,
        "older": wish.query(after=queries.mark_of(more[-1])) if len(rows) > queries.PAGE else "",
        "may_reply": request.membership.may("inbox.reply"),
    }


def _row(row: Conversation, slug: str, query: str, now: datetime) -> dict[str, Any]:
    url = reverse("webhooks:conversation", args=[slug, row.pk])
    words = showable(getattr(row, "last_text", "") or "")
    return {
        "row": row,
        "name": lines.called(row.contact),
        "url": f"{url}?{query}" if query else url,
        "words": words[:300],
        "ours": getattr(row, "last_own", False),
        "kind": lines.KINDS[ItemKind(row.kind)],
        "clock": lines.clock(row, now),
        "platform": row.account.connector.name,
    }


def _talk(request: WorkspaceRequest, pk: int, wish: Wish) -> dict[str, Any]:
    """One conversation of this workspace; anything else is not there."""
    items = InboxItem.objects.filter(
        conversation=pk, conversation__workspace=request.workspace
    ).select_related("contact", "conversation__account", "conversation__contact", "conversation__assigned_to")
    newest = list(items.order_by("-at", "-pk")[:MOST_SAID])
    if not newest:
        raise Http404
    row = newest[0].conversation
    for item in newest:
        item.conversation = row
    answers = list(Answer.objects.filter(conversation=row).select_related("by"))
    us = row.account.name or row.account.handle
    may_act = request.membership.may("inbox.reply")
    contact = row.contact
    return {
        "talk": row,
        "opened": row.pk,
        "items": newest,
        "us": us,
        "contact": contact,
        "name": lines.called(contact),
        "handle": showable(contact.handle) if contact else "",
        "profile": browser_link(contact.url) if contact else "",
        "kind": lines.KINDS[ItemKind(row.kind)],
        "clock": lines.clock(row, timezone.now()),
        "said": lines.talk(list(reversed(newest)), answers, us, may_act=may_act),
        "may_reply": may_act,
        "post": _about_post(request, row),
        "talk_query": f"?{wish.query()}" if wish.query() else "",
        "post_filter": f"{row.account_id}-{row.post_id}" if row.post_id else "",
    }


def _about_post(request: WorkspaceRequest, row: Conversation) -> AboutPost | None:
    if not row.post_id:
        return None
    pair = (row.account_id, row.post_id)
    answers: list[Any] = posts_described.send(sender=None, workspace=request.workspace, ids=[pair])
    known: list[AboutPost] = [told[pair] for _, told in answers if told and pair in told]
    return known[0] if known else None


def _reply(request: WorkspaceRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The box for an answer: to whom, how long, until when; or why there is none."""
    row: Conversation = context["talk"]
    able = [item for item in context["items"] if not item.is_own and item.may(Act.REPLY)]
    chosen = request.GET.get("to", "")
    target = next((item for item in able if str(item.pk) == chosen), able[0] if able else None)
    rule = rule_of(row.account, row.kind)
    if target is None or rule is None or not context["may_reply"]:
        return {"target": None}
    text = request.session.pop(f"inbox-draft-{row.pk}", "")
    inbox = row.account.connector.inbox
    within = inbox.reply_within.get(ItemKind(row.kind)) if inbox else None
    until = max(target.at, row.heard_at or target.at) + within if within else None
    return {
        "target": target,
        "target_name": lines.called(target.contact),
        "target_words": showable(target.text)[:80],
        "draft": text,
        "until": until,
        "is_late": until is not None and until < timezone.now(),
        "account": row.account,
        "form_key": uuid.uuid4(),
    } | counted(rule, text)
