"""Pictures and files of the library, for people of the workspace. Platforms pull through signed links instead."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import WorkspaceRequest, requires
from publishing import library
from publishing.models import MediaFile
from publishing.views.files import send_file
from publishing.views.shapes import fresh_item

A_DAY = "private, max-age=86400, immutable"


@require_GET
@requires("posts.view")
def picture(request: WorkspaceRequest, pk: int) -> HttpResponseBase:
    """The small picture of a file."""
    row = get_object_or_404(MediaFile, workspace=request.workspace, pk=pk)
    if not row.poster:
        return HttpResponse(status=404)
    return _kept(send_file(request, row.poster, "image/jpeg", row.poster.size))


@require_GET
@requires("posts.view")
def file(request: WorkspaceRequest, pk: int) -> HttpResponseBase:
    """The file itself, streamed and in ranges."""
    row = get_object_or_404(MediaFile, workspace=request.workspace, pk=pk)
    return _kept(send_file(request, row.file, row.mime, row.size))


def _kept(response: HttpResponseBase) -> HttpResponseBase:
    """A file never changes under its number, so the browser may keep it."""
    response["Cache-Control"] = A_DAY
    return response


@require_POST
@requires("posts.edit")
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Take one file in and answer with its card for the composer; 422 with a sentence where it cannot be used.

    With ``for=option`` the file answers an option (a cover, subtitles): the answer is its id alone.
    """
    sent = request.FILES.get("file")
    if sent is None or isinstance(sent, list):
        return HttpResponse("No file arrived. Choose it again.", status=422, content_type="text/plain")
    for_option = request.POST.get("for") == "option"
    allowed = library.EXTENSIONS if for_option else library.POSTED
    try:
        row = library.take_in(workspace=request.workspace, user=request.user, upload=sent, allowed=allowed)
    except library.UploadRefused as refused:
        return HttpResponse(str(refused), status=422, content_type="text/plain; charset=utf-8")
    if for_option:
        return HttpResponse(str(row.pk), status=201, content_type="text/plain")
    context = {"item": fresh_item(row, request.workspace), "form_url": ""}
    return render(request, "publishing/_media_item.html", context, status=201)
