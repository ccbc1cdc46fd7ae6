"""`manage.py reencrypt_secrets`: brings every stored secret to the newest keys."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.fields import SecretUnreadable
from accounts.vault import reencrypt_all


class Command(BaseCommand):
    """After this the old SECRET_KEY and salts can be removed from the settings."""

    help = "Encrypt all stored secrets again with the newest SECRET_KEY and SALT_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one line a column."""
        try:
            done = reencrypt_all()
        except SecretUnreadable as error:
            raise CommandError(str(error)) from error
        for column, rows in sorted(done.items()):
            self.stdout.write(f"{column}: {rows}")
        self.stdout.write(self.style.SUCCESS("All secrets use the newest keys. The old ones may go."))
