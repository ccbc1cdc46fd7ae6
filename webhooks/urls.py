"""Where platforms call. No redirect leads here: they do not follow any."""

from __future__ import annotations

from django.urls import path

from webhooks.views.calls import receive, receive_own

app_name = "webhooks"
urlpatterns = [
    path("webhooks/<slug:key>/", receive, name="receive"),
    path("webhooks/<slug:key>/<int:app>/", receive, name="receive-app"),
    path("webhooks/<slug:key>/s/<str:path>/", receive_own, name="receive-own"),
]
