"""The heartbeat on every page: is the publisher alive, are the jobs, and what to do if not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.heartbeats import PUBLISHER, WORKER
from socialhub import vitals


class Pulse(NamedTuple):
    """What the chip and the red banner say. `alarm` is empty while all is well."""

    url: str
    tone: str
    word: str
    since: str
    detail: str
    alarm: str = ""
    advice: str = ""


# the chip's word, what is wrong, what it means and what to do
_ALARMS = {
    PUBLISHER: (
        "Publisher silent",
        "The publisher has not been seen",
        "Nothing goes out until it runs again; nothing is lost. Start it: manage.py publisher.",
    ),
    vitals.DUE_POSTS: (
        "Posts are waiting",
        "Due posts have not been taken",
        "Nothing is lost. A publisher runs: restart it, or start another if it works at its limit.",
    ),
    WORKER: (
        "Jobs silent",
        "The job cluster has not been seen",
        "Posts go out, but tokens are not renewed. Start it: manage.py worker.",
    ),
}


def read_pulse(slug: str) -> Pulse:
    """What `/readyz` asks too, as far as it changes from one moment to the next."""
    seen = vitals.read()
    url = reverse("pulse", args=[slug])
    detail = ", ".join(f"{name} {_seen(seen.beats.get(name), seen.now)}" for name in vitals.SEEN)
    for name in seen.failing[:1]:
        word, alarm, advice = _ALARMS[name]
        late = name == vitals.DUE_POSTS
        since = f"for {_length(seen.overdue)}" if late else _seen(seen.beats.get(name), seen.now)
        lasts = since if late else _for(seen.beats.get(name), seen.now)
        return Pulse(url, "bad", word, since, detail, f"{alarm} {lasts}", advice)
    return Pulse(url, "good", "On time", f"beat {_seen(seen.beats[PUBLISHER], seen.now)}", detail)


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
