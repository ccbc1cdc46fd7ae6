"""`manage.py compliance`: what is kept and erased, and the papers for the platforms' reviews."""

from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from compliance import sheets


class Command(BaseCommand):
    """Print the page."""

    help = "Print what is kept and erased, and each platform's addresses, scopes with reasons, rules and checklist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """With this hub's own addresses unless told otherwise; docs/compliance.md is made with `--markdown`."""
        parser.add_argument("--markdown", action="store_true", help="the text of docs/compliance.md")

    def handle(self, *, markdown: bool, **options: object) -> None:
        """Print to standard output."""
        text = sheets.to_markdown() if markdown else sheets.to_markdown(settings.PUBLIC_URL)
        self.stdout.write(text.rstrip("\n"))
