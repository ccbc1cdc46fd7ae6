"""What counts as the same, and who is asked before it goes out twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ConnectedAccount, User, Workspace
from publishing import duplicates, live, scheduling
from publishing.models import Delivery, MediaFile, Post
from publishing.scheduling import SaidBefore
from publishing.states import State

Compose = Callable[..., Delivery]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flat white  at nine\n", "flat WHITE at nine"),
        ("Flat\u200b white\ufeff at nine", "Flat white at nine"),
        ("See https://n.example/a?utm_source=x&id=7&fbclid=9", "See https://n.example/a?id=7"),
        ("See https://n.example/a/?igsh=1", "See https://n.example/a"),
        ("ＦＬＡＴ white", "flat white"),
    ],
)
def test_texts_that_people_read_alike_have_one_fingerprint(one: str, other: str) -> None:
    assert duplicates.fingerprint([one], []) == duplicates.fingerprint([other], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((["Flat white"], []), (["Flat whites"], [])),
        ((["See https://n.example/?id=7"], []), (["See https://n.example/?id=8"], [])),
        ((["Flat white"], ["a" * 64]), (["Flat white"], ["b" * 64])),
        ((["Flat white"], ["a" * 64]), (["Flat white"], [])),
        ((["a", "b"], []), (["a b"], [])),
        ((["", "aa"], []), (["aa"], [])),
    ],
)
def test_what_differs_in_a_word_a_link_or_a_file_has_two(
    one: tuple[list[str], list[str]], other: tuple[list[str], list[str]]
) -> None:
    assert duplicates.fingerprint(*one) != duplicates.fingerprint(*other)


def test_a_post_without_words_and_files_says_nothing() -> None:
    assert duplicates.fingerprint(["  "], []) == ""


@pytest.mark.parametrize("state", [State.SCHEDULED, State.PUBLISHING, State.PUBLISHED, State.UNCONFIRMED])
@pytest.mark.parametrize("days", [-6, 6])
def test_the_same_within_a_week_before_or_after_is_refused_until_it_is_meant(
    compose: Compose, now: datetime, state: str, days: int
) -> None:
    first = compose("Flat white", once=True, due=now + timedelta(days=10 + days))
    Delivery.objects.filter(pk=first.pk).update(state=state)
    second = compose("flat  white")
    due = now + timedelta(days=10)
    with pytest.raises(SaidBefore) as refused:
        scheduling.schedule(second.post, due)
    assert [twin.pk for twin in refused.value.twins] == [first.pk]
    second.refresh_from_db()
    assert second.state == State.DRAFT
    scheduling.schedule(second.post, due, again=True)
    second.refresh_from_db()
    assert (second.state, second.is_repeat) == (State.SCHEDULED, True)


@pytest.mark.parametrize("state", [State.DRAFT, State.FAILED, State.MISSED, State.CANCELLED])
def test_what_never_went_out_is_no_twin(compose: Compose, now: datetime, state: str) -> None:
    first = compose("Flat white", once=True, due=now + timedelta(days=1))
    Delivery.objects.filter(pk=first.pk).update(state=state)
    compose("Flat white", once=True, due=now + timedelta(days=1))


def test_what_is_more_than_a_week_away_or_was_deleted_is_no_twin(compose: Compose, now: datetime) -> None:
    compose("Flat white", once=True, due=now + timedelta(days=1))
    compose("Flat white", once=True, due=now + timedelta(days=9))
    gone = compose("Cold brew", once=True, due=now + timedelta(days=1))
    Delivery.objects.filter(pk=gone.pk).update(state=State.PUBLISHED, removed_at=now)
    compose("Cold brew", once=True, due=now + timedelta(days=1))


def test_another_account_may_say_the_same(compose: Compose, account: ConnectedAccount, now: datetime) -> None:
    compose("Flat white", once=True, due=now + timedelta(days=1))
    other = compose("Flat white")
    account.pk, account.external_id = None, "2"
    account.save(force_insert=True)
    Delivery.objects.filter(pk=other.pk).update(account=account)
    scheduling.schedule(other.post, now + timedelta(days=1))


def test_a_copy_that_nobody_changed_is_asked_about(compose: Compose, mara: User, now: datetime) -> None:
    first = compose("Flat white", once=True, due=now)
    copy = scheduling.duplicate(first.post, mara.pk)
    with pytest.raises(SaidBefore, match="northwind has a post with the same text"):
        scheduling.publish_now(copy)


def test_one_yes_holds_for_later_tries_until_the_words_change(compose: Compose, now: datetime) -> None:
    compose("Flat white", once=True, due=now + timedelta(days=1))
    second = compose("Flat white")
    scheduling.schedule(second.post, now + timedelta(days=1), again=True)
    Delivery.objects.filter(pk=second.pk).update(state=State.FAILED)
    scheduling.retry(second)
    compose("Cold brew", once=True, due=now + timedelta(days=1))
    Post.objects.filter(pk=second.post_id).update(parts=["Cold brew"])
    Delivery.objects.filter(pk=second.pk).update(state=State.FAILED)
    second.refresh_from_db()
    with pytest.raises(SaidBefore):
        scheduling.retry(second)


def test_files_are_compared_by_what_is_in_them(compose: Compose, workspace: Workspace, now: datetime) -> None:
    made = []
    for digest in ("a" * 64, "a" * 64, "b" * 64):
        delivery = compose("Flat white")
        facts = {"mime": "image/jpeg", "size": 10, "width": 10, "height": 10}
        row = MediaFile.objects.create(workspace=workspace, sha256=digest, name="beans.jpg", **facts)
        delivery.post.placed.create(media=row)
        made.append(delivery)
    scheduling.schedule(made[0].post, now + timedelta(days=1))
    with pytest.raises(SaidBefore):
        scheduling.schedule(made[1].post, now + timedelta(days=1))
    scheduling.schedule(made[2].post, now + timedelta(days=1))


def test_the_question_is_one_query_over_an_index(compose: Compose, now: datetime) -> None:
    twin = compose("Flat white", once=True, due=now)
    said = [(twin.account_id, duplicates.fingerprint(["Flat white"], [])), (99, "x"), (98, "")]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = duplicates.find_twins(said, now, besides=None)
        assert [each.post.headline for each in found] == ["Flat white"]
        assert found[0].account.handle == "northwind"
    assert len(asked) == 1


def test_new_words_for_a_live_post_are_what_is_compared(
    compose: Compose, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compose("Flat white", once=True, due=now)
    Delivery.objects.filter(pk=first.pk).update(state=State.PUBLISHED, remote_id="post-1")
    first.refresh_from_db()
    monkeypatch.setattr(live, "can_edit", lambda delivery: True)
    monkeypatch.setattr(live, "_change", lambda *args, **more: None)
    live.edit(first, "Cold brew", {})
    compose("Flat white", once=True, due=now)
    with pytest.raises(SaidBefore):
        compose("Cold brew", once=True, due=now)


def test_the_composer_warns_with_the_way_to_the_twin_and_asks_for_a_yes(
    client: Client, mara: User, compose: Compose, account: ConnectedAccount, now: datetime
) -> None:
    client.force_login(mara)
    twin = compose("Flat white", once=True, due=now + timedelta(days=1))
    form = {"text": "Flat white!".rstrip("!"), "channel": account.pk, "when": "now", "act": "go"}
    checked = client.post("/w/northwind-coffee/compose/check/", form).content.decode()
    assert f'href="/w/northwind-coffee/posts/{twin.post_id}/"' in checked
    assert "Northpost refuses what it has just been told." in checked
    assert "Post it again on purpose" in checked
    refused = client.post("/w/northwind-coffee/compose/", form)
    assert refused.status_code == 422
    assert "Say that you mean it, or change the text." in refused.content.decode()
    assert Delivery.objects.exclude(pk=twin.pk).get().state == State.DRAFT
    post = Delivery.objects.exclude(pk=twin.pk).get().post_id
    sent = client.post(f"/w/northwind-coffee/posts/{post}/edit/", {**form, "post": post, "again": "1"})
    assert sent.headers["Location"] == f"/w/northwind-coffee/posts/{post}/"
    assert Delivery.objects.get(post=post).is_repeat
