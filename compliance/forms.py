"""What people enter on the desks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.models import ConnectedAccount, User, Workspace
from compliance import lists
from socialhub.platforms import registry


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An account by its platform and name."""

    def label_from_instance(self, obj: Any) -> str:
        """How it is called in the list."""
        return f"{obj.connector.name}: {obj.name or obj.handle}"


class HoldForm(forms.Form):
    """An account and the reason for keeping its data."""

    account = AccountField(queryset=ConnectedAccount.objects.none(), empty_label="Choose an account")
    reason = forms.CharField(max_length=300, help_text="Say nothing here that names a person.")

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = ConnectedAccount.objects.known().filter(workspace=workspace, hold=None).without_secrets()
        choice = self.fields["account"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = mine


def _apps() -> list[tuple[str, str]]:
    """Apps whose platform asks for people: the key, and the platforms that it serves."""
    served: dict[str, list[str]] = {}
    for connector in registry.connectors().values():
        for login in connector.consents if connector.privacy else ():
            served.setdefault(login.app_key, []).append(connector.name)
    return [(key, " and ".join(dict.fromkeys(names))) for key, names in served.items()]


class ListForm(forms.Form):
    """A file of ids, and the app to which it was mailed."""

    app = forms.ChoiceField(choices=_apps, label="App")
    file = forms.FileField(label="List", help_text="Text or CSV, one id a line, 5 MB at most.")

    def clean_file(self) -> list[str]:
        """The ids in it."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            return lists.read(upload.read(lists.LARGEST + 1))
        except lists.NoList as problem:
            raise forms.ValidationError(str(problem)) from None


class PasswordForm(forms.Form):
    """A person proves once more who they are."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """The password, if it is right."""
        typed: str = self.cleaned_data["password"]
        if not self._user.check_password(typed):
            raise forms.ValidationError("This is not your password. Nothing was changed.")
        return typed
