"""One view for all platforms."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.events import Call
from webhooks import receiving, subscribing
from webhooks.models import Subscription

log = logging.getLogger(__name__)
LARGEST = 4 * 1024 * 1024
"""Bytes of a body that are read: a thousand changes of Meta are well below."""


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public("platforms call it: the signature over the raw body is the permission")
def receive(request: HttpRequest, key: str, app: int | None = None) -> HttpResponse:
    """A platform checks our address or tells us something. ``app`` picks one developer app where a hub has several.

    200 means stored (or known already), 403 not sealed by anybody we know, 503 not stored: send it again.
    """
    connector = _connector(key)
    try:
        if request.method == "GET":
            reply = receiving.shake_hands(connector, _call(request, b""), app)
            if reply is None:
                return HttpResponse(status=403)
            return HttpResponse(reply.body, content_type=reply.content_type)
        body = _body(request)
        if body is None:
            return HttpResponse(status=413)
        receiving.take_in(connector, _call(request, body), app)
    except receiving.Refused:
        return HttpResponse(status=403 if request.method == "POST" and body else 400)
    except DatabaseError:
        log.exception("%s: a call could not be stored", key)
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    return HttpResponse(status=200)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public(
    "platforms call it: its path cannot be guessed, and the signature over the raw body is the permission"
)
def receive_own(request: HttpRequest, key: str, path: str) -> HttpResponse:
    """The address of one subscription: its check, and what it is told. 404 where there is no such subscription."""
    connector = _connector(key)
    try:
        row = Subscription.objects.filter(path=path, account__platform=key).first()
        if row is None:
            raise Http404
        if request.method == "GET":
            reply = subscribing.confirm(row, _call(request, b""))
            if reply is None:
                raise Http404
            return HttpResponse(reply.body, content_type=reply.content_type)
        body = _body(request)
        if body is None:
            return HttpResponse(status=413)
        receiving.take_in_own(connector, _call(request, body), row)
    except receiving.Refused:
        hides = connector.webhooks is not None and connector.webhooks.hides_refusal
        return HttpResponse(status=202 if hides and body else 400)
    except DatabaseError:
        log.exception("%s: a call could not be stored", key)
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    return HttpResponse(status=200)


def _connector(key: str) -> Connector:
    try:
        connector = registry.get(key)
    except LookupError:
        raise Http404 from None
    if connector.webhooks is None:
        raise Http404
    return connector


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes, or None when they are too many or broke off."""
    try:
        if int(request.headers.get("Content-Length") or 0) > LARGEST:
            return None
        body = request.read(LARGEST + 1)
    except (ValueError, UnreadablePostError, RawPostDataException):
        return None
    return body if len(body) <= LARGEST else None


def _call(request: HttpRequest, body: bytes) -> Call:
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = {name: request.GET.get(name, "") for name in request.GET}
    return Call(request.method or "", headers, query, body)
