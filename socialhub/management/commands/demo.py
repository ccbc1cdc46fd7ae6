"""`manage.py demo`: a workspace to look at, with its owner's login. Safe to run again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.membership import create_workspace
from accounts.models import User

EMAIL = "maya@northwind.example"
# Made known on purpose: the demo is for one's own machine.
PASSWORD = "pour-over-at-nine"
WORKSPACE = "Northwind Coffee"


class Command(BaseCommand):
    """Makes what is missing and prints the address and the login."""

    help = "Prepare a demo workspace and print how to get in."

    def handle(self, *args: Any, **options: Any) -> None:
        """Once or many times, with the same result."""
        maya = User.objects.filter(email=EMAIL).first()
        if maya is None:
            maya = User.objects.create_user(EMAIL, PASSWORD, name="Maya Lindqvist")
        if not maya.workspaces.exists():
            create_workspace(owner=maya, name=WORKSPACE, zone="Europe/London")
        self.stdout.write("")
        self.stdout.write(self.style.SUCCESS(f"  SocialHub  {settings.PUBLIC_URL}"))
        self.stdout.write(f"  log in as  {EMAIL}  with  {PASSWORD}")
        self.stdout.write("")
