"""Addresses of writing, planning and watching posts. All of them lie in a workspace."""

from __future__ import annotations

from django.urls import include, path, register_converter

from publishing.views import calendar, care, compose, media, post, posts, today, words

app_name = "publishing"


class View:
    """The ways to look at the calendar."""

    regex = "month|week|list"

    def to_python(self, value: str) -> str:
        """As written."""
        return value

    def to_url(self, value: str) -> str:
        """As written."""
        return value


register_converter(View, "calendar_view")

_workspace = [
    path("", today.today, name="today"),
    path("compose/", compose.compose, name="compose"),
    path("compose/check/", compose.check, name="check-draft"),
    path("compose/autosave/", compose.autosave, name="autosave"),
    path("calendar/<calendar_view:name>/", calendar.calendar, name="calendar"),
    path("posts/", posts.listing, name="posts"),
    path("posts/<int:pk>/", post.post, name="post"),
    path("posts/<int:pk>/edit/", compose.edit, name="edit"),
    path("posts/<int:pk>/flights/", post.flights, name="flights"),
    path("posts/<int:pk>/publish/", post.publish, name="publish"),
    path("posts/<int:pk>/cancel/", post.cancel, name="cancel"),
    path("posts/<int:pk>/labels/", post.labels, name="labels"),
    path("posts/<int:pk>/duplicate/", post.duplicate, name="duplicate"),
    path("deliveries/<int:pk>/check/", post.check, name="check"),
    path("deliveries/<int:pk>/retry/", post.retry, name="retry"),
    path("deliveries/<int:pk>/later/", post.later, name="later"),
    path("deliveries/<int:pk>/discard/", post.discard, name="discard"),
    path("deliveries/<int:pk>/anew/", post.anew, name="anew"),
    path("deliveries/<int:pk>/remove/", post.remove, name="remove"),
    path("deliveries/<int:pk>/edit/", words.edit, name="edit-live"),
    path("deliveries/<int:pk>/live/", post.live, name="live"),
    path("deliveries/<int:pk>/absent/", post.absent, name="absent"),
    path("missed/<slug:name>/", care.missed, name="missed"),
    path("causes/", care.begin_cause, name="causes"),
    path("batches/<int:pk>/", care.batch, name="batch"),
    path("media/", media.upload, name="upload"),
    path("media/<int:pk>/picture/", media.picture, name="picture"),
    path("media/<int:pk>/file/", media.file, name="file"),
]

urlpatterns = [path("w/<slug:slug>/", include(_workspace))]
