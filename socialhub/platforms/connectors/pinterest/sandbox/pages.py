"""What a visitor of pinterest.com sees."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import (
    PostView,
    ProfileView,
    files_of,
    message_page,
    post_page,
    profile_page,
)
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.simulator import Call
from socialhub.platforms.sandbox.world import World

from .figures import carried, stands
from .server import SITE, simulator


@simulator.route("GET", "/<user>/", host=SITE)
def profile(call: Call) -> Response:
    """An account with its pins."""
    account = simulator.account_named(call.world, f"@{call.args['user']}")
    if account is None:
        return message_page("This page isn’t available", "Sorry! We couldn’t find that page.", 404)
    pins = call.world.live_posts(account=account.id)
    boards = [
        board for board in simulator.boards(call.world).where(account=account.id) if board.privacy == "PUBLIC"
    ]
    followers = str(stands(call.world, account).get("follower_count", ""))
    facts = (
        ("Followers", followers),
        ("Pins", str(len(pins))),
        ("Boards", ", ".join(board.name for board in boards)),
    )
    views = tuple(_view(call.world, pin) for pin in reversed(pins))
    return profile_page(
        ProfileView(simulator.name, SITE, account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/pin/<id>/", host=SITE)
def permalink(call: Call) -> Response:
    """One pin."""
    pin = simulator.live_post(call.world, call.args["id"])
    if pin is None:
        return message_page("This Pin isn’t available", "It may have been deleted.", 404)
    return post_page(simulator.name, (), _view(call.world, pin), ())


def _view(world: World, pin: Post) -> PostView:
    account = world.accounts.get(pin.account)
    board = simulator.boards(world).get(pin.extra["board"])
    sections = dict(board.sections) if board else {}
    badges = [board.name if board else "", sections.get(pin.extra["section"], ""), pin.extra["link"]]
    told = carried(world, pin)["lifetime_metrics"]
    badges += [f"{told[name]} {name}s" for name in ("reaction", "comment") if name in told]
    return PostView(
        name=account.name if account else "",
        handle=account.handle if account else "",
        url=pin.url,
        at=pin.created_at,
        text="\n".join(part for part in (pin.extra["title"], pin.text) if part),
        media=files_of(world, pin),
        badges=tuple(badge for badge in badges if badge),
    )
