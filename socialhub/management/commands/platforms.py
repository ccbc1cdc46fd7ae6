"""`manage.py platforms`: what each platform takes, as JSON for programs or Markdown for people."""

from __future__ import annotations

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from socialhub.platforms import matrix


class Command(BaseCommand):
    """Print the capability matrix."""

    help = "Print what each platform takes: kinds of post, limits, options, logins, scopes, quotas, sources."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` or `--markdown`; docs/platforms.md is the latter."""
        form = parser.add_mutually_exclusive_group(required=True)
        form.add_argument("--json", action="store_true", help="for programs")
        form.add_argument("--markdown", action="store_true", help="the text of docs/platforms.md")

    def handle(self, *, markdown: bool, **options: object) -> None:
        """Print to standard output."""
        platforms = matrix.capability_matrix()
        text = (
            matrix.to_markdown(platforms) if markdown else json.dumps(platforms, indent=2, ensure_ascii=False)
        )
        self.stdout.write(text.rstrip("\n"))
