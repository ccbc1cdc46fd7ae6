"""`manage.py reader`: reads the calls of platforms as they come in. `manage.py worker` runs one."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from webhooks import processing


class Command(BaseCommand):
    """Run one reader; SIGTERM and SIGINT let it finish the call it reads."""

    help = "Reads what platforms have told us. Any number may run; each call is read once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Until a signal."""
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        processing.run(stopping)
