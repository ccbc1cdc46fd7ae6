"""Uploads are measured in a child process, refused with a sentence, and handed out by expiring links."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import av
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User, Workspace
from publishing.library import UploadRefused, as_value, signed_link, take_in
from publishing.models import MediaFile

Take = Callable[[str, bytes], MediaFile]


def picture(kind: str = "JPEG", size: tuple[int, int] = (320, 200)) -> bytes:
    """A picture that a decoder accepts."""
    out = io.BytesIO()
    Image.new("RGB", size, (120, 60, 40)).save(out, kind)
    return out.getvalue()


def video(path: Path, *, frames: int = 50) -> bytes:
    """A short H.264 video, 25 frames a second, 320 by 240."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_image(Image.new("RGB", (320, 240), (number * 5 % 255, 80, 120)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


@pytest.fixture
def take(workspace: Workspace, mara: User) -> Take:
    """Upload bytes as Mara."""

    def taken(name: str, content: bytes) -> MediaFile:
        return take_in(workspace=workspace, user=mara, upload=SimpleUploadedFile(name, content))

    return taken


def test_a_picture_is_measured_and_drawn_small(take: Take) -> None:
    row = take("beans.jpg", picture(size=(1080, 1350)))
    assert (row.mime, row.width, row.height, row.seconds) == ("image/jpeg", 1080, 1350, None)
    with row.poster.open() as file, Image.open(file) as poster:
        assert poster.size == (512, 640)


def test_a_video_is_measured_and_drawn(take: Take, tmp_path: Path) -> None:
    row = take("pour.mp4", video(tmp_path / "v.mp4"))
    assert (row.mime, row.width, row.height, row.video_codec, row.audio_codec) == (
        "video/mp4", 320, 240, "h264", None,
    )  # fmt: skip
    assert row.seconds == pytest.approx(2.0, abs=0.05)
    assert row.fps == pytest.approx(25)
    assert row.poster


def test_the_name_of_a_file_says_nothing_of_what_it_is(take: Take) -> None:
    assert take("notes.txt", picture("PNG")).mime == "image/png"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.jpg", b"<html><script>alert(1)</script></html>"),
        ("drawing.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("words.mp4", b"just some words that are no video at all" * 20),
        ("cut.jpg", picture(size=(900, 900))[:3000]),
        ("empty.jpg", b""),
    ],
)
def test_what_is_no_picture_or_video_is_refused_by_name_and_not_kept(
    take: Take, name: str, content: bytes
) -> None:
    with pytest.raises(UploadRefused, match=name):
        take(name, content)
    assert not MediaFile.objects.exists()


def test_a_truncated_video_is_refused_with_a_reason(take: Take, tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mp4", frames=200)
    with pytest.raises(UploadRefused, match=r"cut off|damaged"):
        take("pour.mp4", whole[: len(whole) // 2])


def test_bytes_are_read_in_ranges(take: Take) -> None:
    content = picture()
    value = as_value(take("beans.jpg", content))
    assert value.read(10, 20) == content[10:30]


def test_a_platform_fetches_by_signed_link_until_it_expires(take: Take, client: Client) -> None:
    content = picture()
    link = signed_link(take("beans.jpg", content), timedelta(hours=1)).removeprefix("http://127.0.0.1:8000")
    answer = client.get(link)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Length"] == str(len(content))
    assert b"".join(answer) == content
    part = client.get(link, headers={"Range": "bytes=5-9"})
    assert (part.status_code, b"".join(part)) == (206, content[5:10])
    with time_machine.travel(timedelta(hours=2)):
        assert client.get(link).status_code == 404


def test_a_forged_link_finds_nothing(take: Take, client: Client) -> None:
    link = signed_link(take("beans.jpg", picture()), timedelta(hours=1)).removeprefix("http://127.0.0.1:8000")
    assert client.get(link.replace("/pull/", "/pull/x")).status_code == 404


def leaflet(pages: int = 3) -> bytes:
    """A PDF as an office program writes it."""
    out = io.BytesIO()
    sheets = [Image.new("RGB", (300, 400), (200, 180, 160)) for _ in range(pages)]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def test_the_pages_of_a_document_are_counted_and_the_first_is_drawn(take: Take, client: Client) -> None:
    row = take("menu.pdf", leaflet())
    assert (row.mime, row.pages, row.width) == ("application/pdf", 3, None)
    with row.poster.open() as file, Image.open(file) as poster:
        assert poster.size == (480, 640)
    link = signed_link(row, timedelta(hours=1)).removeprefix("http://127.0.0.1:8000")
    assert client.get(link)["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("de.srt", "1\n00:00:01,000 --> 00:00:02,500\nGrüße\n".encode(), "application/x-subrip"),
        ("de.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.500\nHello\n", "text/vtt"),
    ],
)
def test_subtitles_answer_an_option_and_are_no_post(
    workspace: Workspace, mara: User, take: Take, name: str, content: bytes, mime: str
) -> None:
    upload = SimpleUploadedFile(name, content)
    assert take_in(workspace=workspace, user=mara, upload=upload, allowed={mime}).mime == mime
    with pytest.raises(UploadRefused, match="not taken here"):
        take(name, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (leaflet()[:900], "damaged"),
        (b"1\n00:00:01.000 --> 00:00:02.500\nHello\n", "begin with the word WEBVTT"),
        ("1\n00:00:01,000 --> 00:00:02,500\nGrüße\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_broken_documents_and_subtitles_are_refused_with_a_reason(
    take: Take, content: bytes, said: str
) -> None:
    with pytest.raises(UploadRefused, match=said):
        take("file", content)
