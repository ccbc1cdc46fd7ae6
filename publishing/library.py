"""The media library: taking uploads in, measuring them in a child process, handing out bytes and signed links."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Container
from datetime import timedelta
from pathlib import Path
from typing import Any

import puremagic
from django.conf import settings
from django.core import signing
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from accounts.models import User, Workspace
from publishing.models import MediaFile
from socialhub.platforms.values import Media

PROBE_SECONDS = 60
LINK_SALT = "publishing.media.link"
EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm",
    "application/pdf": "pdf", "text/vtt": "vtt", "application/x-subrip": "srt",
}  # fmt: skip
SUBTITLES = frozenset({"text/vtt", "application/x-subrip"})
POSTED = tuple(mime for mime in EXTENSIONS if mime not in SUBTITLES)
"""What a post may consist of; subtitles only go with a video."""


class UploadRefused(Exception):
    """A file that cannot be used; the text tells the person why."""


def take_in(
    *,
    workspace: Workspace,
    user: User | None,
    upload: UploadedFile[bytes],
    alt: str = "",
    allowed: Container[str] = POSTED,
) -> MediaFile:
    """Store and measure one upload of an ``allowed`` type. Raises :class:`UploadRefused`; nothing is kept then."""
    name = Path(upload.name or "file").name[:200]
    if not upload.size:
        raise UploadRefused(f"{name} is empty.")
    if upload.size > settings.MAX_UPLOAD_BYTES:
        most = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise UploadRefused(f"{name} is larger than {most} MB, the most that this hub takes.")
    with tempfile.TemporaryDirectory() as folder:
        path, poster = Path(folder) / "upload", Path(folder) / "poster.jpg"
        digest = _copy(upload, path)
        _first_gate(path, name)
        facts = _measure(path, poster, name)
        if facts["mime"] not in allowed:
            raise UploadRefused(f"{name}: files of type {EXTENSIONS[facts['mime']]} are not taken here.")
        row = MediaFile(
            workspace=workspace,
            uploaded_by=user,
            name=name,
            size=upload.size,
            sha256=digest,
            alt=alt,
            **facts,
        )
        with path.open("rb") as stored:
            row.file.save(name, File(stored), save=False)
        if poster.exists():
            with poster.open("rb") as drawn:
                row.poster.save("poster.jpg", File(drawn), save=False)
        row.save()
    return row


def _copy(upload: UploadedFile[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as target:
        for chunk in upload.chunks():
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _first_gate(path: Path, name: str) -> None:
    """Refuse what is plainly something else before any decoder sees it; the decoder decides the rest."""
    try:
        guessed = {match.mime_type for match in puremagic.magic_file(str(path)) if match.confidence >= 0.5}
    except (puremagic.PureError, ValueError):
        guessed = set()
    with path.open("rb") as file:
        head = file.read(512).lstrip().lower()
    if guessed & {"image/svg+xml", "text/html"} or head.startswith((b"<", b"mz")):
        raise UploadRefused(
            f"{name} is neither a picture nor a video. Upload a JPEG, PNG, GIF, WebP, MP4, MOV or PDF."
        )


def _measure(path: Path, poster: Path, name: str) -> dict[str, Any]:
    """Run the probe as a child that can be killed, with little priority and an empty environment."""
    command = [sys.executable, "-m", "publishing.probe", str(path), str(poster)]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(settings.BASE_DIR)}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PROBE_SECONDS, env=environment, check=False,
            cwd=settings.BASE_DIR,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UploadRefused(f"{name} took too long to examine. Is it damaged?") from None
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    if done.returncode != 0 or not lines:
        raise UploadRefused(f"{name} could not be examined: it is damaged, or needs too much memory.")
    answer: dict[str, Any] = json.loads(lines[-1])
    if "refused" in answer:
        raise UploadRefused(f"{name}: {answer['refused']}")
    return answer


def as_value(row: MediaFile, *, alt: str = "") -> Media:
    """The file as connectors and rules see it."""
    return Media(
        key=str(row.pk), mime=row.mime, size=row.size, alt=alt, name=row.name,
        width=row.width, height=row.height, seconds=row.seconds, fps=row.fps,
        video_codec=row.video_codec, audio_codec=row.audio_codec, pages=row.pages,
        read=functools.partial(_read, row), public_url=functools.partial(signed_link, row),
    )  # fmt: skip


def _read(row: MediaFile, offset: int, length: int) -> bytes:
    with row.file.storage.open(str(row.file.name)) as stored:
        stored.seek(offset)
        return bytes(stored.read(length))


def signed_link(row: MediaFile, ttl: timedelta) -> str:
    """An address that a platform can fetch without logging in, for ``ttl`` from now."""
    token = signing.dumps([row.pk, int(ttl.total_seconds())], salt=LINK_SALT, compress=False)
    return settings.PUBLIC_URL + reverse("media_pull", args=[token, f"file.{EXTENSIONS[row.mime]}"])


def from_link(token: str) -> MediaFile | None:
    """The file behind a signed link, or ``None`` when it is forged, expired or gone."""
    try:
        key, seconds = signing.loads(token, salt=LINK_SALT)
        signing.loads(token, salt=LINK_SALT, max_age=timedelta(seconds=seconds))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return MediaFile.objects.filter(pk=key).first()
