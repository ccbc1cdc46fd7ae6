"""Addresses of people, workspaces and connected accounts."""

from __future__ import annotations

from django.urls import path

from accounts.views import accounts, apps, connections, members, workspaces

app_name = "accounts"

urlpatterns = [
    path("", workspaces.home, name="home"),
    path("workspaces/new/", workspaces.create, name="create-workspace"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", members.join, name="accept-invitation"),
    path("w/<slug:slug>/", workspaces.front, name="workspace"),
    path("w/<slug:slug>/accounts/", accounts.listing, name="list"),
    path("w/<slug:slug>/accounts/<int:pk>/", accounts.detail, name="detail"),
    path("w/<slug:slug>/accounts/<int:pk>/reconnect/", connections.reconnect, name="reconnect"),
    path("w/<slug:slug>/accounts/<int:pk>/pause/", accounts.pause, name="pause"),
    path("w/<slug:slug>/accounts/<int:pk>/resume/", accounts.resume, name="resume"),
    path("w/<slug:slug>/accounts/<int:pk>/disconnect/", accounts.disconnect, name="disconnect"),
    path("w/<slug:slug>/accounts/connect/<slug:platform>/<slug:login>/", connections.connect, name="connect"),
    path("w/<slug:slug>/accounts/pick/<int:pk>/", connections.pick, name="pick"),
    path("connect/callback/<slug:platform>/", connections.callback, name="callback"),
    path(
        "connect/client/<slug:platform>/<slug:login>/oauth-client-metadata.json",
        apps.client_document,
        name="client-document",
    ),
    path("w/<slug:slug>/setup/", apps.setup, name="setup"),
    path("w/<slug:slug>/setup/<slug:platform>/", apps.app, name="app"),
    path("w/<slug:slug>/settings/", workspaces.settings, name="settings"),
    path("w/<slug:slug>/members/", members.listing, name="members"),
    path("w/<slug:slug>/members/invitations/", members.invitations, name="invite"),
    path("w/<slug:slug>/members/invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw"),
    path("w/<slug:slug>/members/<int:pk>/role/", members.role, name="role"),
    path("w/<slug:slug>/members/<int:pk>/remove/", members.remove, name="remove-member"),
]
