"""`manage.py sandbox`: the simulated platforms, for development, demos and tests."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from socialhub.platforms.sandbox.server import serve


class Command(BaseCommand):
    """Run the sandbox in the foreground."""

    help = "Run the sandbox: simulated platforms on 127.0.0.1, steered through /_control/."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--port`, and `--state` for a world that survives a restart."""
        parser.add_argument("--port", type=int, default=9000, help="port on 127.0.0.1 (default 9000)")
        parser.add_argument("--state", type=Path, help="file that keeps the world between runs")

    def handle(self, *, port: int, state: Path | None, **options: object) -> None:
        """Serve until interrupted."""
        serve(port, state, self.stdout.write)
