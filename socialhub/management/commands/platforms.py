"""`manage.py platforms`: what each platform takes, in short, as JSON for programs or as a page."""

from __future__ import annotations

from argparse import ArgumentParser
from json import dumps

from django.core.management.base import BaseCommand

from socialhub.platforms import matrix


class Command(BaseCommand):
    """Print the capability matrix."""

    help = "Print what each platform takes: kinds of post, limits, options, logins, scopes, quotas, sources."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A short table unless told otherwise; docs/platforms.md is made with `--markdown`."""
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="for programs")
        form.add_argument("--markdown", action="store_true", help="the text of docs/platforms.md")

    def handle(self, *, markdown: bool, json: bool, **options: object) -> None:
        """Print to standard output."""
        platforms = matrix.capability_matrix()
        if json:
            text = dumps(platforms, indent=2, ensure_ascii=False)
        else:
            text = matrix.to_markdown(platforms) if markdown else matrix.to_text(platforms)
        self.stdout.write(text.rstrip("\n"))
