"""Analytics of pins and of the account (https://developers.pinterest.com/docs/api/v5/pins-analytics)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.growth import bend
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply

from .figures import ACCOUNT, RATES, names_for, told_of_account, told_of_pin
from .server import API, refusal, simulator, wrong

ANALYTICS = Limit("org_analytics", 300, 60)
FARTHEST = 90
MOST_PINS = 100
SPAN = {
    "start_date": Field(required=True),
    "end_date": Field(required=True),
    "app_types": Field(choices=("ALL", "MOBILE", "TABLET", "WEB")),
    "ad_account_id": Field(),
}
OF_PIN = {**SPAN, "metric_types": Field(required=True), "split_field": Field(choices=("NO_SPLIT",))}
OF_PINS = {**SPAN, "metric_types": Field(required=True), "pin_ids": Field(required=True)}
OF_ACCOUNT = {
    **SPAN,
    "metric_types": Field(),
    "from_claimed_content": Field(choices=("OTHER", "CLAIMED", "BOTH")),
    "pin_format": Field(),
    "content_type": Field(choices=("ALL", "PAID", "ORGANIC")),
    "source": Field(choices=("ALL", "YOUR_PINS", "OTHER_PINS")),
    "split_field": Field(choices=("NO_SPLIT",)),
}


@simulator.route(
    "GET", "/v5/user_account/analytics", host=API, scopes=("user_accounts:read",), limit=ANALYTICS
)
def of_account(call: Call) -> Response:
    """For business accounts alone."""
    wish = call.query(OF_ACCOUNT)
    if call.account.kind != "BUSINESS":
        raise refusal("no_analytics")
    names = _names(call, wish, {*ACCOUNT, *RATES})
    return reply(told_of_account(call.world, call.account, names, _days(call, wish)))


@simulator.route(
    "GET", "/v5/pins/<pin>/analytics", host=API, scopes=("boards:read", "pins:read"), limit=ANALYTICS
)
def of_pin(call: Call) -> Response:
    """One pin of the account."""
    wish = call.query(OF_PIN)
    pin = simulator.live_post(call.world, call.args["pin"])
    if pin is None:
        raise refusal("50")
    if pin.account != call.token.account:
        raise refusal("29")
    return reply(told_of_pin(call.world, pin, _names(call, wish, names_for(pin)), _days(call, wish)))


@simulator.route("GET", "/v5/pins/analytics", host=API, scopes=("boards:read", "pins:read"), limit=ANALYTICS)
def of_pins(call: Call) -> Response:
    """Up to a hundred pins, for apps that may; one that is not the account's own fails them all."""
    wish = call.query(OF_PINS)
    app = call.world.apps.get(call.token.client_id)
    if app is not None and not app.extra["many"]:
        raise refusal("29")
    keys = call.request.args.getlist("pin_ids")
    if len(keys) > MOST_PINS:
        raise wrong(f"'pin_ids' has more than {MOST_PINS} items.")
    found: list[Post] = []
    for key in keys:
        pin = simulator.live_post(call.world, key)
        if pin is None or pin.account != call.token.account:
            raise refusal("7")
        found.append(pin)
    known = set.intersection(*(names_for(pin) for pin in found))
    names, days = _names(call, wish, known), _days(call, wish)
    return reply({pin.id: told_of_pin(call.world, pin, names, days) for pin in found})


def _names(call: Call, wish: dict[str, Any], known: set[str]) -> list[str]:
    names: list[str] = wish["metric_types"].split(",") if "metric_types" in wish else sorted(known)
    dead = set(bend(call.world, simulator.key).unknown)
    for name in names:
        if name not in known or name in dead:
            raise wrong(f"'{name}' is not one of the allowed values of 'metric_types'.")
    return names


def _days(call: Call, wish: dict[str, Any]) -> list[date]:
    try:
        first, last = date.fromisoformat(wish["start_date"]), date.fromisoformat(wish["end_date"])
    except ValueError:
        raise wrong("Dates are written YYYY-MM-DD.") from None
    today = datetime.fromtimestamp(call.now, UTC).date()
    if first < today - timedelta(days=FARTHEST):
        raise wrong("'start_date' is more than 90 days back.", 6126)
    if not first <= last <= first + timedelta(days=FARTHEST):
        raise wrong("'end_date' is before 'start_date' or more than 90 days past it.", 6126)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
