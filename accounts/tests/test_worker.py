"""The supervised job cluster: it works, it is revived, it stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Schedule

from accounts import heartbeats
from accounts.models import Heartbeat
from tests.processes import eventually, manage

pytestmark = pytest.mark.django_db(transaction=True)


def _children(pid: int) -> list[int]:
    out = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in out.stdout.split()]


def _beat_after(moment: object) -> Heartbeat | None:
    return Heartbeat.objects.filter(component=heartbeats.WORKER, beaten_at__gt=moment).first()


def test_a_killed_idle_worker_process_does_not_end_the_housekeeping() -> None:
    with manage("worker", "--silence", "7"):
        first = eventually(lambda: _beat_after(timezone.now() - timedelta(minutes=1)), within=30)
        sentinel = _children(first.pid)[0]
        # The cluster starts its workers before its monitor and its pusher.
        os.kill(min(_children(sentinel)), signal.SIGKILL)
        killed = timezone.now() + timedelta(seconds=1)
        eventually(lambda: _beat_after(killed), within=30)


def test_the_worker_stops_when_told_and_leaves_nobody_behind() -> None:
    with manage("worker") as supervisor:
        beat = eventually(lambda: _beat_after(timezone.now() - timedelta(minutes=1)), within=30)
        supervisor.terminate()
        assert supervisor.wait(timeout=20) == 0
        with pytest.raises(ProcessLookupError):
            os.killpg(beat.pid, 0)


def test_a_component_is_alive_while_it_beats() -> None:
    assert not heartbeats.is_alive(heartbeats.PUBLISHER)
    heartbeats.beat(heartbeats.PUBLISHER)
    assert heartbeats.is_alive(heartbeats.PUBLISHER)
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(seconds=61))
    assert not heartbeats.is_alive(heartbeats.PUBLISHER)


def test_a_process_has_one_row_however_often_it_beats() -> None:
    for _ in range(3):
        heartbeats.beat(heartbeats.PUBLISHER)
    assert Heartbeat.objects.count() == 1


def test_the_refresh_scan_is_installed_once() -> None:
    assert Schedule.objects.filter(func="accounts.jobs.refresh_tokens").count() == 1
