"""Addresses of analytics. All but one lie in a workspace."""

from __future__ import annotations

from django.urls import include, path

from analytics.views import accounts, exports, overview, posts, reports, times

app_name = "analytics"

_workspace = [
    path("", overview.overview, name="overview"),
    path("posts/", posts.listing, name="posts"),
    path("posts/<int:pk>/", posts.post, name="post"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("alone/<slug:platform>/", accounts.alone, name="alone"),
    path("best-time/", times.times, name="times"),
    path("comparison/", times.comparison, name="comparison"),
    path("audience/", times.audience, name="audience"),
    path("publishing/", times.health, name="health"),
    path("reports/", reports.reports, name="reports"),
    path("export/<slug:what>.<slug:kind>", exports.export, name="export"),
]

urlpatterns = [
    path("w/<slug:slug>/analytics/", include(_workspace)),
    path("reports/<str:token>/", reports.leave, name="leave-report"),
]
