"""Removing a live post from its platform: the one change that a published delivery still takes."""

from __future__ import annotations

from accounts import credentials, network, tokens
from publishing import recording
from publishing.clock import database_now
from publishing.models import Delivery
from publishing.scheduling import NotAllowed
from publishing.states import State
from socialhub.platforms.api import Api
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.transport import Exchange


def can_remove(delivery: Delivery) -> bool:
    """Whether there is something live that the platform lets us take down."""
    publishing = delivery.account.connector.publishing
    can = publishing is not None and publishing.delete is not None
    return (
        can and delivery.state == State.PUBLISHED and bool(delivery.remote_id) and delivery.removed_at is None
    )


def remove(delivery: Delivery) -> None:
    """Delete the post on the platform, the last part of a thread first; our record of it stays.

    Raises :class:`NotAllowed` with what the platform says when it refuses. Repeating is harmless: what is gone
    already counts as removed.
    """
    publishing = delivery.account.connector.publishing
    if not can_remove(delivery) or publishing is None or publishing.delete is None:
        raise NotAllowed("This cannot be deleted from here.")
    heard: list[Exchange] = []
    try:
        account = tokens.authorised(delivery.account)
        app = credentials.find_app(
            delivery.account.workspace, delivery.account.login_method, delivery.account.host
        )
        connector = delivery.account.connector
        api = Api(
            connector.key,
            connector.service,
            network.transport(),
            account=account,
            app=app,
            record=heard.append,
        )
        for post_id in reversed(publishing.live_ids(delivery.remote_id, delivery.facts)):
            publishing.delete(api, account, post_id)
    except PlatformError as error:
        recording.write(
            delivery.pk,
            "person",
            at=database_now(),
            note="Could not be deleted.",
            exchanges=heard,
            error=error,
        )
        raise NotAllowed(error.user_message) from None
    now = database_now()
    Delivery.objects.filter(pk=delivery.pk).update(removed_at=now, next_at=None, step="")
    recording.write(delivery.pk, "person", at=now, note="Deleted on the platform.", exchanges=heard)
