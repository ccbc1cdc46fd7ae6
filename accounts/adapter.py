"""Who may sign up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.membership import find_invitation
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is open if the settings say so, to whoever was invited, and always to the very first person."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Asked by the sign-up page, on showing and on sending."""
        if settings.SIGNUP_OPEN or not User.objects.exists():
            return True
        return find_invitation(request.session.get("invitation", "")) is not None
