"""`/healthz` and `/readyz`, for load balancers and monitors; `/metrics`, for Prometheus."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import public
from socialhub import metrics as numbers, vitals


@require_safe
@never_cache
@public("says that this process answers, and nothing else")
def healthz(request: HttpRequest) -> JsonResponse:
    """This process lives. Asks nobody, so that a database in trouble restarts no web server."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@public("says whether publishing works, and the names of the parts that do not")
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while publishing works, 503 with the names of what fails."""
    failing = vitals.failing()
    if failing:
        return JsonResponse({"status": "not ok", "failing": failing}, status=503)
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@public("the token of METRICS_TOKEN is the permission; without that setting there is no such page")
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in the text format of Prometheus."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    fits = hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
    if scheme.lower() != "bearer" or not fits:
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(numbers.exposition(), content_type=numbers.CONTENT_TYPE)
