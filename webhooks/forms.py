"""Forms of the inbox."""

from __future__ import annotations

from django import forms

from accounts.models import Workspace
from webhooks.models import SavedReply


class PromiseForm(forms.ModelForm[Workspace]):
    """How soon the workspace answers."""

    class Meta:
        model = Workspace
        fields = ("answer_minutes",)


class SavedReplyForm(forms.ModelForm[SavedReply]):
    """Words that are said often."""

    class Meta:
        model = SavedReply
        fields = ("name", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def clean_name(self) -> str:
        """One name is one reply in a workspace."""
        name = str(self.cleaned_data["name"])
        same = SavedReply.objects.filter(workspace=self.instance.workspace_id, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is a saved reply of that name.")
        return name
