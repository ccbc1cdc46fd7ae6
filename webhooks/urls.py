"""Where platforms call (no redirect leads there: they do not follow any), and the pages of the inbox."""

from __future__ import annotations

from django.urls import path

from webhooks.views import acts, inbox, sources
from webhooks.views.calls import receive, receive_own

app_name = "webhooks"
urlpatterns = [
    path("webhooks/<slug:key>/", receive, name="receive"),
    path("webhooks/<slug:key>/<int:app>/", receive, name="receive-app"),
    path("webhooks/<slug:key>/s/<str:path>/", receive_own, name="receive-own"),
    path("w/<slug:slug>/inbox/", inbox.listing, name="inbox"),
    path("w/<slug:slug>/inbox/news/", inbox.news, name="news"),
    path("w/<slug:slug>/inbox/sources/", sources.sources, name="sources"),
    path("w/<slug:slug>/inbox/sources/promise/", sources.promise, name="promise"),
    path("w/<slug:slug>/inbox/saved/", sources.save_reply, name="save-reply"),
    path("w/<slug:slug>/inbox/saved/<int:pk>/drop/", sources.drop_reply, name="drop-reply"),
    path("w/<slug:slug>/inbox/<int:pk>/", inbox.conversation, name="conversation"),
    path("w/<slug:slug>/inbox/<int:pk>/count/", inbox.count, name="count"),
    path("w/<slug:slug>/inbox/<int:pk>/mark/<slug:name>/", acts.mark, name="mark"),
    path("w/<slug:slug>/inbox/<int:pk>/assign/", acts.assign, name="assign"),
    path("w/<slug:slug>/inbox/<int:pk>/note/", acts.note, name="note"),
    path("w/<slug:slug>/inbox/items/<int:pk>/reply/", acts.reply, name="reply"),
    path("w/<slug:slug>/inbox/items/<int:pk>/<slug:name>/", acts.act, name="act"),
    path("w/<slug:slug>/inbox/answers/<int:pk>/<slug:name>/", acts.settle, name="settle"),
]
