"""A multipart/form-data body that streams a file in ranges: no whole file in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from socialhub.platforms.transport import Body

BLOCK = 256 * 1024


class RangeReader:
    """Reads a range of a file by calls of ``read(offset, length)``, between two fixed ends."""

    def __init__(
        self,
        read: Callable[[int, int], bytes],
        offset: int,
        length: int,
        *,
        before: bytes = b"",
        after: bytes = b"",
    ) -> None:
        """The whole is ``before`` + the range + ``after``."""
        self._read = read
        self._offset = offset
        self._left = length
        self._before = before
        self._after = after
        self.length = len(before) + length + len(after)

    def __len__(self) -> int:
        return self.length

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size`` (and at most one block of the file); empty at the end."""
        size = BLOCK if size is None or size < 0 else min(size, BLOCK)
        if self._before:
            piece, self._before = self._before[:size], self._before[size:]
            return piece
        if self._left:
            piece = self._read(self._offset, min(size, self._left))
            if not piece:
                raise OSError("the file ended before its measured size")
            self._offset += len(piece)
            self._left -= len(piece)
            return piece
        piece, self._after = self._after[:size], self._after[size:]
        return piece


def range_body(read: Callable[[int, int], bytes], offset: int, length: int, content_type: str) -> Body:
    """The bytes ``offset`` to ``offset + length`` of a file as a plain body."""
    return Body(content_type, length, lambda: RangeReader(read, offset, length))


def multipart(
    fields: Mapping[str, str],
    *,
    name: str,
    filename: str,
    mime: str,
    read: Callable[[int, int], bytes],
    offset: int,
    length: int,
) -> Body:
    """A form with one file part that is read in ranges (RFC 7578)."""
    boundary = secrets.token_hex(16)
    lines: list[str] = []
    for key, value in fields.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{key}"', "", value]
    safe = filename.replace('"', "").replace("\r", "").replace("\n", "").replace("\\", "") or "file"
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{name}"; filename="{safe}"',
        f"Content-Type: {mime}",
        "",
        "",
    ]
    before = "\r\n".join(lines).encode()
    after = f"\r\n--{boundary}--\r\n".encode()
    total = len(before) + length + len(after)
    return Body(
        f"multipart/form-data; boundary={boundary}",
        total,
        lambda: RangeReader(read, offset, length, before=before, after=after),
        shown=f"form {dict(fields)} + {name}: {mime}, {length} bytes from {offset}",
    )
