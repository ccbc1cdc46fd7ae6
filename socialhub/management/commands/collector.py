"""`manage.py collector`: reads the figures of accounts and posts. `manage.py worker` runs one."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connections

from accounts import heartbeats
from analytics import tracking
from analytics.collecting import Collector

POLITE = 10
"""Added to the process's niceness: figures can wait, posts cannot."""
BEAT_EVERY = 5.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Run one collector; SIGTERM and SIGINT let it finish the piece that it has begun."""

    help = "Reads figures of accounts and posts, every night and at the ages of a post. Any number may run."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many accounts at once."""
        parser.add_argument("--threads", dest="at_once", type=int, default=settings.COLLECTOR_THREADS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Until a signal."""
        os.nice(POLITE)
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        collector = Collector()
        work = [tracking.keep_tracking, *[collector.run] * options["at_once"]]
        threads = [
            threading.Thread(target=act, args=[stopping], name=f"figures {number}")
            for number, act in enumerate(work)
        ]
        for thread in threads:
            thread.start()
        is_whole = True
        while is_whole and not stopping.is_set():
            self._beat()
            stopping.wait(BEAT_EVERY)
            is_whole = all(thread.is_alive() for thread in threads)
        broken = not stopping.is_set()
        stopping.set()
        for thread in threads:
            thread.join()
        if broken:  # whoever started us starts us again, with all threads
            log.error("a thread has ended; the collector stops")
            sys.exit(1)

    def _beat(self) -> None:
        try:
            heartbeats.beat(heartbeats.COLLECTOR)
        except DatabaseError as problem:
            log.warning("no beat: %s", problem)
            connections.close_all()
