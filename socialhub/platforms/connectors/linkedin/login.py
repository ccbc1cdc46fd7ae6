"""Connecting a member or a page
(https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow, read 2026-11).

Two ways in with two developer apps: LinkedIn wants the app for pages to have no other product, a scope that an app is
not approved for ends the whole login, and other scopes than before end a member's earlier tokens of that app.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from socialhub.platforms.login import AppField, LoginContext, OAuth2
from socialhub.platforms.values import Account, App, Capability, Tokens

from .rest import HEADERS, MEMBER, ORGANIZATION, mapping

POSTING = frozenset(
    {"ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}
)
PAGE, MOST_PAGES = 100, 5
FIELDS = (
    AppField("client_id", "Client ID"),
    AppField("client_secret", "Primary client secret", is_secret=True),
)

FIGURES = AppField(
    "figures",
    "Figures of profiles",
    required=False,
    help=(
        "Write “yes” if LinkedIn lets this app ask for r_member_postAnalytics and r_member_profileAnalytics."
        " Otherwise leave it empty, or nobody can log in."
    ),
)


def discover_member(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one member behind the token. The id is this app's own."""
    answer = context.api.get("v2/userinfo", headers=_bearer(tokens), auth=False)
    urn, name = f"urn:li:{MEMBER}:{answer.text('sub')}", str(answer.body.get("name") or "LinkedIn member")
    return (
        Account(
            external_id=urn,
            # A member's public name in addresses is not given to us.
            handle=f"@{name}",
            name=name,
            kind=MEMBER,
            avatar_url=str(answer.body.get("picture") or ""),
            person_id=urn,
            login=member.key,
            tokens=tokens,
        ),
    )


def discover_pages(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The pages that the member may post for; read one by one, for small apps may not ask for several."""
    return tuple(_page(context, tokens, role) for role in _roles(context, tokens))


def _roles(context: LoginContext, tokens: Tokens) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    for page in range(MOST_PAGES):
        params = {"q": "roleAssignee", "state": "APPROVED", "start": page * PAGE, "count": PAGE}
        body = _get(context, tokens, "rest/organizationAcls", params)
        elements = [item for item in body.get("elements") or () if isinstance(item, Mapping)]
        for item in elements:
            if item.get("role") in POSTING and _organization(item) not in seen:
                seen.add(_organization(item))
                yield item
        if len(elements) < PAGE:
            return


def _organization(role: Mapping[str, Any]) -> str:
    return str(role.get("organization") or role.get("organizationTarget") or "")


def _page(context: LoginContext, tokens: Tokens, role: Mapping[str, Any]) -> Account:
    urn = _organization(role)
    body = _get(context, tokens, f"rest/organizations/{urn.rsplit(':', 1)[-1]}", {})
    vanity, name = str(body.get("vanityName") or ""), str(body.get("localizedName") or urn)
    return Account(
        external_id=urn,
        handle=f"@{vanity or name}",
        name=name,
        kind=ORGANIZATION,
        url=f"https://www.linkedin.com/company/{vanity}/" if vanity else "",
        person_id=str(role.get("roleAssignee") or ""),
        login=organization.key,
        tokens=tokens,
    )


def _get(context: LoginContext, tokens: Tokens, path: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    headers = {**HEADERS, **_bearer(tokens)}
    return mapping(context.api.get(path, params=params, headers=headers, auth=False).body)


def fit_scopes(app: App, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Those of figures only where the app may ask for them: a scope too many ends the whole login."""
    is_approved = app.extra.get(FIGURES.key, "").strip().lower() in {"yes", "y", "true", "1"}
    apart = set(member.scopes[Capability.INSIGHTS]) - set(member.scopes[Capability.PUBLISH])
    return wanted if is_approved else tuple(scope for scope in wanted if scope not in apart)


def _bearer(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access.reveal()}"}


member = OAuth2(
    key="member",
    label="LinkedIn profile",
    app_key="linkedin",
    authorize_url="https://www.linkedin.com/oauth/v2/authorization",
    token_url="https://www.linkedin.com/oauth/v2/accessToken",
    revoke_url="https://www.linkedin.com/oauth/v2/revoke",
    scopes={
        Capability.PUBLISH: ("w_member_social",),
        Capability.INSIGHTS: ("r_member_postAnalytics", "r_member_profileAnalytics"),
    },
    base_scopes=("openid", "profile"),
    requirement=(
        "A developer app with the products “Sign In with LinkedIn using OpenID Connect” and “Share on LinkedIn”."
        " The connection lasts 60 days, then the profile is reconnected. Figures want LinkedIn's approval as well."
    ),
    app_fields=(*FIELDS, FIGURES),
    fit_scopes=fit_scopes,
    app_help_url="https://www.linkedin.com/developers/apps",
    discover=discover_member,
)
organization = OAuth2(
    key="organization",
    label="LinkedIn page",
    app_key="linkedinpages",
    authorize_url="https://www.linkedin.com/oauth/v2/authorization",
    token_url="https://www.linkedin.com/oauth/v2/accessToken",
    revoke_url="https://www.linkedin.com/oauth/v2/revoke",
    scopes={
        Capability.PUBLISH: ("w_organization_social", "r_organization_social", "r_organization_admin"),
        Capability.INBOX: ("w_organization_social", "r_organization_social"),
        Capability.INSIGHTS: ("r_organization_social", "rw_organization_admin"),
    },
    requirement=(
        "A developer app of its own with the product “Community Management API”, which LinkedIn reviews, and a"
        " role on the page that may post. Refresh tokens come only with LinkedIn's approval; without it the page is"
        " reconnected every 60 days."
    ),
    app_fields=FIELDS,
    app_help_url="https://www.linkedin.com/developers/apps",
    discover=discover_pages,
)
