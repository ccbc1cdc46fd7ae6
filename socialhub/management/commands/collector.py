"""`manage.py collector`: reads the figures of accounts and posts. `manage.py worker` runs one."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from analytics import tracking
from analytics.collecting import Collector

POLITE = 10
"""Added to the process's niceness: figures can wait, posts cannot."""


class Command(BaseCommand):
    """Run one collector; SIGTERM and SIGINT let it finish the piece that it has begun."""

    help = "Reads figures of accounts and posts, every night and at the ages of a post. Any number may run."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many accounts at once."""
        parser.add_argument("--at-once", type=int, default=settings.COLLECTOR_THREADS, help="accounts")

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
        stopping.wait()
        for thread in threads:
            thread.join()
