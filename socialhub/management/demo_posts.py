"""What Northwind Coffee has to say in the demo: drawn pictures and posts in every state that needs no accident."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFilter

from accounts.models import ConnectedAccount, User, Workspace
from publishing import library
from publishing.composing import Composition, Placed, Target, preview, save
from publishing.models import MediaFile, Post
from socialhub.platforms.rules import Severity
from socialhub.platforms.values import Media

PICTURES = {
    "autumn-blend.jpg": ("A bag of autumn blend on a wooden counter", (120, 62, 38), (236, 196, 140)),
    "morning-counter.jpg": ("The counter in morning light, cups in a row", (44, 74, 92), (240, 214, 178)),
    "pour-over.jpg": ("Water circling over fresh grounds", (62, 44, 38), (210, 168, 120)),
}
TEXTS: tuple[tuple[tuple[str, ...], str, timedelta | None], ...] = (
    (
        ("The autumn blend is here: plum, cocoa, a little smoke. Roasted on Tuesday, on the shelf today. #coffee",),
        "autumn-blend.jpg", timedelta(0),
    ),
    (
        (
            "How we brew for twelve people at once, in two posts. First: grind coarser than you think.",
            "Second: pour in three rounds and wait for the bed to settle. Patience tastes better.",
        ),
        "", timedelta(0),
    ),
    (("Doors open at seven. The first pour-over of the day is on us.",), "morning-counter.jpg", timedelta(0)),
    (("Cupping on Saturday at ten: five farms, one table, no jargon.",), "pour-over.jpg", timedelta(days=1, hours=2)),
    (("We are closed on Monday for the new roaster. Back on Tuesday, louder.",), "", timedelta(days=2, hours=5)),
    (("Decaf that does not apologise. Coming next week.",), "autumn-blend.jpg", timedelta(days=4, hours=1)),
    (("Ask us anything about water. A list of questions we hear every day:",), "", None),
)  # fmt: skip


def compose_all(
    workspace: Workspace, author: User, accounts: Sequence[ConnectedAccount]
) -> list[tuple[Post, datetime | None]]:
    """Compose everything; each post comes with the time when it is due, ``None`` for a draft."""
    files = {name: _picture(workspace, author, name) for name in PICTURES}
    now = timezone.now()
    made: list[tuple[Post, datetime | None]] = []
    for texts, picture, ahead in TEXTS:
        file = files.get(picture)
        media = [(0, library.as_value(file, alt=file.alt))] if file else []
        targets = tuple(Target(account.pk) for account in accounts if _takes(account, texts, media))
        composition = Composition(texts, targets, media=(Placed(file.pk, alt=file.alt),) if file else ())
        post = save(workspace=workspace, author=author, composition=composition)
        due = None if ahead is None else (now + ahead).replace(second=0, microsecond=0) if ahead else now
        made.append((post, due))
    return made


def _takes(account: ConnectedAccount, texts: Sequence[str], media: Sequence[tuple[int, Media]]) -> bool:
    """Whether the platform takes the post as it is: some want a title, a board or an answer from a person."""
    _, _, violations = preview(account, texts=texts, media=media)
    return not any(violation.severity is Severity.ERROR for violation in violations)


def _picture(workspace: Workspace, author: User, name: str) -> MediaFile:
    alt, dark, light = PICTURES[name]
    canvas = Image.new("RGB", (1080, 1350), light)
    draw = ImageDraw.Draw(canvas)
    for row in range(1350):
        share = row / 1350
        colour = tuple(round(a + (b - a) * share) for a, b in zip(light, dark, strict=True))
        draw.line([(0, row), (1080, row)], fill=colour)
    canvas = canvas.filter(ImageFilter.GaussianBlur(2))
    draw = ImageDraw.Draw(canvas)
    for radius, shade in ((330, 0.72), (290, 0.5), (262, 0.3)):
        fill = tuple(round(part * shade) for part in light)
        draw.ellipse([540 - radius, 720 - radius, 540 + radius, 720 + radius], fill=fill)
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=88)
    return library.take_in(
        workspace=workspace, user=author, upload=SimpleUploadedFile(name, out.getvalue()), alt=alt
    )
