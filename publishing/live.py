"""Changing what is live: taking a post down, giving it other words. A published delivery takes no other change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from accounts import credentials, limits, network, tokens
from accounts.clock import database_now, in_line
from accounts.signals import tell_deed
from publishing import recording
from publishing.contents import content_of, options_of
from publishing.duplicates import fingerprint_of
from publishing.models import Delivery
from publishing.scheduling import Blocked, NotAllowed
from publishing.states import State
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.rules import Severity
from socialhub.platforms.transport import Exchange
from socialhub.platforms.values import Account, Kind


def can_remove(delivery: Delivery) -> bool:
    """Whether there is something live that the platform lets us take down."""
    publishing = delivery.account.connector.publishing
    return publishing is not None and publishing.delete is not None and _is_there(delivery)


def can_edit(delivery: Delivery) -> bool:
    """Whether there is something live whose words the platform lets us change. Threads are left alone."""
    publishing = delivery.account.connector.publishing
    can = publishing is not None and publishing.edit is not None and delivery.kind != Kind.THREAD
    return can and _is_there(delivery) and delivery.next_at is None


def _is_there(delivery: Delivery) -> bool:
    return delivery.state == State.PUBLISHED and bool(delivery.remote_id) and delivery.removed_at is None


def remove(delivery: Delivery) -> None:
    """Delete the post on the platform, the last part of a thread first; our record of it stays.

    Raises :class:`NotAllowed` with what the platform says when it refuses. Repeating is harmless: what is gone
    already counts as removed.
    """
    if not can_remove(delivery):
        raise NotAllowed("This cannot be deleted from here.")

    def delete(publishing: Publishing, api: Api, account: Account) -> None:
        assert publishing.delete is not None
        for post_id in reversed(publishing.live_ids(delivery.remote_id, delivery.facts)):
            publishing.delete(api, account, post_id)

    _change(
        delivery, delete, step="delete_live", done="Deleted on the platform.", failed="Could not be deleted."
    )
    Delivery.objects.filter(pk=delivery.pk).update(removed_at=database_now(), next_at=None, step="")
    tell_deed("delivery.deleted_live", workspace=delivery.workspace_id, subject=delivery)


def edit(delivery: Delivery, text: str, options: Mapping[str, Any]) -> None:
    """Give a live post another text and other answers to those options that can be changed.

    Raises :class:`Blocked` where the rules forbid it and :class:`NotAllowed` with what the platform says when it
    refuses. Repeating is harmless: the same words are set again.
    """
    if not can_edit(delivery):
        raise NotAllowed("This cannot be changed from here.")
    connector = delivery.account.connector
    content = replace(content_of(delivery), text=text)
    changed = dict(delivery.options) | dict(options)
    answers = options_of(delivery) | dict(options)
    broken = connector.check(content, delivery.account.value(), answers)
    if errors := tuple(each for each in broken if each.severity is Severity.ERROR):
        raise Blocked({delivery.pk: errors})
    resolved = connector.options.resolve(content.kind, answers)

    def change(publishing: Publishing, api: Api, account: Account) -> None:
        assert publishing.edit is not None
        publishing.edit(api, account, delivery.remote_id, content, resolved)

    _change(
        delivery, change, step="edit_live", done="Changed on the platform.", failed="Could not be changed."
    )
    delivery.own_parts = [text]
    said = fingerprint_of(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(own_parts=[text], options=changed, fingerprint=said)
    tell_deed("delivery.edited_live", workspace=delivery.workspace_id, subject=delivery)


def _change(
    delivery: Delivery, act: Callable[[Publishing, Api, Account], None], *, step: str, done: str, failed: str
) -> None:
    """Let one act happen with the account's own token, and write down what was said. A limit that is known is not
    tried, and what is told of limits is shared.
    """
    connector = delivery.account.connector
    assert connector.publishing is not None
    closed = limits.cooling(delivery.account, database_now(), step)
    if closed is not None:
        raise NotAllowed(f"{closed.reason} Try again after {closed.until:%H:%M} UTC.")
    heard: list[Exchange] = []
    api: Api | None = None
    try:
        account = tokens.authorised(delivery.account)
        app = credentials.find_app(
            delivery.account.workspace, delivery.account.login_method, delivery.account.host
        )
        api = Api(
            connector.key, connector.service, network.transport(),
            account=account, app=app, record=heard.append,
        )  # fmt: skip
        act(connector.publishing, api, account)
    except PlatformError as error:
        recording.write(
            delivery.pk, "person", at=database_now(), note=failed, exchanges=heard, error=error
        )  # fmt: skip
        raise NotAllowed(error.user_message) from None
    finally:
        if api is not None:
            with in_line():
                limits.hear(delivery.account, step, list(api.heard.values()), database_now())
    recording.write(delivery.pk, "person", at=database_now(), note=done, exchanges=heard)
