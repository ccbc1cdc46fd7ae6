"""What kind of file this is and whether it is whole, found out from its bytes and not from what the sender
says.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

_IMAGE_MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "MPO": "image/jpeg",
}


@dataclass(frozen=True)
class Probe:
    """Type, size in pixels and length in seconds of a file; `is_whole` is false for a broken or truncated
    one.
    """

    mime: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    is_whole: bool = True
    frames: int = 1


def probe(path: Path) -> Probe:
    """Look into the file; an unknown one is `application/octet-stream`."""
    with path.open("rb") as source:
        head = source.read(16)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return _probe_mp4(path, "video/quicktime" if head[8:10] == b"qt" else "video/mp4")
    if head[:4] == b"\x1aE\xdf\xa3":
        return Probe("video/webm")
    if head[:4] == b"OggS":
        return Probe("audio/ogg")
    if head[:3] == b"ID3" or head[:2] in (b"\xff\xfb", b"\xff\xf3"):
        return Probe("audio/mpeg")
    return _probe_image(path)


def _probe_image(path: Path) -> Probe:
    try:
        with Image.open(path) as image:
            mime = _IMAGE_MIMES.get(image.format or "", "application/octet-stream")
            width, height, frames = *image.size, getattr(image, "n_frames", 1)
    except (OSError, ValueError, Image.DecompressionBombError):
        return Probe("application/octet-stream", is_whole=False)
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, ValueError, SyntaxError):
        return Probe(mime, width, height, is_whole=False)
    return Probe(mime, width, height, frames=frames)


def _probe_mp4(path: Path, mime: str) -> Probe:
    """ISO base media file format: a box is a 32-bit length, a four-letter kind and its content (ISO/IEC
    14496-12 section 4.2).
    """
    width = height = 0
    seconds = 0.0
    kinds = set()
    with path.open("rb") as source:
        for kind, start, end, is_whole in _boxes(source, 0, path.stat().st_size):
            kinds.add(kind)
            if not is_whole:
                return Probe(mime, is_whole=False)
            if kind == b"moov":
                seconds, width, height = _movie(source, start, end)
    return Probe(mime, width, height, seconds, is_whole={b"moov", b"mdat"} <= kinds)


def _boxes(source: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int, bool]]:
    while start + 8 <= end:
        source.seek(start)
        length, kind = struct.unpack(">I4s", source.read(8))
        head = 8
        if length == 1:
            length, head = struct.unpack(">Q", source.read(8))[0], 16
        elif length == 0:
            length = end - start
        yield kind, start + head, min(start + length, end), length >= head and start + length <= end
        start += max(length, 8)


def _movie(source: BinaryIO, start: int, end: int) -> tuple[float, int, int]:
    seconds, width, height = 0.0, 0, 0
    for kind, inner, last, _ in _boxes(source, start, end):
        if kind == b"mvhd":
            seconds = _duration(source, inner)
        elif kind == b"trak":
            for part, _, stop, _ in _boxes(source, inner, last):
                if part == b"tkhd":
                    source.seek(stop - 8)
                    across, down = struct.unpack(">II", source.read(8))
                    width, height = max(width, across >> 16), max(height, down >> 16)
    return seconds, width, height


def _duration(source: BinaryIO, start: int) -> float:
    source.seek(start)
    version = source.read(4)[0]
    source.seek(start + (20 if version == 1 else 12))
    scale, ticks = struct.unpack(">IQ" if version == 1 else ">II", source.read(12 if version == 1 else 8))
    return ticks / scale if scale else 0.0
