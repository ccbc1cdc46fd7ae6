"""What people do in the inbox. Each is one order or one change, and leads back to the conversation."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import WorkspaceRequest, requires
from accounts.clock import database_now
from accounts.models import Membership
from socialhub.platforms.inbox import Act
from webhooks import answering
from webhooks.models import Answer, Contact, Conversation, InboxItem

LONGEST_NOTE = 2000


@require_POST
@requires("inbox.reply")
def reply(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Answer an item. The words come back with the page where they cannot be sent."""
    item = _item(request, pk)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        answering.order(item=item, act=Act.REPLY, by=request.user, text=text, key=_key(request))
    except answering.NotPossible as problem:
        request.session[f"inbox-draft-{item.conversation_id}"] = text[:10_000]
        messages.error(request, str(problem))
    return _back(request, item.conversation_id)


@require_POST
@requires("inbox.reply")
def act(request: WorkspaceRequest, pk: int, name: str) -> HttpResponse:
    """Hide, show, delete, like or unlike an item."""
    item = _item(request, pk)
    if name not in set(Act) - {Act.REPLY}:
        return HttpResponse(status=404)
    try:
        answering.order(item=item, act=Act(name), by=request.user)
    except answering.NotPossible as problem:
        messages.error(request, str(problem))
    return _back(request, item.conversation_id)


@require_POST
@requires("inbox.reply")
def settle(request: WorkspaceRequest, pk: int, name: str) -> HttpResponse:
    """Try an answer again or look for it again, say that it is there, or let it be."""
    answer = get_object_or_404(Answer, pk=pk, conversation__workspace=request.workspace)
    if name == "again":
        answering.retry(answer)
    elif name == "there":
        answering.found_by_person(answer)
    elif name != "drop":
        return HttpResponse(status=404)
    elif not answering.give_up(answer):
        messages.error(request, "It is under way right now. Look again in a moment.")
    _touch(answer.conversation_id)
    return _back(request, answer.conversation_id)


@require_POST
@requires("inbox.reply")
def mark(request: WorkspaceRequest, pk: int, name: str) -> HttpResponse:
    """Done, open again, or not read yet."""
    row = _conversation(request, pk)
    values: dict[str, dict[str, object]] = {
        "done": {"state": Conversation.State.DONE, "is_unread": False, "due_at": None},
        "open": {"state": Conversation.State.OPEN},
        "unread": {"is_unread": True},
    }
    if name not in values:
        return HttpResponse(status=404)
    Conversation.objects.filter(pk=row.pk).update(changed_at=database_now(), **values[name])
    if name == "open":
        return _back(request, row.pk)
    return redirect(_with_query(request, reverse("webhooks:inbox", args=[request.workspace.slug])))


@require_POST
@requires("inbox.reply")
def assign(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a conversation to a member of the workspace, or to nobody."""
    row, wanted = _conversation(request, pk), request.POST.get("to", "")
    if wanted:
        members = Membership.objects.filter(workspace=request.workspace)
        number = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
        member = get_object_or_404(members.select_related("user"), user=number)
        if not member.may("inbox.reply"):
            messages.error(request, f"{member.user.get_full_name()} may not answer in the inbox.")
            return _back(request, row.pk)
    Conversation.objects.filter(pk=row.pk).update(
        assigned_to=int(wanted) if wanted else None, changed_at=database_now()
    )
    return _back(request, row.pk)


@require_POST
@requires("inbox.reply")
def note(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """What our people know about a contact."""
    row = _conversation(request, pk)
    if row.contact_id is not None:
        words = request.POST.get("note", "").strip()[:LONGEST_NOTE]
        Contact.objects.filter(pk=row.contact_id).update(note=words)
        messages.success(request, "The note is kept.")
    return _back(request, row.pk)


def _item(request: WorkspaceRequest, pk: int) -> InboxItem:
    rows = InboxItem.objects.select_related("account__workspace", "conversation")
    return get_object_or_404(rows, pk=pk, conversation__workspace=request.workspace)


def _conversation(request: WorkspaceRequest, pk: int) -> Conversation:
    return get_object_or_404(Conversation, pk=pk, workspace=request.workspace)


def _touch(pk: int) -> None:
    Conversation.objects.filter(pk=pk).update(changed_at=database_now())


def _key(request: WorkspaceRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except (ValueError, ValidationError):
        return None


def _back(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return redirect(_with_query(request, reverse("webhooks:conversation", args=[request.workspace.slug, pk])))


def _with_query(request: WorkspaceRequest, url: str) -> str:
    query = request.GET.urlencode()
    return f"{url}?{query}" if query else url
