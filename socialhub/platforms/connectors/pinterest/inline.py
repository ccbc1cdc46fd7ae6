"""A JSON body with files in base64, streamed in ranges: pictures travel inside the request that makes the pin, so
the hub needs no public address, and no whole file is in memory.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from socialhub.platforms.multipart import RangeReader
from socialhub.platforms.transport import Body
from socialhub.platforms.values import Media


class Chain:
    """Readers one after the other."""

    def __init__(self, readers: Sequence[RangeReader]) -> None:
        self._readers = list(readers)
        self.length = sum(len(reader) for reader in readers)

    def __len__(self) -> int:
        return self.length

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``; empty at the end."""
        while self._readers:
            piece = self._readers[0].read(size)
            if piece:
                return piece
            self._readers.pop(0)
        return b""


def json_with_files(make: Callable[[Sequence[str]], Mapping[str, Any]], files: Sequence[Media]) -> Body:
    """``make`` gets a text for each file, which it puts where the file's base64 belongs, in the files' order."""
    marks = [f"{secrets.token_hex(16)}" for _ in files]
    rest = json.dumps(make(marks), ensure_ascii=False)
    heads: list[bytes] = []
    for mark in marks:
        head, _, rest = rest.partition(mark)
        heads.append(head.encode())
    tail = rest.encode()

    def open_all() -> Chain:
        readers = [
            RangeReader(_base64_of(media), 0, _length(media), before=head)
            for head, media in zip(heads, files, strict=True)
        ]
        return Chain([*readers, RangeReader(lambda offset, length: b"", 0, 0, before=tail)])

    shown = json.dumps(make([f"{media.size} bytes" for media in files]), ensure_ascii=False)
    length = sum(map(len, heads)) + sum(map(_length, files)) + len(tail)
    return Body("application/json", length, open_all, shown)


def _length(media: Media) -> int:
    return -(-media.size // 3) * 4


def _base64_of(media: Media) -> Callable[[int, int], bytes]:
    """Reads ranges of the file's base64 text: four signs for three bytes."""

    def read(offset: int, length: int) -> bytes:
        first = offset // 4
        raw = media.read(first * 3, (length + 6) // 4 * 3)
        if first * 3 + len(raw) < media.size:
            raw = raw[: len(raw) // 3 * 3]
        return b64encode(raw)[offset - first * 4 :][:length]

    return read
