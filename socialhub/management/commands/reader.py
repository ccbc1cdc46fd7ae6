"""`manage.py reader`: hears what platforms tell, asks where they do not, and answers. `manage.py worker` runs one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from webhooks import answering, processing, subscribing, watching

WORK: tuple[tuple[Callable[[threading.Event], None], int], ...] = (
    (processing.run, 1),
    (answering.run, 4),
    (watching.run, 4),
    (subscribing.run, 2),
)
"""What is done, by how many threads each: a slow platform must not keep others from being heard or answered."""


class Command(BaseCommand):
    """Run one reader; SIGTERM and SIGINT let it finish what it has begun."""

    help = "Reads what platforms have told us, asks where they tell nothing, and sends answers. Any number may run."

    def handle(self, *args: Any, **options: Any) -> None:
        """Until a signal."""
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threads = [
            threading.Thread(target=work, args=[stopping], name=f"{work.__module__} {number}")
            for work, count in WORK
            for number in range(count)
        ]
        for thread in threads:
            thread.start()
        stopping.wait()
        for thread in threads:
            thread.join()
