"""All addresses of the hub. Each app brings its own list."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from publishing.views.files import pull
from socialhub.probes import healthz, metrics, readyz
from socialhub.pulse import pulse

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("media/pull/<str:token>/<str:name>", pull, name="media_pull"),
    path("", include("webhooks.urls")),
    path("", include("compliance.urls")),
    path("", include("analytics.urls")),
    path("w/<slug:slug>/pulse/", pulse, name="pulse"),
    # The front page of a workspace is publishing's, so it is asked first.
    path("", include("publishing.urls")),
    path("", include("accounts.urls")),
]
