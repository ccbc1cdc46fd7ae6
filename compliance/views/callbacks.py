"""Where platforms ask for a person to be forgotten, and the page where the person sees how far it is."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import parse_qsl

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public
from accounts.credentials import of_developer_app, seals
from compliance.models import Request
from compliance.opening import take_notice
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector

log = logging.getLogger(__name__)
LARGEST = 64 * 1024
"""Bytes of a body that are read: a signed request has a few hundred."""
_FIELDS = 20
SHOWN_FOR = timedelta(days=365)
"""How long after its end a request can be looked up by its code."""


@csrf_exempt
@require_POST
@public("platforms call it: the seal over the signed request is the permission")
def deauthorise(request: HttpRequest, key: str, app: int | None = None) -> HttpResponse:
    """A person removed our app: its tokens are dead at once, and what came of it goes in time."""
    answer = _take(request, key, app, Request.Kind.DEAUTHORISE)
    return answer if isinstance(answer, HttpResponse) else HttpResponse(status=200)


@csrf_exempt
@require_POST
@public("platforms call it: the seal over the signed request is the permission")
def delete(request: HttpRequest, key: str, app: int | None = None) -> HttpResponse:
    """A person wants everything gone. The answer tells the address and the code to follow it by."""
    answer = _take(request, key, app, Request.Kind.DELETION)
    if isinstance(answer, HttpResponse):
        return answer
    return JsonResponse({"url": answer.status_url, "confirmation_code": answer.code})


@never_cache
@require_safe
@public("the code in the address cannot be guessed, and the page names nobody")
def status(request: HttpRequest, code: str) -> HttpResponse:
    """How far a request is, for the person who has its code."""
    found = get_object_or_404(Request, code=code)
    if found.finished_at and found.finished_at < timezone.now() - SHOWN_FOR:
        raise Http404
    connector = registry.connectors().get(found.platform)
    total = sum(sum(counts.values()) for counts in found.erasures.values_list("counts", flat=True))
    context = {"asked": found, "platform": connector.name if connector else "", "total": total}
    answer = render(request, "compliance/status.html", context)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _take(request: HttpRequest, key: str, app: int | None, kind: Request.Kind) -> Request | HttpResponse:
    """The request that a call opened or had opened before, or the refusal: without a word of why."""
    connector = _connector(key)
    form = _form(request)
    if form is None:
        return HttpResponse(status=400)
    try:
        assert connector.privacy is not None
        privacy = connector.privacy
        known = of_developer_app(seals(connector, privacy.secret_field), app)
        # Every secret is tried, so that the time taken tells nothing of which one fits.
        read = [(seal, privacy.read(form, seal.secret)) for seal in known]
        fitting = [(seal, notice) for seal, notice in read if notice is not None]
        if not fitting:
            return HttpResponse(status=403)
        return take_notice(kind=kind, platform=key, seals=[seal for seal, _ in fitting], notice=fitting[0][1])
    except DatabaseError:
        log.error("%s: a request about a person could not be stored", key)
        return HttpResponse(status=503, headers={"Retry-After": "10"})


def _connector(key: str) -> Connector:
    connector = registry.connectors().get(key)
    if connector is None or connector.privacy is None:
        raise Http404
    return connector


def _form(request: HttpRequest) -> dict[str, str] | None:
    """The fields of a form, or None for what is none."""
    try:
        if int(request.headers.get("Content-Length") or 0) > LARGEST:
            return None
        body = request.read(LARGEST + 1)
        if len(body) > LARGEST:
            return None
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=_FIELDS))
    except (ValueError, UnreadablePostError, RawPostDataException):
        return None
