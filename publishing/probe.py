"""Measures one uploaded file. Runs in a child process with limits: ``python -m publishing.probe FILE POSTER``.

Prints one JSON line: the measures, or ``{"refused": "<sentence>"}``. Imports nothing of the product, so that a
crash, a decompression bomb or a hang of a decoder costs the child alone.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 1_500 * 1024 * 1024
CPU_SECONDS = 30
MAX_PIXELS = 120_000_000
POSTER_EDGE = 640
IMAGES = {
    "JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp",
}  # fmt: skip
LARGEST_TEXT = 10 * 1024 * 1024
CUE = re.compile(r"^(?:\d+:)?\d{2}:\d{2}[.,]\d{3} --> (?:\d+:)?\d{2}:\d{2}[.,]\d{3}", re.MULTILINE)
"""A line that says from when to when words are shown, in WebVTT (a point) and SubRip (a comma)."""
VIDEOS = {"mov,mp4,m4a,3gp,3g2,mj2": "video/mp4", "matroska,webm": "video/webm"}


class Refused(Exception):
    """The file cannot be used; the text says why, for the person who uploaded it."""


def measure(path: Path, poster: Path) -> dict[str, Any]:
    """Measure a picture, a video, a document or subtitles; of what can be seen a small JPEG goes to ``poster``."""
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"%PDF-"):
        return _measure_document(path, poster)
    if _is_text(head):
        return _measure_subtitles(path)
    try:
        return _measure_image(path, poster)
    except _NotAnImage:
        return _measure_video(path, poster)


class _NotAnImage(Exception):
    pass


def _measure_document(path: Path, poster: Path) -> dict[str, Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        pages = len(document)
        if not pages:
            raise Refused("This document has no pages.")
        width, height = document[0].get_size()
        scale = POSTER_EDGE / max(width, height, 1)
        document[0].render(scale=scale).to_pil().convert("RGB").save(poster, "JPEG", quality=82)
    except pypdfium2.PdfiumError as problem:
        if "password" in str(problem).lower():
            raise Refused("This document asks for a password. Save it without one.") from problem
        raise Refused("This document is damaged: it cannot be read to its end.") from problem
    return {"mime": "application/pdf", "pages": pages}


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1].isalnum()


def _measure_subtitles(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_TEXT:
        raise Refused("This is neither a picture, a video nor a document that can be used.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("Subtitles must be saved as UTF-8.") from None
    cue = CUE.search(text)
    if cue is None:
        raise Refused("This is neither a picture, a video, a document nor subtitles (SRT or WebVTT).")
    if text.startswith("WEBVTT"):
        return {"mime": "text/vtt"}
    if "," not in cue[0]:
        raise Refused("WebVTT subtitles begin with the word WEBVTT.")
    return {"mime": "application/x-subrip"}


def _measure_image(path: Path, poster: Path) -> dict[str, Any]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(path) as image:
            kind = image.format or ""
            if kind not in IMAGES:
                raise Refused(f"Pictures of the kind {kind} cannot be used. Save it as JPEG or PNG.")
            image.load()
            upright = ImageOps.exif_transpose(image)
            small = upright.convert("RGB")
            small.thumbnail((POSTER_EDGE, POSTER_EDGE))
            small.save(poster, "JPEG", quality=82)
            return {"mime": IMAGES[kind], "width": upright.width, "height": upright.height}
    except UnidentifiedImageError:
        raise _NotAnImage from None
    except Image.DecompressionBombError:
        raise Refused("This picture has too many pixels to be safe.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        raise Refused("This picture is damaged: it cannot be read to its end.") from problem


def _measure_video(path: Path, poster: Path) -> dict[str, Any]:
    import av

    try:
        with av.open(str(path)) as container:
            mime = VIDEOS.get(container.format.name)
            if mime is None or not container.streams.video:
                raise Refused("This is neither a picture nor a video that can be used.")
            if mime == "video/mp4" and _is_quicktime(path):
                mime = "video/quicktime"
            stream = container.streams.video[0]
            audio = container.streams.audio[0] if container.streams.audio else None
            duration = float(container.duration / av.time_base) if container.duration else None
            facts = {
                "mime": mime,
                "width": stream.codec_context.width,
                "height": stream.codec_context.height,
                "seconds": round(duration, 3) if duration else None,
                "fps": round(float(stream.average_rate), 3) if stream.average_rate else None,
                "video_codec": stream.codec_context.name,
                "audio_codec": audio.codec_context.name if audio else None,
            }
            _check_whole(container, stream, duration)
            container.seek(0)
            _draw(next(container.decode(stream)), poster)
            return facts
    except (av.error.FFmpegError, StopIteration) as problem:
        raise Refused("This video is damaged or cut off: it cannot be read to its end.") from problem


def _is_quicktime(path: Path) -> bool:
    """Whether the brand in the first box is QuickTime's (ISO/IEC 14496-12 §4.3)."""
    with path.open("rb") as file:
        return b"qt  " in file.read(32)


def _check_whole(container: Any, stream: Any, duration: float | None) -> None:
    """Read the packets (no decoding): a file that was cut off ends long before its header says."""
    last = 0.0
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise Refused("This video is damaged: part of it cannot be read.")
        if packet.pts is not None and packet.time_base is not None and packet.size:
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    if duration and last < duration - max(1.0, duration * 0.05):
        raise Refused("This video is cut off: it ends before its own header says. Upload it again.")


def _draw(frame: Any, poster: Path) -> None:
    image = frame.to_image()
    image.thumbnail((POSTER_EDGE, POSTER_EDGE))
    image.convert("RGB").save(poster, "JPEG", quality=82)


def main() -> int:
    """Measure ``argv[1]``, draw ``argv[2]``, print one JSON line."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer = measure(Path(sys.argv[1]), Path(sys.argv[2]))
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
