"""The page where people see which apps they let in and take it back, and what the platforms then tell those apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from .pages import message_page, page
from .records import App
from .simulator import Simulator
from .world import World

if TYPE_CHECKING:
    from .app import Sandbox

ADDRESS = "_apps"


def apps_page(sandbox: Sandbox, request: Request) -> Response:
    """Everybody's apps with buttons to remove them; a POST removes one."""
    if request.method == "POST":
        return _remove(sandbox, request)
    lines = Markup("").join(
        _line(simulator, app, person, erased)
        for simulator in sandbox.simulators
        for app, person, erased in grants(sandbox.world, simulator)
    )
    body = Markup(
        '<h1>Apps with access</h1><p class="quiet">What each person let in, on every platform of the sandbox.</p>'
        '<section class="card list"><ul class="list">{}</ul></section>'
    ).format(lines or Markup('<li class="quiet">Nobody has let an app in.</li>'))
    return page("Apps with access", body)


def grants(world: World, simulator: Simulator) -> list[tuple[App, str, str]]:
    """App and person of each consent that lives or that was taken back with a wish to erase, with the link to its
    progress.
    """
    found: dict[tuple[str, str], tuple[App, str, str]] = {}
    for token in world.tokens.where(platform=simulator.key):
        app = world.apps.get(token.client_id)
        if app is None:
            continue
        status = app.extra.get("erasures", {}).get(token.person, "")
        if status or token.is_live(world.clock.now()):
            found[app.client_id, token.person] = (app, token.person, status)
    return list(found.values())


def withdraw(world: World, simulator: Simulator, *, person: str, client_id: str, erase: bool) -> None:
    """The person's consent ends: every token of it is dead, and the platform tells the app in its own way."""
    with world.lock:
        for token in world.tokens.where(platform=simulator.key, person=person, client_id=client_id):
            token.revoked = True
        app = world.apps.get(client_id)
        if app is not None:
            simulator.tell_withdrawal(world, app, person, erase=erase)


def _remove(sandbox: Sandbox, request: Request) -> Response:
    form = request.form
    for simulator in sandbox.simulators:
        if simulator.key == form.get("platform"):
            erase = form.get("act") == "erase"
            withdraw(
                sandbox.world, simulator, person=form["person"], client_id=form["client_id"], erase=erase
            )
            sandbox.changed.set()
            return Response(status=303, headers={"Location": f"/{ADDRESS}/"})
    return message_page("No such platform", "Go back and try again.", 404)


def _line(simulator: Simulator, app: App, person: str, status: str) -> Markup:
    asked = Markup('<a href="{}">Data deletion: see its progress</a>').format(status) if status else ""
    return Markup(
        "<li><strong>{name}</strong><small>{platform} · {person} {asked}</small>"
        '<form method="post"><input type="hidden" name="platform" value="{key}"><input type="hidden" name="person"'
        ' value="{person}"><input type="hidden" name="client_id" value="{client}"><div class="actions">'
        '<button name="act" value="remove">Remove</button><button name="act" value="erase">Remove and ask to delete'
        " my data</button></div></form></li>"
    ).format(
        name=app.name,
        platform=simulator.name,
        person=person,
        key=simulator.key,
        client=app.client_id,
        asked=asked,
    )
