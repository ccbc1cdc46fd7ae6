"""Calls and polls come in any order: of two tellings of one item the newer stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import ConnectedAccount
from socialhub.platforms.inbox import Haul
from webhooks import hearing, processing, watching
from webhooks.models import Event, InboxItem, Incoming
from webhooks.tests.conftest import BODIES, Send
from webhooks.tests.talk import Talk, comment

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
OLD, NEW = "Is there oat milk?", "Is there oat milk, please?"


def _call(account: ConnectedAccount, text: str, received_at: datetime) -> Incoming:
    """A call of the made-up platform, whose calls say nothing of time."""
    return Incoming.objects.create(
        platform=account.platform, received_at=received_at, body=text.encode(), digest=text
    )


def _text() -> str:
    return InboxItem.objects.get().text


def test_by_the_platform_s_time_the_newer_stands(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(text=NEW, as_of=NOW - timedelta(minutes=5))])
    heard = hearing.keep(account, [comment(text=OLD, as_of=NOW - timedelta(minutes=9), is_hidden=True)])
    assert (heard.new, heard.changed, _text()) == (0, 0, NEW)
    assert not InboxItem.objects.get().is_hidden
    hearing.keep(account, [comment(text="Never mind.", as_of=NOW - timedelta(minutes=1))])
    assert _text() == "Never mind."


def test_an_older_telling_in_the_same_go_stands_behind(account: ConnectedAccount) -> None:
    newer, older = (
        comment(text=text, as_of=NOW - timedelta(minutes=ago)) for text, ago in ((NEW, 1), (OLD, 2))
    )
    hearing.keep(account, [newer, older])
    assert _text() == NEW


def test_an_older_telling_adds_what_was_not_known(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(text="", author=None, as_of=NOW)])
    hearing.keep(account, [comment(text=OLD, as_of=NOW - timedelta(minutes=9))])
    item = InboxItem.objects.get()
    assert item.contact is not None
    assert (item.text, item.contact.external_id) == (OLD, "ravi")


def test_an_older_telling_brings_back_nothing_that_was_emptied(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(as_of=NOW)])
    InboxItem.objects.update(text="", is_emptied=True)
    hearing.keep(account, [comment(as_of=NOW - timedelta(minutes=9))])
    assert _text() == ""


def test_a_time_ahead_of_us_stops_no_later_telling(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(text=OLD, as_of=NOW + timedelta(days=9))])
    hearing.keep(account, [comment(text=NEW)])
    assert _text() == NEW


def test_a_call_that_is_read_again_overwrites_no_later_one(account: ConnectedAccount) -> None:
    early = _call(account, OLD, NOW - timedelta(minutes=9))
    Incoming.objects.update(state=Incoming.State.FAILED)
    _call(account, NEW, NOW - timedelta(minutes=5))
    processing.process_all()
    processing.again(early)
    assert processing.process_all() == 1
    assert (_text(), Event.objects.count()) == (NEW, 2)


def test_a_call_that_came_before_a_poll_overwrites_nothing_of_it(
    talk: Talk, account: ConnectedAccount
) -> None:
    _call(account, OLD, NOW - timedelta(minutes=1))
    talk.hauls = [Haul((comment(text=NEW),))]
    watching.ensure()
    assert watching.ask_next()
    processing.process_all()
    assert _text() == NEW


def test_what_a_later_telling_confirmed_is_not_overwritten_by_one_in_between(
    account: ConnectedAccount,
) -> None:
    for text, ago in ((OLD, 9), (OLD, 1), (NEW, 5)):
        hearing.keep(account, [comment(text=text, as_of=NOW - timedelta(minutes=ago))])
    assert _text() == OLD


def test_what_a_poll_confirmed_is_not_overwritten_by_a_call_that_waited_since_before(
    talk: Talk, account: ConnectedAccount
) -> None:
    hearing.keep(account, [comment(text=NEW, as_of=NOW - timedelta(minutes=9))])
    _call(account, OLD, NOW - timedelta(minutes=5))
    talk.hauls = [Haul((comment(text=NEW),))]
    watching.ensure()
    assert watching.ask_next()
    processing.process_all()
    assert _text() == NEW


def test_a_call_that_comes_while_a_poll_is_under_way_is_newer(talk: Talk, account: ConnectedAccount) -> None:
    def call() -> None:
        _call(account, NEW, datetime.now(UTC))
        processing.process_all()

    talk.hauls, talk.trouble = [Haul((comment(text=OLD),))], call
    watching.ensure()
    assert watching.ask_next()
    assert _text() == NEW


def _facebook(verb: str, text: str, time: int) -> bytes:
    """A comment that was made at 100 seconds; ``time`` is when the call was sent."""
    value: dict[str, Any] = {
        "item": "comment", "verb": verb, "comment_id": "1_7", "post_id": "1_1", "created_time": 100,
        "from": {"id": "7", "name": "Ravi"}, "message": text,
    }  # fmt: skip
    changes = [{"field": "feed", "value": value}]
    return json.dumps(
        {**BODIES["facebook"], "entry": [{"id": "1", "time": time, "changes": changes}]}
    ).encode()


def test_a_comment_that_facebook_tells_after_its_edit_brings_no_old_words_back(
    accounts: dict[str, ConnectedAccount], send: Send
) -> None:
    send("facebook", _facebook("edited", NEW, 200))
    send("facebook", _facebook("add", OLD, 300))
    processing.process_all()
    assert _text() == NEW


def test_every_edit_on_facebook_is_heard(accounts: dict[str, ConnectedAccount], send: Send) -> None:
    for verb, text, time in (("add", OLD, 100), ("edited", "Oats?", 200), ("edited", NEW, 300)):
        send("facebook", _facebook(verb, text, time))
    processing.process_all()
    assert _text() == NEW
