"""What people type about workspaces and members."""

from __future__ import annotations

from django import forms

from accounts.models import Workspace
from accounts.permissions import Role
from accounts.zones import time_zone_choices


class WorkspaceForm(forms.ModelForm[Workspace]):
    """Name and time zone of a workspace."""

    timezone = forms.CharField(
        label="Time zone", widget=forms.Select, help_text="Times are entered and shown in this zone."
    )

    class Meta:
        model = Workspace
        fields = ("name", "timezone")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        # The choices are what we offer; the model's validator decides what is accepted.
        choices = time_zone_choices()
        if self.instance.timezone not in dict(choices):
            choices = [(self.instance.timezone, self.instance.timezone), *choices]
        self.fields["timezone"].widget.choices = choices


class InvitationForm(forms.Form):
    """Whom to ask, and what they will be allowed to do."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MARKETER)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices, label="Role")
