"""The composer: one form that is read, shown again, checked while typing, saved by itself and sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, requires
from publishing import composing, forecasting, labelling, library, scheduling
from publishing.forms import ALWAYS_LATE, AT, KEEP, NEVER, NOW, WITHIN, Draft, act, read
from publishing.library import EXTENSIONS, POSTED
from publishing.models import Post
from publishing.models.posts import ALWAYS
from publishing.states import State
from publishing.views import options as drawing
from publishing.views.shapes import Shape
from publishing.views.stored import draft_of

Errors = dict[str, list[str]]
_LATES = ((WITHIN, "up to some minutes"), (NEVER, "never late"), (ALWAYS_LATE, "always, however late"))
_WHENS = ((NOW, "Now"), (AT, "At a time"), (KEEP, "Draft"))


@require_http_methods(["GET", "POST"])
@requires("posts.edit")
def compose(request: WorkspaceRequest) -> HttpResponse:
    """A new post. `?date=` and `?time=` fill in when."""
    if request.method == "POST":
        return _sent(request, None)
    return _page(request, Shape(request.workspace, _blank(request)), None)


def _blank(request: WorkspaceRequest) -> Draft:
    """An empty draft with a time that leaves room to write."""
    day, clock = _soon()
    suggested = f"{day} {clock}"
    given = request.GET.get("date", "")[:10]
    if given:
        day, clock, suggested = given, request.GET.get("time", "")[:5] or "09:00", ""
    chosen = tuple(int(number) for number in request.GET.getlist("channel") if number.isdecimal())
    return Draft(channels=chosen, date=day, time=clock, suggested=suggested)


def _soon() -> tuple[str, str]:
    """Day and time of the half hour after the next one, in the active zone."""
    later = timezone.localtime() + timedelta(minutes=60)
    later = later.replace(minute=30 if later.minute < 30 else 0) + timedelta(
        hours=0 if later.minute < 30 else 1
    )
    return f"{later:%Y-%m-%d}", f"{later:%H:%M}"


@require_http_methods(["GET", "POST"])
@requires("posts.edit")
def edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """A post that has not gone out."""
    post = _post(request, pk)
    if not composing.is_editable(post):
        messages.warning(
            request, "This post has gone out or is going out right now. Duplicate it to change it."
        )
        return redirect("publishing:post", request.workspace.slug, pk)
    if request.method == "POST":
        return _sent(request, post)
    return _page(request, Shape(request.workspace, _stored(post)), post)


def _post(request: WorkspaceRequest, pk: int) -> Post:
    posts = Post.objects.filter(workspace=request.workspace).prefetch_related("deliveries", "placed")
    return get_object_or_404(posts, pk=pk)


def _stored(post: Post) -> Draft:
    draft = draft_of(post)
    if post.due_at is None:
        day, clock = _soon()
        return replace(draft, when=KEEP, date=day, time=clock, suggested=f"{day} {clock}")
    local = timezone.localtime(post.due_at)
    forgotten = _is_draft(post) and post.due_at < timezone.now()
    return replace(draft, when=KEEP if forgotten else AT, date=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}")


def _sent(request: WorkspaceRequest, post: Post | None) -> HttpResponse:
    """The form came back: an act that changes its shape, or the button that sends it."""
    name = request.POST.get("act") or request.GET.get("act", "go")
    draft = act(read(request.POST), name)
    post = post or _begun(request, draft)
    draft, refused = _with_uploads(request, draft)
    if name == "go" and not refused:
        return _go(request, draft, post)
    shape = Shape(request.workspace, draft)
    if (post and _is_draft(post)) or (post is None and _says_anything(draft)):
        post = _keep(request, shape, post)
    return _page(request, shape, post, {"media": refused}, status=422 if refused else 200)


def _begun(request: WorkspaceRequest, draft: Draft) -> Post | None:
    """The post that autosave made of this form meanwhile, if it is still a draft of ours."""
    if draft.post is None:
        return None
    found = Post.objects.filter(workspace=request.workspace, pk=draft.post).first()
    return found if found and composing.is_editable(found) else None


def _with_uploads(request: WorkspaceRequest, draft: Draft) -> tuple[Draft, list[str]]:
    """Files that came with the form itself, where the browser runs no script."""
    taken, refused = list(draft.media), []
    for sent in request.FILES.getlist("files"):
        try:
            taken.append(library.take_in(workspace=request.workspace, user=request.user, upload=sent).pk)
        except library.UploadRefused as refusal:
            refused.append(str(refusal))
    options = {account: dict(answers) for account, answers in draft.options.items()}
    for name in request.FILES:
        sent, where = request.FILES.getlist(name)[0], name.removeprefix("file-")
        account, _, key = where.partition("-")
        if where == name or not account.isdigit():
            continue
        try:
            row = library.take_in(
                workspace=request.workspace, user=request.user, upload=sent, allowed=EXTENSIONS
            )
            options.setdefault(int(account), {})[key] = str(row.pk)
        except library.UploadRefused as refusal:
            refused.append(str(refusal))
    return replace(draft, media=tuple(taken), options=options), refused


def _go(request: WorkspaceRequest, draft: Draft, post: Post | None) -> HttpResponse:
    """Save, then publish, schedule or keep. Whatever is wrong is said at its field, with everything kept."""
    shape = Shape(request.workspace, draft, marked=True)
    errors: Errors = {}
    due = _due(draft, request.workspace.zone, errors) if draft.when == AT else None
    if draft.when != KEEP and not shape.chosen:
        errors["channels"] = ["Choose at least one channel."]
    _late_minutes(draft, errors)
    if draft.when != KEEP and shape.twins and not draft.again:
        errors["again"] = ["Say that you mean it, or change the text."]
    if draft.when == KEEP or not (errors or shape.blocks):
        try:
            sent = _send(request, shape, post, due)
        except scheduling.NotAllowed as refusal:
            field = {"date": "due", "time": "due", "again": "again"}.get(refusal.field, "channels")
            errors.setdefault(field, []).append(str(refusal))
        except scheduling.Blocked:
            errors.setdefault("channels", []).append("The platform's rules forbid this: see the checks.")
        except composing.Conflict as conflict:
            errors.setdefault("channels", []).append(str(conflict))
        else:
            forecasting.forecast(post=sent.pk)
            messages.success(request, _done(draft, due))
            return redirect("publishing:post", request.workspace.slug, sent.pk)
    if post is None or _is_draft(post):
        post = _keep(request, shape, post)
    return _page(request, shape, post, errors, status=422)


@transaction.atomic
def _send(request: WorkspaceRequest, shape: Shape, post: Post | None, due: datetime | None) -> Post:
    """One transaction: a post that may not go out as it stands keeps its former words and time."""
    post = _save(request, shape, post)
    if shape.draft.when == NOW:
        scheduling.publish_now(post, again=shape.draft.again)
    elif due is not None:
        scheduling.schedule(post, due, again=shape.draft.again)
    elif not _is_draft(post):
        scheduling.unschedule(post)
    return post


def _save(request: WorkspaceRequest, shape: Shape, post: Post | None) -> Post:
    return composing.save(
        workspace=request.workspace, author=request.user, composition=_composition(shape), post=post
    )


def _keep(request: WorkspaceRequest, shape: Shape, post: Post | None) -> Post | None:
    """Save what is typed as a draft, if it can be saved at all; it stays in the form either way."""
    try:
        return _save(request, shape, post)
    except composing.Conflict:
        return post


def _done(draft: Draft, due: datetime | None) -> str:
    count = len(draft.channels)
    channels = f"{count} channel{'' if count == 1 else 's'}"
    if draft.when == KEEP:
        return "Saved as a draft."
    if due is None:
        return f"On its way to {channels}."
    return f"Scheduled for {channels}: {timezone.localtime(due):%a %-d %b %Y, %H:%M}."


def _due(draft: Draft, zone: Any, errors: Errors) -> datetime | None:
    """The instant that was typed, in the workspace's zone; what is wrong with it goes to the errors."""
    try:
        day, clock = date.fromisoformat(draft.date), time.fromisoformat(draft.time)
    except ValueError:
        missing = (
            "Choose a day and a time." if not (draft.date and draft.time) else "This is no day and time."
        )
        errors["due"] = [f"{missing} Write them like 2026-11-25 and 09:30."]
        return None
    try:
        return scheduling.at_local(day, clock.replace(tzinfo=None), zone)
    except scheduling.NotAllowed as refusal:
        errors["due"] = [str(refusal)]
    except OverflowError:
        errors["due"] = ["This year cannot be planned. Choose an earlier one."]
    return None


def _composition(shape: Shape) -> composing.Composition:
    """What is typed, as what is stored: only what exists and belongs to the workspace."""
    draft = shape.draft
    placed = tuple(
        composing.Placed(row.pk, draft.places.get(row.pk, 0), draft.alts.get(row.pk, row.alt))
        for row in shape.media
    )
    return composing.Composition(
        parts=draft.parts,
        targets=tuple(_targets(shape)),
        media=placed,
        title=draft.title,
        first_comment=draft.comment,
        labels=None if draft.labels is None else labelling.names_in(draft.labels),
        planned_at=shape.due_at if draft.is_planned and draft.when != NOW else None,
        late_minutes=_late_minutes(draft, {}),
    )


def _late_minutes(draft: Draft, errors: Errors) -> int | None:
    """By how much the post may be late; null for what the workspace says. What makes no sense is an error."""
    if draft.late == NEVER:
        return 0
    if draft.late == ALWAYS_LATE:
        return ALWAYS
    if draft.late != WITHIN:
        return None
    if not (draft.late_minutes.isdecimal() and 1 <= int(draft.late_minutes) < ALWAYS):
        errors["late"] = ["Give the minutes as a number, such as 45."]
        return None
    return int(draft.late_minutes)


def _targets(shape: Shape) -> Iterable[composing.Target]:
    for account, target in zip(shape.chosen, shape.targets, strict=True):
        typed = shape.draft.options.get(account.pk, {})
        own = shape.draft.own.get(account.pk)
        values = drawing.values_of(account.connector.options.items, typed)
        yield composing.Target(account.pk, own, target.content.kind.value, values)


@require_POST
@requires("posts.edit")
def check(request: WorkspaceRequest) -> HttpResponse:
    """What the rules say of what is typed just now: counters, checks and verdicts to swap in."""
    shape = Shape(request.workspace, read(request.POST))
    return render(request, "publishing/_checked.html", {**_checked(shape), **_go_button(shape), "oob": True})


@require_POST
@requires("posts.edit")
def autosave(request: WorkspaceRequest) -> HttpResponse:
    """Keep what is typed as a draft. A post that is scheduled is never changed behind somebody's back."""
    draft = read(request.POST)
    post = _begun(request, draft)
    if draft.post and (post is None or not _is_draft(post)):
        return HttpResponse(status=204)
    if post is None and not _says_anything(draft):
        return HttpResponse(status=204)
    post = _keep(request, Shape(request.workspace, draft), post)
    if post is None:
        return HttpResponse(status=204)
    context = {"saved_at": timezone.now(), "autosave_url": request.path, "post_id": post.pk}
    response = render(request, "publishing/_autosaved.html", context)
    response["HX-Replace-Url"] = reverse("publishing:edit", args=[request.workspace.slug, post.pk])
    return response


def _is_draft(post: Post) -> bool:
    return all(delivery.state == State.DRAFT for delivery in post.deliveries.all())


def _says_anything(draft: Draft) -> bool:
    return bool(draft.title or draft.media or any(part.strip() for part in draft.parts))


def _page(
    request: WorkspaceRequest,
    shape: Shape,
    post: Post | None,
    errors: Errors | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole composer, or its changing part for htmx."""
    draft = shape.draft
    slug = request.workspace.slug
    name, args = ("edit", [slug, post.pk]) if post else ("compose", [slug])
    saves_itself = post is None or _is_draft(post)
    known, given = labelling.known(request.workspace, [post.pk] if post else [])
    context = {
        **_checked(shape),
        **_go_button(shape),
        "rail_narrow": True,
        "form_url": reverse(f"publishing:{name}", args=args),
        "check_url": reverse("publishing:check-draft", args=[slug]),
        "autosave_url": reverse("publishing:autosave", args=[slug]) if saves_itself else "",
        "upload_url": reverse("publishing:upload", args=[slug]),
        "accounts_url": reverse("accounts:list", args=[slug]),
        "back_url": reverse(f"publishing:{'post' if post else 'today'}", args=args),
        "draft_key": slug,
        "post_id": post.pk if post else None,
        "post_state": post.state if post else State.DRAFT,
        "saved_at": post.updated_at if post else None,
        "values": draft,
        "errors": errors or {},
        "picks": shape.picks(),
        "customisable": shape.customisable(),
        "drawers": shape.drawers(),
        "comment_for": shape.comment_for(),
        "known_labels": list(known.values()),
        "labels": ", ".join(given.get(post.pk, ()) if post else ()) if draft.labels is None else draft.labels,
        "accept": ",".join(POSTED),
        "when_choices": [
            {"value": value, "label": label, "on": value == draft.when} for value, label in _WHENS
        ],
        "lates": _lates(request, draft),
        "zone_key": request.workspace.timezone,
    }
    template = "publishing/_composer.html" if request.headers.get("HX-Request") else "publishing/compose.html"
    return render(request, template, context, status=status)


def _lates(request: WorkspaceRequest, draft: Draft) -> list[dict[str, Any]]:
    usual = f"up to {request.workspace.late_minutes} min, as usual"
    return [
        {"value": value, "label": label, "on": value == draft.late} for value, label in (("", usual), *_LATES)
    ]


def _checked(shape: Shape) -> dict[str, Any]:
    blocks = shape.blocks
    warns = len(shape.checks) - blocks
    items = shape.items()
    missing = sum(not item.alt for item in items)
    return {
        "panels": shape.panels(),
        "media_items": items,
        "alt_missing": f"{missing} without alt text" if missing else "",
        "checks": shape.checks,
        "twins": shape.twins,
        "again": shape.draft.again,
        "chosen_count": len(shape.chosen),
        "blocks": f"{blocks} block{'s' if blocks == 1 else ''}" if blocks else "",
        "warns": f"{warns} warning{'' if warns == 1 else 's'}" if warns else "",
    }


def _go_button(shape: Shape) -> dict[str, str]:
    """The button says its effect."""
    count = len(shape.chosen)
    channels = f"{count} channel{'' if count == 1 else 's'}"
    label, icon = {
        NOW: (f"Publish now to {channels}", "send"),
        AT: (f"Schedule for {channels}", "clock"),
        KEEP: ("Save the draft", "draft"),
    }[shape.draft.when]
    if not count and shape.draft.when != KEEP:
        label = "Publish now" if shape.draft.when == NOW else "Schedule"
    return {"go_label": label, "go_icon": icon}
