"""Addresses of people, workspaces and connected accounts."""

from __future__ import annotations

from django.urls import path

from accounts.views import members, workspaces

app_name = "accounts"

urlpatterns = [
    path("", workspaces.home, name="home"),
    path("workspaces/new/", workspaces.create, name="create-workspace"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", members.join, name="accept-invitation"),
    path("w/<slug:slug>/", workspaces.front, name="workspace"),
    path("w/<slug:slug>/settings/", workspaces.settings, name="settings"),
    path("w/<slug:slug>/members/", members.listing, name="members"),
    path("w/<slug:slug>/members/invitations/", members.invitations, name="invite"),
    path("w/<slug:slug>/members/invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw"),
    path("w/<slug:slug>/members/<int:pk>/role/", members.role, name="role"),
    path("w/<slug:slug>/members/<int:pk>/remove/", members.remove, name="remove-member"),
]
