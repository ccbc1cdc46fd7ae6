"""Telling people by e-mail what would not go out: one letter a workspace, once for each post and cause."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import Workspace
from publishing.forecasting import by_post
from publishing.models import Risk
from publishing.models.risks import open_risks
from publishing.states import State
from socialhub.platforms.redaction import redact

log = logging.getLogger(__name__)

LISTED = 30
AT_ONCE = 500


def warn() -> int:
    """Write to those who may publish about what nobody was told of yet; gives how many letters were sent.

    The rows are marked before the letters leave, and the mark is taken back where the mail server refuses: a
    process that is killed in between loses a letter rather than sending two.
    """
    untold = open_risks().filter(told_at=None, delivery__state=State.SCHEDULED)
    workspaces = Workspace.objects.filter(pk__in=untold.values("delivery__workspace"))
    return sum(_warn(workspace) for workspace in workspaces)


def _warn(workspace: Workspace) -> int:
    risks = _take(workspace)
    people = [
        each.user.email for each in workspace.memberships.select_related("user") if each.may("posts.publish")
    ]
    if not risks or not people:
        return 0
    subject, text = _letter(workspace, risks)
    letters = [EmailMessage(subject, text, None, [person]) for person in people]
    try:
        return get_connection().send_messages(letters) or 0
    except OSError as error:  # what smtplib raises, refusals included
        log.warning("workspace %s: nobody could be warned: %s", workspace.pk, redact(str(error)))
        Risk.objects.filter(pk__in=[risk.pk for risk in risks]).update(told_at=None)
        return 0


@transaction.atomic
def _take(workspace: Workspace) -> list[Risk]:
    """The news, marked as told. A cause that people know of a post from another channel is none."""
    rows = open_risks().filter(told_at=None, delivery__workspace=workspace, delivery__state=State.SCHEDULED)
    ids = [risk.pk for risk in rows.select_for_update(of=("self",)).order_by("pk")[:AT_ONCE]]
    same = Risk.objects.filter(delivery__post=OuterRef("delivery__post"), cause=OuterRef("cause"))
    known = Exists(same.exclude(told_at=None))
    taken = Risk.objects.filter(pk__in=ids)
    full = taken.filter(~known).select_related("delivery__post", "delivery__account")
    news = list(full.order_by("delivery__due_at", "pk"))
    taken.update(told_at=database_now())
    return news


def _letter(workspace: Workspace, risks: list[Risk]) -> tuple[str, str]:
    with timezone.override(workspace.zone):
        lines = [_line(workspace, same) for same in by_post(risks).values()]
        posts = len({risk.delivery.post_id for risk in risks})
        context = {
            "lines": lines[:LISTED],
            "more": max(0, len(lines) - LISTED),
            "workspace": workspace,
            "posts": posts,
        }
        text = render_to_string("publishing/mail/at_risk.txt", context)
    subject = f"{workspace.name}: {'a post' if posts == 1 else f'{posts} posts'} would not go out"
    return " ".join(subject.split()), text


def _line(workspace: Workspace, risks: list[Risk]) -> dict[str, Any]:
    first = risks[0]
    link = settings.PUBLIC_URL + reverse("publishing:post", args=[workspace.slug, first.delivery.post_id])
    return {
        "title": first.delivery.post.headline,
        "due_at": first.delivery.due_at,
        "message": first.message,
        "link": link,
    }
