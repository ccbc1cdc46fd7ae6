"""Calls about accounts: by Facebook Login through the Page that an account is linked to, by Instagram Login through
the account itself (https://developers.facebook.com/docs/instagram-platform/webhooks).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.calling import (
    Calling,
    listen,
    listeners,
    send_event,
    tell_of_person,
)
from socialhub.platforms.connectors._graph.sandbox.simulator import GraphSimulator, read
from socialhub.platforms.sandbox.records import App
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

TOPIC = "instagram"
NEEDED = {
    "comments": "instagram_business_manage_comments",
    "mentions": "instagram_business_manage_comments",
    "messages": "instagram_business_manage_messages",
}


class LinkedCalling(Calling):
    """Both ways. The fields that a Page's subscription names are the Page's, and none of them is needed."""

    page_topic = "page"

    def __init__(self, simulator: GraphSimulator, own_host: str) -> None:
        super().__init__(simulator, TOPIC, frozenset(NEEDED))
        route = simulator.route
        route("POST", "/<node>/subscribed_apps", host=own_host, scopes=("basic",))(self.enable)
        route("GET", "/<node>/subscribed_apps", host=own_host, scopes=("basic",))(self.enabled)
        route("DELETE", "/<node>/subscribed_apps", host=own_host, scopes=("basic",))(self.unsubscribe)

    def enable(self, call: Call) -> Response:
        """An account lets the app hear of it. Fields whose permission is missing are dropped without a word."""
        wish = read(call, {"subscribed_fields": Field(required=True)})
        asked = [name for name in wish["subscribed_fields"].split(",") if name in NEEDED]
        listen(call.account, call.token.client_id, [n for n in asked if NEEDED[n] in call.token.scopes])
        return reply({"success": True})

    def enabled(self, call: Call) -> Response:
        """What the app hears. Its id is left out, as no page shows which one would stand there."""
        read(call, {})
        fields = listeners(call.account).get(call.token.client_id)
        return reply({"data": [] if fields is None else [{"subscribed_fields": fields}]})

    def tell(self, world: World, account: str, field: str, entry: dict[str, Any]) -> int:
        """Tell every app that listens to a field; gives how many."""
        return self._tell_linked(world, account, field, entry) + self._tell_own(world, account, field, entry)

    def _tell_linked(self, world: World, account: str, field: str, entry: dict[str, Any]) -> int:
        pages = world.accounts.where(platform=self.simulator.key, kind="page")
        count = 0
        for client in [c for page in pages if page.extra.get("linked") == account for c in listeners(page)]:
            app = world.apps.get(client)
            line = app.extra.get("subscriptions", {}).get(TOPIC, {}) if app else {}
            if app is not None and field in line.get("fields", ()):
                send_event(world, self.simulator, app, line["callback_url"], _body(world, account, entry))
                count += 1
        return count

    def _tell_own(self, world: World, account: str, field: str, entry: dict[str, Any]) -> int:
        """As in the samples of this login: in a list, and a change right in its entry."""
        flat = {**entry, **(entry["changes"][0] if "changes" in entry else {})}
        flat.pop("changes", None)
        count = 0
        for client, fields in listeners(world.accounts.get(account)).items():
            app = world.apps.get(client)
            url = self.simulator.callback(app, "webhook") if app else ""
            if app is not None and url and field in fields:
                send_event(world, self.simulator, app, url, [_body(world, account, flat)])
                count += 1
        return count


def tell_people(world: World, simulator: GraphSimulator, app: App, person: str, *, erase: bool) -> int:
    """A request for each id that the app has of the person: the two ways in know different ones."""
    known: set[str] = set()
    for token in world.tokens.where(platform=simulator.key, person=person, client_id=app.client_id):
        account = world.accounts.get(token.account)
        is_own = token.kind.endswith("instagram_token") and account is not None
        known.add(str(account.extra["app_scoped_id"]) if is_own and account is not None else "")
    return sum(
        tell_of_person(world, simulator, app, person, erase=erase, known_as=number)
        for number in sorted(known)
    )


def _body(world: World, account: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"object": TOPIC, "entry": [{"id": account, "time": int(world.clock.now()), **entry}]}
