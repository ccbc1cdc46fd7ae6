"""A file in a workspace's library, with what a child process measured of it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

from accounts.models import Workspace


def _place(instance: MediaFile, filename: str) -> str:
    """A path that says nothing of the file's name: names are typed by strangers."""
    return f"library/{instance.workspace_id}/{secrets.token_hex(16)}"


def _poster_place(instance: MediaFile, filename: str) -> str:
    return f"posters/{instance.workspace_id}/{secrets.token_hex(16)}"


class MediaFile(models.Model):
    """A picture, a video, a document or subtitles.

    Sizes in bytes and pixels, times in seconds; unknown measures are null.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="media_files")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    file = models.FileField(upload_to=_place)
    poster = models.FileField(upload_to=_poster_place, blank=True)
    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)
    fps = models.FloatField(null=True)
    video_codec = models.CharField(max_length=20, null=True)
    audio_codec = models.CharField(max_length=20, null=True)
    pages = models.PositiveIntegerField(null=True)
    alt = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["workspace", "-created_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_video(self) -> bool:
        """Whether the file moves."""
        return self.mime.startswith("video/")

    @property
    def is_document(self) -> bool:
        """Whether the file has pages to turn."""
        return self.mime == "application/pdf"
