"""The page docs/compliance.md: what is kept and erased, and the papers for each platform's review of the app.

What can be read off the connectors is; the words around it stand in templates.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.urls import reverse

from compliance import leaving, retention
from compliance.erasers import ERASERS, KEPT
from compliance.exporting import LIFE
from compliance.periods import in_words
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import OAuth2


def to_markdown(address: str = "<PUBLIC_URL>") -> str:
    """The whole page."""
    lines = [_words("asked"), ""]
    lines += [f"{number}. {eraser.name}" for number, eraser in enumerate(ERASERS, start=1)]
    lines += ["", _words("stays"), *_tables(), "", _words("rights"), *_retention()]
    for connector in registry.connectors().values():
        lines += ["", *_platform(connector, address)]
    return "\n".join(lines) + "\n"


def _words(name: str) -> str:
    context = {"grace": in_words(leaving.GRACE), "life": in_words(LIFE)}
    return render_to_string(f"compliance/sheet/{name}.md", context).strip()


def _tables() -> Iterator[str]:
    yield ""
    yield "Tables that lead to an account, a workspace or a person and are left as they are, with the reason:"
    yield ""
    yield "| table | why |"
    yield "| --- | --- |"
    yield from (f"| `{table}` | {why} |" for table, why in KEPT.items())


def _retention() -> Iterator[str]:
    yield ""
    yield "## How long what is kept"
    yield ""
    yield "Where a platform's terms set an end, a sweep every hour erases what reaches it; elsewhere data is kept"
    yield "until somebody asks. Calls as they came are kept for 30 days at most. Where lost access leads to erasing,"
    yield "connecting again calls it off."
    yield ""
    yield "| platform | what | at most |"
    yield "| --- | --- | --- |"
    known = registry.connectors()
    for key, one, keep in retention.declared():
        yield f"| {known[key].name} | {one.name} | {in_words(keep)} |"
    yield ""
    yield "| platform | asked to erase | sign-in lost | disconnected here | beside other platforms |"
    yield "| --- | --- | --- | --- | --- |"
    for connector in known.values():
        policy = connector.policy
        cells = (
            connector.name,
            f"within {in_words(policy.erase_within)}",
            f"within {in_words(policy.erase_lost)}" if policy.erase_lost else "kept",
            f"within {in_words(policy.erase_within)}" if policy.erase_disconnected else "kept",
            "yes" if policy.may_mix_with_others else "never added up or ranked together",
        )
        yield f"| {' | '.join(cells)} |"


def _platform(connector: Connector, address: str) -> Iterator[str]:
    policy = connector.policy
    yield f"## {connector.name}"
    yield ""
    yield f"Terms: <{policy.source}>."
    yield ""
    yield "Addresses to paste:"
    yield ""
    yield from (f"- {label}: `{address}{path}`" for label, path in _addresses(connector))
    yield ""
    yield "Scopes, with the reason for each:"
    yield ""
    yield from _scopes(connector)
    yield ""
    yield "Rules for showing and using it:"
    yield ""
    yield from (f"- {rule}" for rule in policy.display)
    yield ""
    yield "For the review of the app:" if policy.review else "There is no review of apps."
    if policy.review:
        yield ""
        yield from (f"- [ ] {step}" for step in (*policy.review, *_common(connector)))


def _addresses(connector: Connector) -> Iterator[tuple[str, str]]:
    if connector.consents:
        yield "Redirect", reverse("accounts:callback", args=[connector.key])
    if connector.webhooks is not None:
        yield "Webhook", reverse("webhooks:receive", args=[connector.key])
    if connector.privacy is not None:
        yield "Deauthorise callback", reverse("compliance:deauthorise", args=[connector.key])
        yield "Data deletion callback", reverse("compliance:delete", args=[connector.key])


def _common(connector: Connector) -> Iterator[str]:
    yield "The addresses above are entered letter by letter, and answer over https."
    yield "The scopes above are asked for, no others, each with its reason."
    if connector.privacy is not None:
        yield "A deletion was asked on the platform with a test account, and its status page shows *Done*."
    else:
        yield "Access was withdrawn on the platform with a test account, and the compliance desk shows the request."


def _scopes(connector: Connector) -> Iterator[str]:
    for login in connector.logins:
        if not isinstance(login, OAuth2):
            yield f"- {login.label}: an app password, no scopes."
            continue
        asked = dict.fromkeys(login.scopes_for(sorted(connector.capabilities)))
        yield f"- {login.label}:"
        yield from (
            f"  - `{scope}`: {connector.policy.reasons.get(scope, 'not said yet')}" for scope in asked
        )
