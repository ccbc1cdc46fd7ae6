"""All addresses of the hub. Each app brings its own list."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from publishing.views.files import pull

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("media/pull/<str:token>/<str:name>", pull, name="media_pull"),
    path("", include("accounts.urls")),
]
