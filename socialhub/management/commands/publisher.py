"""`manage.py publisher`: sends out what is due, until told to stop."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from publishing.publisher import Publisher


class Command(BaseCommand):
    """Run one publisher; SIGTERM and SIGINT let it finish what it holds."""

    help = "Publishes what is due. Run as many as you like, on as many hosts as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many turns at once."""
        parser.add_argument(
            "--threads", dest="turns", type=int, default=None, help="turns at once (PUBLISHER_THREADS)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal, then drain."""
        publisher = Publisher(threads=options["turns"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: publisher.stop())
        self.stdout.write(f"publisher: {publisher.threads} turns at once")
        publisher.run()
        self.stdout.write("publisher: drained")
