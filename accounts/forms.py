"""What people type about workspaces, members, servers and apps."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import AppCredential, Workspace
from accounts.permissions import Role
from accounts.zones import time_zone_choices
from socialhub.platforms.login import OAuth2, PasswordLogin


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


class SettingsForm(WorkspaceForm):
    """What an admin decides for everybody in the workspace."""

    class Meta(WorkspaceForm.Meta):
        fields = ("name", "timezone", "late_minutes")  # type: ignore[assignment]


class InvitationForm(forms.Form):
    """Whom to ask, and what they will be allowed to do."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MARKETER)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices, label="Role")


class HostForm(forms.Form):
    """The server that an account lives on, where a platform has many; each login asks in its own words."""

    host = forms.CharField(
        max_length=255,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, login: OAuth2, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].label, self.fields["host"].help_text = login.typed.label, login.typed.help


class SignInForm(forms.Form):
    """What a login without consent page wants typed. A page that comes back with errors holds no secret."""

    def __init__(self, login: PasswordLogin, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in login.fields:
            attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            self.fields[field.key] = forms.CharField(
                label=field.label,
                max_length=255,
                required=field.required,
                help_text=field.help,
                widget=forms.PasswordInput(attrs=attrs) if field.is_secret else forms.TextInput(attrs=attrs),
            )


class AppForm(forms.Form):
    """The keys of a developer app, one field for each that the login declares. Secrets are never shown again."""

    def __init__(self, login: OAuth2, stored: AppCredential | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in login.app_fields:
            kept = field.is_secret and stored is not None
            hint = (
                f"Set on {stored.set_at:%d %b %Y}. Leave empty to keep it." if kept and stored else field.help
            )
            attrs = {"autocomplete": "new-password" if field.is_secret else "off", "spellcheck": "false"}
            self.fields[field.key] = forms.CharField(
                label=field.label,
                max_length=255,
                required=field.required and not kept,
                help_text=hint,
                widget=forms.PasswordInput(attrs=attrs) if field.is_secret else forms.TextInput(attrs=attrs),
                initial=stored.client_id if stored and field.key == "client_id" else None,
            )
