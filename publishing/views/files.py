"""Bytes of the library over HTTP: streamed, in ranges, and by signed link for platforms that fetch them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.access import public
from publishing.library import EXTENSIONS, from_link

BLOCK = 256 * 1024
_RANGE = re.compile(r"^bytes=(\d{0,15})-(\d{0,15})$")


@require_safe
@public("the signed, expiring link is the permission: platforms fetch media with it")
def pull(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """The bytes behind a signed link."""
    row = from_link(token)
    if row is None:
        raise Http404
    return send_file(request, row.file, row.mime, row.size)


def send_file(request: HttpRequest, stored: FieldFile, mime: str, size: int) -> HttpResponseBase:
    """Stream a file or a range of it, in a way that no browser takes for a page of ours."""
    if mime not in EXTENSIONS:
        raise Http404
    start, end, status = 0, size - 1, 200
    asked = _RANGE.match(request.headers.get("Range", ""))
    if asked and (asked[1] or asked[2]):
        start, end = _bounds(asked[1], asked[2], size)
        if start > end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        status = 206
    answer = StreamingHttpResponse(_blocks(stored, start, end), status=status, content_type=mime)
    answer["Content-Length"] = str(end - start + 1)
    answer["Accept-Ranges"] = "bytes"
    if not mime.startswith(("image/", "video/")):
        answer["Content-Disposition"] = f'attachment; filename="file.{EXTENSIONS[mime]}"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if status == 206:
        answer["Content-Range"] = f"bytes {start}-{end}/{size}"
    return answer


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _blocks(stored: FieldFile, start: int, end: int) -> Iterator[bytes]:
    with stored.storage.open(str(stored.name)) as source:
        source.seek(start)
        left = end - start + 1
        while left > 0:
            block = source.read(min(BLOCK, left))
            if not block:
                return
            left -= len(block)
            yield block
