"""Who the token stands for, and the pages that a member has a role in
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control).
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .refusing import named, wrong
from .server import API, MEMBER, ORGANIZATION, member_urn, simulator

ADMIN = ("r_organization_admin", "rw_organization_admin")


@simulator.route("GET", "/v2/userinfo", host=API, scopes=("openid",))
def read_me(call: Call) -> Response:
    """The OpenID Connect form."""
    account = call.account
    first, _, last = account.name.partition(" ")
    picture = f"https://media.licdn.com/{account.id}.jpg"
    names = {"name": account.name, "given_name": first, "family_name": last}
    locale = {"country": "US", "language": "en"}
    return reply({"sub": account.id, **names, "picture": picture, "locale": locale})


@simulator.route("GET", "/rest/organizationAcls", host=API, scopes=ADMIN)
def list_roles(call: Call) -> Response:
    """The member's roles, whatever they are."""
    wish = call.query(
        {
            "q": Field(required=True, choices=("roleAssignee",)),
            "role": Field(),
            "state": Field(),
            "start": Field("int"),
            "count": Field("int"),
        }
    )
    member = f"urn:li:{MEMBER}:{call.token.account}"
    start, count = wish.get("start", 0), wish.get("count", 10)
    if not 0 < count <= 100:
        raise wrong("PARAM_INVALID", "count", "must be between 1 and 100")
    found = [
        {
            "organization": member_urn(account),
            "roleAssignee": member,
            "role": account.extra["roles"][call.token.account],
            "state": "APPROVED",
        }
        for account in call.world.accounts.where(platform=simulator.key, kind=ORGANIZATION)
        if call.token.account in account.extra["roles"]
        and wish.get("role") in (None, account.extra["roles"][call.token.account])
    ]
    paging = {"start": start, "count": count, "total": len(found), "links": []}
    return reply({"elements": found[start : start + count], "paging": paging})


@simulator.route("GET", "/rest/organizations/<id>", host=API, scopes=ADMIN)
def read_organization(call: Call) -> Response:
    """One page that the member has a role in."""
    account = call.world.accounts.get(call.args["id"])
    if account is None or account.kind != ORGANIZATION:
        raise named("NOT_FOUND")
    if call.token.account not in account.extra["roles"]:
        raise named("ACCESS_DENIED")
    return reply(
        {"id": int(account.id), "localizedName": account.name, "vanityName": account.handle[1:], "logoV2": {}}
    )
