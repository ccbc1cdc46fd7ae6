"""`manage.py worker`: runs the housekeeping jobs, reads what platforms tell us and what they count, and keeps all
alive."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.supervising import Supervisor

READERS = 2
"""While one of them is started again, the other goes on."""


class Command(BaseCommand):
    """Housekeeping: token refresh, webhooks, snapshots, media. Posts do not depend on it."""

    help = "Run the housekeeping jobs, supervised. Stop it with SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        """How patient to be."""
        parser.add_argument(
            "--silence",
            type=float,
            default=20.0,
            help="seconds without a finished task after which the cluster is killed and started again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Until SIGTERM."""
        self.check(databases=["default"])
        manage = (sys.executable, str(settings.BASE_DIR / "manage.py"))
        jobs, reader, collector = ((*manage, name) for name in ("qcluster", "reader", "collector"))
        beside = (reader,) * READERS + (collector,)
        Supervisor(silence=options["silence"], command=jobs, companions=beside).run()
