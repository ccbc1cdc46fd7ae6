"""The audit log of a workspace: filtered, and as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.models import ConnectedAccount, User, Workspace
from compliance.models import Entry
from compliance.verbs import VERBS

_PAGE = 50
_NOBODY = "The hub itself"
_ACCOUNT = ConnectedAccount._meta.model_name
_PLAIN_NAMES = {"appcredential": "app", "incoming": "call"}


class Line(NamedTuple):
    """An entry in words; who and what a number is, as far as it is still known."""

    entry: Entry
    who: str
    did: str
    what: str
    more: str


@require_GET
@requires("compliance.view")
def log(request: WorkspaceRequest) -> HttpResponse:
    """Who did what, the newest first."""
    found = _filtered(request)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    members = User.objects.filter(memberships__workspace=request.workspace).order_by("name", "email")
    context = {
        "page": page,
        "lines": _lines(page.object_list, request.workspace),
        "query": query.urlencode(),
        "verbs": VERBS.items(),
        "members": members,
        "chosen": {name: request.GET.get(name, "") for name in ("verb", "who", "since", "until")},
        "narrowed": any(request.GET.get(name) for name in ("verb", "who", "since", "until")),
    }
    return render(request, "compliance/audit.html", context)


@require_GET
@requires("compliance.view")
def as_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """The same, all of it, for a spreadsheet. Times are UTC."""
    answer = StreamingHttpResponse(
        _csv(_filtered(request), request.workspace), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{request.workspace.slug}.csv"'
    return answer


def _filtered(request: WorkspaceRequest) -> QuerySet[Entry]:
    rows = Entry.objects.filter(workspace_id=request.workspace.pk).order_by("-pk")
    verb, who = request.GET.get("verb", ""), request.GET.get("who", "")
    if verb in VERBS:
        rows = rows.filter(verb=verb)
    if who.isascii() and who.isdigit():
        rows = rows.filter(actor_id=int(who[:18]))
    for name, lookup in (("since", "at__date__gte"), ("until", "at__date__lte")):
        try:
            day = parse_date(request.GET.get(name, ""))
        except ValueError:
            day = None
        if day is not None:
            rows = rows.filter(**{lookup: day})
    return rows


def _lines(entries: Iterable[Entry], workspace: Workspace) -> list[Line]:
    listed = list(entries)
    people = {entry.actor_id for entry in listed if entry.actor_id} | {
        entry.object_id for entry in listed if entry.object_id and entry.object_type == User._meta.model_name
    }
    names = {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=people)}
    numbers = {entry.object_id for entry in listed if entry.object_id and entry.object_type == _ACCOUNT}
    mine = ConnectedAccount.objects.filter(workspace=workspace, pk__in=numbers).without_secrets()
    accounts = {account.pk: account.name or account.handle for account in mine}
    return [_line(entry, names, accounts) for entry in listed]


def _line(entry: Entry, names: dict[int, str], accounts: dict[int, str]) -> Line:
    who = _NOBODY if entry.actor_id is None else names.get(entry.actor_id, f"Former person {entry.actor_id}")
    kind = _PLAIN_NAMES.get(entry.object_type, entry.object_type)
    what = f"{kind} {entry.object_id}" if entry.object_id else ""
    if entry.object_type == _ACCOUNT:
        what = accounts.get(entry.object_id or 0, f"account {entry.object_id}")
    elif entry.object_type == User._meta.model_name:
        what = names.get(entry.object_id or 0, f"former person {entry.object_id}")
    more = ", ".join(f"{name}: {_plain(value)}" for name, value in entry.words.items())
    return Line(entry, who, VERBS.get(entry.verb, entry.verb), what, more)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


class _Echo:
    """Gives back what is written, for a writer that wants a file."""

    def write(self, value: str) -> str:
        return value


def _csv(rows: QuerySet[Entry], workspace: Workspace) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(["at (UTC)", "who", "did", "what", "more"])
    chunk: list[Entry] = []
    for entry in rows.iterator(chunk_size=500):
        chunk.append(entry)
        if len(chunk) == 500:
            yield from _written(writer, chunk, workspace)
            chunk = []
    yield from _written(writer, chunk, workspace)


def _written(writer: Any, chunk: list[Entry], workspace: Workspace) -> Iterator[str]:
    for line in _lines(chunk, workspace):
        at = timezone.localtime(line.entry.at, timezone.get_default_timezone())
        cells = (at.isoformat(timespec="seconds"), line.who, line.entry.verb, line.what, line.more)
        yield writer.writerow([_safe(cell) for cell in cells])


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
