"""The collector as a process: it beats while it reads, stops when told, and ends when it is no longer whole."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import heartbeats
from accounts.models import Heartbeat
from analytics import tracking
from analytics.collecting import Collector
from socialhub.management.commands import collector
from tests.processes import eventually, manage

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_beats_and_stops_when_told() -> None:
    with manage("collector", "--threads", "2") as process:
        beat = eventually(lambda: Heartbeat.objects.filter(component=heartbeats.COLLECTOR).first(), within=30)
        assert beat.pid == process.pid
        assert beat.beaten_at > timezone.now() - timedelta(seconds=30)
        process.terminate()
        assert process.wait(timeout=20) == 0


@pytest.fixture
def _harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: no niceness and no handler of signals, which would outlast the test."""
    monkeypatch.setattr(os, "nice", lambda more: 0)
    monkeypatch.setattr(signal, "signal", lambda number, act: None)
    monkeypatch.setattr(collector, "BEAT_EVERY", 0.01)
    monkeypatch.setattr(tracking, "keep_tracking", lambda stopping: stopping.wait())


@pytest.mark.usefixtures("_harmless")
def test_it_ends_when_one_of_its_threads_has(monkeypatch: pytest.MonkeyPatch) -> None:
    first = threading.Lock()

    def run(self: Collector, stopping: threading.Event) -> None:
        if first.acquire(blocking=False):  # the other one ends
            stopping.wait()

    monkeypatch.setattr(Collector, "run", run)
    with pytest.raises(SystemExit) as ended:
        call_command("collector", "--threads=2")
    assert ended.value.code == 1
