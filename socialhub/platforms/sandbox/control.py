"""The control API under `/_control/` (JSON) and the start page: for tests, demos and curious people, no
part of any platform.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from . import withdrawing
from .cast import add_cast
from .consent import PERSON
from .faults import UnknownFaultError
from .growth import Bend
from .pages import local, message_page, page
from .records import App, Person
from .simulator import Simulator, reply

if TYPE_CHECKING:
    from .app import Sandbox

Command = Callable[["Sandbox", dict[str, Any]], Any]


class WrongCommandError(ValueError):
    """The control API cannot do what was asked; the text says why."""


def command(sandbox: Sandbox, request: Request, path: str) -> Response:
    """Carry out one command: a body or query of plain names, an answer in JSON."""
    try:
        wish = json.loads(request.get_data() or b"{}") if request.method == "POST" else request.args.to_dict()
        run = COMMANDS.get((request.method, path))
        if run:
            return reply(run(sandbox, wish))
        return reply(_platform_command(sandbox, request.method, path, wish))
    except (WrongCommandError, UnknownFaultError) as error:
        return reply({"error": str(error)}, 400)
    except (KeyError, TypeError, ValueError) as error:
        return reply({"error": f"{type(error).__name__}: {error}"}, 400)


def _platform_command(sandbox: Sandbox, method: str, path: str, wish: dict[str, Any]) -> Any:
    start, _, rest = path.partition("/")
    key, _, noun = rest.partition("/")
    if start != "platforms" or not noun:
        raise WrongCommandError(
            f"no command {method} {path}; there are {', '.join(' '.join(known) for known in COMMANDS)}"
        )
    simulator = _simulator(sandbox, key)
    run = simulator.controls.get((method, noun))
    if run is None:
        known = ", ".join(" ".join(names) for names in simulator.controls)
        raise WrongCommandError(f"{key} knows {known or 'no command of its own'}")
    with sandbox.world.lock:
        return run(sandbox.world, wish)


def _simulator(sandbox: Sandbox, key: str) -> Simulator:
    for simulator in sandbox.simulators:
        if simulator.key == key:
            return simulator
    raise WrongCommandError(
        f"platform must be one of {', '.join(simulator.key for simulator in sandbox.simulators)}"
    )


def _create_app(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    app = _simulator(sandbox, str(wish.get("platform", ""))).create_app(sandbox.world, wish)
    sandbox.world.issue(app.platform, "client_secret", app.client_secret)
    return {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "name": app.name,
        "redirect_uris": app.redirect_uris,
        # What else an admin copies from the developer page.
        **app.extra.get("entered", {}),
    }


def _list_apps(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    return [_app_line(app) for app in sandbox.world.apps]


def _app_line(app: App) -> dict[str, Any]:
    return {
        "platform": app.platform,
        "host": app.host,
        "client_id": app.client_id,
        "name": app.name,
        "redirect_uris": app.redirect_uris,
    }


def _create_person(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    person = sandbox.world.persons.add(Person(id=wish["id"], name=wish["name"]))
    return dict(vars(person))


def _create_account(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    if not sandbox.world.persons.get(str(wish.get("person", ""))):
        raise WrongCommandError(
            f"person must be one of {', '.join(person.id for person in sandbox.world.persons)}"
        )
    simulator = _simulator(sandbox, str(wish.pop("platform", "")))
    account = simulator.create_account(sandbox.world, wish)
    return {**vars(account), "url": simulator.profile_url(account)}


def _list_accounts(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    lines = []
    for simulator in sandbox.simulators:
        lines += [
            {**vars(account), "url": simulator.profile_url(account)}
            for account in sandbox.world.accounts.where(platform=simulator.key)
        ]
    return lines


def _posts(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    world = sandbox.world
    with world.lock:
        lines = []
        for post in world.live_posts(**wish):
            account = world.accounts.get(post.account)
            files = [media for key in post.media if (media := world.media.get(key))]
            lines.append(
                {
                    "platform": post.platform,
                    "host": post.host,
                    "account": post.account,
                    "handle": account.handle if account else "",
                    "id": post.id,
                    "url": post.url,
                    "text": post.text,
                    "created_at": post.created_at,
                    "reply_to": post.reply_to,
                    "media": [
                        {
                            "id": file.id,
                            "mime": file.mime,
                            "size": file.size,
                            "sha256": world.blobs.sha256(file.blob),
                            "alt": file.alt,
                        }
                        for file in files
                    ],
                    **_simulator(sandbox, post.platform).describe_post(world, post.id),
                }
            )
        return lines


def _consent(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    """Answer a consent page as a person would; hands back where the browser is sent."""
    parts = urlsplit(wish["url"])
    own = parts.hostname in ("127.0.0.1", "localhost")
    path = parts.path if own else f"/{parts.netloc}{parts.path}"
    client = Client(sandbox, Response)
    person = {PERSON: wish["person"]} if "person" in wish else {}
    shown = client.get(path, query_string=parts.query)
    if shown.status_code != 200:
        return {
            "status": shown.status_code,
            "location": shown.headers.get("Location"),
            "body": shown.get_data(as_text=True),
        }
    choices: dict[str, Any] = {"decision": "deny" if wish.get("deny") else "allow", **person}
    offered = client.get(
        path, query_string=f"{parts.query}&{PERSON}={wish['person']}" if person else parts.query
    ).get_data(as_text=True)
    choices["account"] = wish.get("accounts") or _checked(offered, "account")
    choices["scope"] = wish.get("scopes") or _checked(offered, "scope")
    answer = client.post(path, query_string=parts.query, data=choices)
    return {"status": answer.status_code, "location": answer.headers.get("Location")}


def _checked(html: str, name: str) -> list[str]:
    mark = f'name="{name}" value="'
    tags = [tag for tag in html.split("<input ") if mark in tag]
    return [tag.split(mark, 1)[1].split('"', 1)[0] for tag in tags if " checked" in tag.split(">", 1)[0]]


def _add_fault(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    return sandbox.world.faults.add(wish).describe()


def _clear_faults(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    sandbox.world.faults.clear()
    return {}


def _set_clock(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    clock = sandbox.world.clock
    if "rate" in wish:
        clock.set_rate(float(wish["rate"]))
    clock.advance(float(wish.get("advance", 0)))
    return _clock(sandbox, wish)


def _clock(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    clock = sandbox.world.clock
    return {"now": clock.moment().isoformat(), "offset": clock.offset, "rate": clock.rate}


def _set_limits(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    sandbox.world.limits_enforced = bool(wish["enforce"])
    return {"enforce": sandbox.world.limits_enforced}


def _reset(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    """Back to the first day: posts, tokens, apps and faults are gone, the cast is there. The clock stays."""
    world = sandbox.world
    with world.lock:
        world.clear()
        add_cast(world)
        for simulator in sandbox.simulators:
            simulator.prepare(world)
    return {}


def _callbacks(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    """What an admin enters on a developer page: where an app is called. The platform checks the address at once."""
    simulator = _simulator(sandbox, str(wish.pop("platform", "")))
    client = wish.pop("client_id", "")
    with sandbox.world.lock:
        found = [
            app for app in sandbox.world.apps.where(platform=simulator.key) if client in ("", app.client_id)
        ]
        for app in found:
            app.extra = {**app.extra, "callbacks": {**app.extra.get("callbacks", {}), **wish}}
    # Without the lock: the hub may ask us something before it answers.
    return {"apps": {app.client_id: simulator.connect_callbacks(sandbox.world, app) for app in found}}


def _say(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    simulator = _simulator(sandbox, str(wish.pop("platform", "")))
    try:
        with sandbox.world.lock:
            return {"id": simulator.say(sandbox.world, **wish)}
    except LookupError as problem:
        raise WrongCommandError(str(problem)) from None


def say_from_page(sandbox: Sandbox, request: Request) -> Response:
    """A visitor's form on a public post page."""
    form = request.form
    wish = {name: form.get(name, "") for name in ("platform", "post", "person", "text", "parent")}
    if request.method != "POST" or not wish["text"].strip():
        return message_page("Nothing to say", "Go back and write something.", 400)
    try:
        _say(sandbox, wish)
    except WrongCommandError as problem:
        return message_page("That cannot be said here", str(problem), 404)
    return Response(status=303, headers={"Location": local_path(form.get("next", "/"))})


def local_path(path: str) -> str:
    """A path of the sandbox; anything else becomes its start page."""
    return path if path.startswith("/") and not path.startswith("//") else "/"


def _bend(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    """How a platform's figures differ from now on: late, mended, missing, unknown, too few. Without a wish: plain."""
    key = _simulator(sandbox, str(wish.pop("platform", ""))).key
    Bend(**wish)  # a strange word is refused here
    sandbox.world.bends[key] = wish
    return wish


def _past(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    """A post that an account made elsewhere, ``seconds`` ago."""
    world = sandbox.world
    account = world.accounts.get(str(wish["account"]))
    if account is None:
        raise WrongCommandError("there is no such account")
    at = world.clock.now() - float(wish["seconds"])
    try:
        with world.lock:
            return {
                "id": _simulator(sandbox, account.platform).past_post(world, account, wish["text"], at).id
            }
    except LookupError as problem:
        raise WrongCommandError(str(problem)) from None


def _withdraw(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, Any]:
    """A person removes apps from a platform's settings; all of theirs unless ``client_id`` names one."""
    simulator = _simulator(sandbox, str(wish["platform"]))
    clients = [
        app.client_id
        for app, person, _ in withdrawing.grants(sandbox.world, simulator)
        if person == wish["person"]
    ]
    for client in clients:
        if wish.get("client_id", client) == client:
            withdrawing.withdraw(
                sandbox.world,
                simulator,
                person=wish["person"],
                client_id=client,
                erase=bool(wish.get("erase")),
            )
    return {"apps": clients}


def _told(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    return list(sandbox.world.teller.told)


def _list_persons(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(vars(person)) for person in sandbox.world.persons]


def _list_faults(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    return sandbox.world.faults.describe()


def _issued(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, str]]:
    return list(sandbox.world.issued)


def _traffic(sandbox: Sandbox, wish: dict[str, Any]) -> dict[str, int]:
    return {"received": sandbox.world.received, "answered": sandbox.world.answered}


def _requests(sandbox: Sandbox, wish: dict[str, Any]) -> list[dict[str, Any]]:
    return list(sandbox.world.journal)


COMMANDS: dict[tuple[str, str], Command] = {
    ("POST", "apps"): _create_app,
    ("GET", "apps"): _list_apps,
    ("POST", "persons"): _create_person,
    ("GET", "persons"): _list_persons,
    ("POST", "accounts"): _create_account,
    ("GET", "accounts"): _list_accounts,
    ("POST", "consent"): _consent,
    ("POST", "callbacks"): _callbacks,
    ("POST", "say"): _say,
    ("POST", "withdraw"): _withdraw,
    ("POST", "figures"): _bend,
    ("POST", "past"): _past,
    ("GET", "told"): _told,
    ("POST", "faults"): _add_fault,
    ("GET", "faults"): _list_faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "clock"): _set_clock,
    ("GET", "clock"): _clock,
    ("POST", "limits"): _set_limits,
    ("GET", "issued"): _issued,
    ("GET", "requests"): _requests,
    ("GET", "traffic"): _traffic,
    ("GET", "posts"): _posts,
    ("POST", "reset"): _reset,
}


def start_page(sandbox: Sandbox) -> Response:
    """Everything there is, in one list."""
    world = sandbox.world
    sections = Markup("").join(_platform_card(sandbox, simulator) for simulator in sandbox.simulators)
    body = Markup(
        '<h1>The sandbox</h1><p class="quiet">World time {now}, running at {rate:g}×. {posts} posts are'
        " live, {apps} developer apps exist, {faults} faults are ordered.</p>"
        '{sections}<p class="quiet"><a href="/_apps/">Apps with access</a>. Steered through'
        " <code>/_control/</code>: {commands}.</p>"
    ).format(
        now=world.clock.moment().strftime("%Y-%m-%d %H:%M:%S UTC"),
        rate=world.clock.rate,
        posts=len(world.live_posts()),
        apps=len(world.apps),
        faults=len(world.faults.describe()),
        sections=sections,
        commands=", ".join(sorted({path for _, path in COMMANDS})),
    )
    return page("Sandbox", body)


def _platform_card(sandbox: Sandbox, simulator: Simulator) -> Markup:
    world = sandbox.world
    lines = Markup("").join(
        Markup('<li><a href="{}">{}</a><small>{} · {} posts</small></li>').format(
            local(simulator.profile_url(account)),
            account.name,
            f"{account.handle} {account.host}",
            len(world.live_posts(account=account.id, platform=simulator.key)),
        )
        for account in world.accounts.where(platform=simulator.key)
    )
    return Markup('<section class="card list"><h2>{}</h2><ul class="list">{}</ul></section>').format(
        simulator.name, lines
    )
