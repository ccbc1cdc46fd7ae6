"""The page on which a person allows or denies what an app asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.wrappers import Response

from .pages import page
from .records import Account, App, Person
from .simulator import Call

PERSON = "_person"


@dataclass(frozen=True)
class Ask:
    """What the app wants. `scopes` are pairs of name and meaning; `pick` says how many accounts are chosen:
    one, many or none.
    """

    app: App
    scopes: tuple[tuple[str, str], ...]
    accounts_of: Callable[[str], list[Account]]
    pick: str = "one"
    may_decline: bool = False


@dataclass(frozen=True)
class Decision:
    """What the person answered."""

    allowed: bool
    person: str
    scopes: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


def decide(call: Call, ask: Ask) -> Decision | Response:
    """The person's answer if the form came back, else the page with the form."""
    persons = list(call.world.persons)
    chosen = call.request.values.get(PERSON, "")
    person = call.world.persons.get(chosen) or _first_with_accounts(persons, ask)
    if call.method != "POST":
        return _page(call, ask, person, persons)
    form = call.request.form
    asked = [name for name, _ in ask.scopes]
    scopes = [name for name in asked if not ask.may_decline or name in form.getlist("scope")]
    own = [account.id for account in ask.accounts_of(person.id)]
    accounts = [account for account in form.getlist("account") if account in own]
    allowed = form.get("decision") == "allow" and (ask.pick == "none" or bool(accounts))
    declined = tuple(name for name in asked if name not in scopes)
    return Decision(allowed, person.id, tuple(scopes), tuple(accounts), declined)


def _first_with_accounts(persons: list[Person], ask: Ask) -> Person:
    return next((person for person in persons if ask.accounts_of(person.id)), persons[0])


def _page(call: Call, ask: Ask, person: Person, persons: list[Person]) -> Response:
    title = f"{ask.app.name} wants access"
    accounts = ask.accounts_of(person.id)
    body = Markup(
        '<section class="card consent"><p class="over">{platform} · {host}</p><h1>{title}</h1>'
        '<p class="quiet">It will be able to act for you within what you allow here.</p>{persons}'
        '<form method="post"><input type="hidden" name="{field}" value="{person}">{accounts}{scopes}'
        '<div class="actions"><button name="decision" value="allow" class="primary"{disabled}>Allow</button>'
        '<button name="decision" value="deny">Deny</button></div></form></section>'
    ).format(
        platform=call.simulator.name,
        host=call.host,
        title=title,
        persons=_persons(call, person, persons),
        field=PERSON,
        person=person.id,
        accounts=_accounts(ask, person, accounts),
        scopes=_scopes(ask),
        disabled=Markup(" disabled") if ask.pick != "none" and not accounts else "",
    )
    return page(title, body, narrow=True)


def _persons(call: Call, person: Person, persons: list[Person]) -> Markup:
    others = Markup("").join(
        Markup('<li><a href="?{query}">{name}</a></li>').format(
            query=urlencode(
                [
                    *((key, value) for key, value in call.request.args.items(multi=True) if key != PERSON),
                    (PERSON, other.id),
                ]
            ),
            name=other.name,
        )
        for other in persons
        if other.id != person.id
    )
    return Markup(
        '<div class="signed-in"><p>Signed in as <strong>{}</strong></p><details><summary>Not'
        " you?</summary><ul>{}</ul></details></div>"
    ).format(person.name, others)


def _accounts(ask: Ask, person: Person, accounts: list[Account]) -> Markup:
    if ask.pick == "none":
        return Markup("")
    if not accounts:
        return Markup('<p class="notice">{} has no account here that could be connected.</p>').format(
            person.name
        )
    kind = "checkbox" if ask.pick == "many" else "radio"
    lines = Markup("").join(
        Markup(
            '<li><label><input type="{}" name="account"'
            ' value="{}"{}><span><strong>{}</strong><small>{}</small></span></label></li>'
        ).format(
            kind,
            account.id,
            Markup(" checked") if ask.pick == "many" or place == 0 else "",
            account.name,
            account.handle,
        )
        for place, account in enumerate(accounts)
    )
    return Markup("<fieldset><legend>Account</legend><ul>{}</ul></fieldset>").format(lines)


def _scopes(ask: Ask) -> Markup:
    lock = "" if ask.may_decline else Markup(" disabled")
    lines = Markup("").join(
        Markup(
            '<li><label><input type="checkbox" name="scope" value="{}"'
            " checked{}><span><strong>{}</strong><small>{}</small></span></label></li>"
        ).format(name, lock, name, meaning)
        for name, meaning in ask.scopes
    )
    return Markup("<fieldset><legend>Permissions</legend><ul>{}</ul></fieldset>").format(lines)
