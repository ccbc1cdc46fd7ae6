"""`manage.py doctor`: says whether publishing works, and what to do if not."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from socialhub import doctor
from socialhub.doctor import Grade

_WORDS = {Grade.OK: "ok  ", Grade.WARN: "warn", Grade.BAD: "BAD "}


class Command(BaseCommand):
    """One line a part; exit code 1 when anything is bad."""

    help = "Look at every part of the hub: does publishing work, and what is to be done if not?"
    # It is run when something is wrong, so it says itself what the checks would refuse to start over.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        """Print, and end with 1 when anything is bad."""
        found = doctor.examine()
        worst = Grade.BAD in {each.grade for each in found}
        if json:
            self.stdout.write(_as_json(found))
        else:
            for each in found:
                detail = f" [{each.detail}]" if each.detail else ""
                self.stdout.write(f"{_WORDS[each.grade]}  {each.part}: {each.said}{detail}")
                if each.advice:
                    self.stdout.write(f"      {each.advice}")
        if worst:
            sys.exit(1)


def _as_json(found: list[doctor.Finding]) -> str:
    return json.dumps([each.as_json() for each in found], indent=2, ensure_ascii=False)
