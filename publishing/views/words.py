"""Giving a live post other words."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import WorkspaceRequest, requires
from publishing import live
from publishing.contents import texts_of
from publishing.forms import words_of
from publishing.models import Delivery
from publishing.scheduling import Blocked, NotAllowed
from publishing.views import options as drawing
from publishing.views.cards import label_of, name_of
from publishing.views.stored import typed
from socialhub.platforms.options import Option
from socialhub.platforms.values import Kind


@require_http_methods(["GET", "POST"])
@requires("posts.publish")
def edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what a live post says and change it on its platform. What is refused stays in the form."""
    rows = Delivery.objects.select_related("account__workspace", "post")
    delivery = get_object_or_404(rows, post__workspace=request.workspace, pk=pk)
    if not live.can_edit(delivery):
        messages.warning(
            request, "This post cannot be changed where it is. Delete it there, or duplicate it."
        )
        return redirect("publishing:post", request.workspace.slug, delivery.post_id)
    text = "\n\n".join(texts_of(delivery.post, delivery)).strip()
    answers = typed(delivery.options)
    errors: list[str] = []
    asked = _asked(delivery)
    if request.method == "POST":
        text, answers = words_of(request.POST, delivery.account_id)
        try:
            live.edit(delivery, text, drawing.values_of(asked, answers))
        except NotAllowed as refusal:
            errors = [str(refusal)]
        except Blocked as blocked:
            errors = [each.message for found in blocked.violations.values() for each in found]
        else:
            messages.success(request, f"Changed on {label_of(delivery.account.platform)}.")
            return redirect("publishing:post", request.workspace.slug, delivery.post_id)
    context = {
        "label": label_of(delivery.account.platform),
        "name": name_of(delivery.account),
        "text": text,
        "fields": [drawing.draw(each, delivery.account_id, answers.get(each.key)) for each in asked],
        "errors": errors,
        "back_url": reverse("publishing:post", args=[request.workspace.slug, delivery.post_id]),
    }
    return render(request, "publishing/words.html", context, status=422 if errors else 200)


def _asked(delivery: Delivery) -> list[Option]:
    """The options that this platform lets us change afterwards."""
    connector = delivery.account.connector
    changeable = connector.publishing.edit_options if connector.publishing else frozenset()
    every = connector.options_for(delivery.account.value()).for_kind(Kind(delivery.kind))
    return [option for option in every if option.key in changeable]
