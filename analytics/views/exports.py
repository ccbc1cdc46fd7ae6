"""Files to take away. They are made of the same objects as the pages, so their numbers are the same."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from analytics import exporting
from analytics.exporting import Sheet
from analytics.mixing import NotMixable, known_accounts, mixable
from analytics.queries import posts as rows
from analytics.queries.overview import overview
from analytics.queries.samples import labelled, published
from analytics.views.frame import wish_of
from analytics.wishes import Wish

WRITERS = {
    "csv": (exporting.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (exporting.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_GET
@requires("analytics.view")
def export(request: WorkspaceRequest, what: str, kind: str) -> HttpResponse:
    """The days of the overview, or the posts of the table, as a file."""
    wish = wish_of(request)
    if kind not in WRITERS:
        raise Http404
    try:
        sheet = _sheet(request, what, wish)
    except NotMixable:
        raise Http404 from None
    write, mime = WRITERS[kind]
    days = f"{wish.period.first:%Y-%m-%d}-{wish.period.last:%Y-%m-%d}"
    name = f"{request.workspace.slug}-{what}-{days}.{kind}"
    return HttpResponse(
        write(sheet), content_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _sheet(request: WorkspaceRequest, what: str, wish: Wish) -> Sheet:
    if what == "days":
        return exporting.days_sheet(overview(request.workspace, wish))
    if what != "posts":
        raise Http404
    zone = request.workspace.zone
    chosen = mixable(known_accounts(request.workspace), only=wish.channel)
    listed = rows.rows_of(rows.found(chosen, wish, zone)[: exporting.MOST_ROWS], chosen)
    names = labelled(published(chosen, wish.period, zone))
    return exporting.posts_sheet(rows.labels_of(listed, names), zone)
