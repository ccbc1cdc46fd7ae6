"""Pictures and videos as cameras make them, small enough for a test."""

from __future__ import annotations

import io
from pathlib import Path

import av
from PIL import Image


def photo(size: tuple[int, int] = (1080, 1350), kind: str = "JPEG") -> bytes:
    """A picture in one colour; JPEG and 4:5 unless told otherwise."""
    out = io.BytesIO()
    Image.new("RGB", size, (120, 62, 38)).save(out, kind)
    return out.getvalue()


def video(path: Path, *, seconds: int = 4, size: tuple[int, int] = (720, 1280)) -> bytes:
    """H.264 in MP4 with its index in front, 30 frames a second, no sound."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        picture = Image.new("RGB", size, (60, 80, 120))
        for _ in range(seconds * 30):
            frame = av.VideoFrame.from_image(picture)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path.read_bytes()
