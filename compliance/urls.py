"""Addresses of privacy callbacks, of their status page, and of the desks. No redirect leads to a callback."""

from __future__ import annotations

from django.urls import path

from compliance.views import callbacks

app_name = "compliance"

urlpatterns = [
    path("privacy/<slug:key>/deauthorise/", callbacks.deauthorise, name="deauthorise"),
    path("privacy/<slug:key>/deauthorise/<int:app>/", callbacks.deauthorise, name="deauthorise-app"),
    path("privacy/<slug:key>/delete/", callbacks.delete, name="delete"),
    path("privacy/<slug:key>/delete/<int:app>/", callbacks.delete, name="delete-app"),
    path("privacy/requests/<slug:code>/", callbacks.status, name="status"),
]
