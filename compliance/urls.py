"""Addresses of privacy callbacks, of their status page, and of the desks. No redirect leads to a callback."""

from __future__ import annotations

from django.urls import path

from compliance.views import callbacks, calls, desk, leaving, trail

app_name = "compliance"

urlpatterns = [
    path("privacy/<slug:key>/deauthorise/", callbacks.deauthorise, name="deauthorise"),
    path("privacy/<slug:key>/deauthorise/<int:app>/", callbacks.deauthorise, name="deauthorise-app"),
    path("privacy/<slug:key>/delete/", callbacks.delete, name="delete"),
    path("privacy/<slug:key>/delete/<int:app>/", callbacks.delete, name="delete-app"),
    path("privacy/requests/<slug:code>/", callbacks.status, name="status"),
    path("my-data/", leaving.own, name="own"),
    path("my-data/export/", leaving.export_own, name="export-own"),
    path("my-data/exports/<int:pk>/", leaving.download, name="download-export"),
    path("my-data/leave/", leaving.leave, name="leave"),
    path("my-data/stay/", leaving.stay, name="stay"),
    path("w/<slug:slug>/settings/compliance/", desk.desk, name="desk"),
    path("w/<slug:slug>/settings/compliance/holds/", desk.place_hold, name="hold"),
    path("w/<slug:slug>/settings/compliance/holds/<int:pk>/release/", desk.lift_hold, name="release"),
    path("w/<slug:slug>/settings/compliance/accounts/<int:pk>/erase/", desk.erase, name="erase"),
    path("w/<slug:slug>/settings/compliance/lists/", desk.take_list, name="list"),
    path("w/<slug:slug>/settings/compliance/<slug:code>/report.json", desk.download, name="report"),
    path("w/<slug:slug>/settings/compliance/<slug:code>/rerun/", desk.rerun, name="rerun"),
    path("w/<slug:slug>/settings/audit/", trail.log, name="audit"),
    path("w/<slug:slug>/settings/audit/audit.csv", trail.as_csv, name="audit-csv"),
    path("w/<slug:slug>/settings/webhooks/", calls.calls, name="calls"),
    path("w/<slug:slug>/settings/webhooks/<int:pk>/replay/", calls.replay, name="replay"),
    path("w/<slug:slug>/settings/data/", leaving.workspace, name="workspace-data"),
    path("w/<slug:slug>/settings/data/leave/", leaving.leave_workspace, name="leave-workspace"),
    path("w/<slug:slug>/settings/data/stay/", leaving.keep_workspace, name="keep-workspace"),
]
