"""The heartbeat on every page: is the publisher alive, are the jobs, and what to do if not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.heartbeats import PUBLISHER, SILENCE, WORKER
from accounts.models import Heartbeat


class Pulse(NamedTuple):
    """What the chip and the red banner say. `alarm` is empty while all is well."""

    url: str
    tone: str
    word: str
    since: str
    detail: str
    alarm: str = ""
    advice: str = ""


_ADVICE = {
    PUBLISHER: (
        "The publisher has not been seen",
        "Nothing goes out until it runs again; nothing is lost. Start it: manage.py publisher.",
    ),
    WORKER: (
        "The job cluster has not been seen",
        "Posts go out, but tokens are not renewed. Start it: manage.py worker.",
    ),
}


def read_pulse(slug: str) -> Pulse:
    """The latest beats of both components, in one query."""
    rows = Heartbeat.objects.values_list("component").annotate(Max("beaten_at"))
    beats: dict[str, datetime] = dict(rows)
    now = timezone.now()
    url = reverse("pulse", args=[slug])
    detail = ", ".join(f"{name} {_seen(beats.get(name), now)}" for name in (PUBLISHER, WORKER))
    for name, (alarm, advice) in _ADVICE.items():
        beat = beats.get(name)
        if beat is None or now - beat > SILENCE:
            word = "Publisher silent" if name == PUBLISHER else "Jobs silent"
            since = _seen(beat, now)
            return Pulse(url, "bad", word, since, detail, f"{alarm} {_for(beat, now)}", advice)
    return Pulse(url, "good", "On time", f"beat {_seen(beats[PUBLISHER], now)}", detail)


def _for(beat: datetime | None, now: datetime) -> str:
    return f"for {_length(now - beat)}" if beat else "yet"


def _seen(beat: datetime | None, now: datetime) -> str:
    return f"{_length(now - beat)} ago" if beat else "never seen"


def _length(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


@require_GET
@requires("workspace.view")
def pulse(request: WorkspaceRequest) -> HttpResponse:
    """The chip, and out of band the banner, for the page to swap in."""
    context = {"pulse": read_pulse(request.workspace.slug), "oob": True}
    return render(request, "shell/_pulse.html", context)
