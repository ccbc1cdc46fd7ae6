"""Subscribing an account to the calls of our app: by Instagram Login the account itself, by Facebook Login the Page
that it is linked to (https://developers.facebook.com/docs/instagram-platform/webhooks, read 2026-07).

A Page has one subscription for each app, and one Meta app serves several platforms: what is there already is left as
it is, and only what we made is taken away.
"""

from __future__ import annotations

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.subscribing import heard_of, name_address, subscribers
from socialhub.platforms.events import Ask, Subscribed, Subscribing
from socialhub.platforms.values import Account

from .hosts import is_by_facebook

TOPIC = "instagram"
FIELDS = ("comments", "messages")
PAGE_FIELD = "feed"
"""Any field of the Page lets the calls about its linked account through."""
MADE = "made"


def subscribe(api: Api, account: Account, ask: Ask) -> Subscribed:
    """Make or mend it, and read it back: fields are dropped without a word."""
    kept = dict(ask.kept)
    if not is_by_facebook(account):
        api.post("me/subscribed_apps", form={"subscribed_fields": ",".join(FIELDS)})
    else:
        name_address(api, ask, TOPIC, FIELDS)
        if heard_of(api, _page(account), ask.app) is None:
            api.post(f"{_page(account)}/subscribed_apps", form={"subscribed_fields": PAGE_FIELD})
            kept[MADE] = True
    return _found(api, account, ask, kept) or Subscribed(frozenset(), missing=frozenset(FIELDS), kept=kept)


def check(api: Api, account: Account, ask: Ask) -> Subscribed | None:
    """What there is."""
    return _found(api, account, ask, dict(ask.kept))


def unsubscribe(api: Api, account: Account, ask: Ask) -> None:
    """End it. A Page that heard of us before goes on for whoever made that."""
    if not is_by_facebook(account):
        api.delete("me/subscribed_apps")
    elif ask.kept.get(MADE):
        api.delete(f"{_page(account)}/subscribed_apps")


def _found(api: Api, account: Account, ask: Ask, kept: dict[str, object]) -> Subscribed | None:
    if is_by_facebook(account):
        # The fields are the app's; the Page only has to be subscribed, and its own may be dropped.
        is_there = heard_of(api, _page(account), ask.app) is not None
        return Subscribed(frozenset(FIELDS), kept=kept) if is_there else None
    # Which app's id stands here is not documented; a token sees its own app.
    lines = subscribers(api, "me")
    if not lines:
        return None
    have = {str(name) for line in lines for name in line.get("subscribed_fields") or ()} & set(FIELDS)
    return Subscribed(frozenset(have), missing=frozenset(FIELDS) - have, kept=kept)


def _page(account: Account) -> str:
    """The linked Page, whose token the account has."""
    return str(account.extra.get("page_id") or "me")


subscribing = Subscribing(subscribe, check, unsubscribe)
