"""Posts that would not go out as things stand: found before their time, kept in rows, told once.

A job looks at everything due in the next three days, and so does whoever changes an account or a post. Pages read
the rows. Whoever may publish is told by e-mail, once for each post and cause, whether it is mended in between or not.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from accounts.clock import database_now
from accounts.credentials import find_app
from accounts.health import ends_at
from accounts.models import ConnectedAccount, Workspace
from publishing import quotas
from publishing.contents import content_of, options_of
from publishing.models import Delivery, MediaFile, PostMedia, Risk
from publishing.models.risks import open_risks
from publishing.states import State
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.login import OAuth2
from socialhub.platforms.rules import Severity, Violation
from socialhub.platforms.values import Capability

log = logging.getLogger(__name__)

AHEAD = timedelta(hours=72)
CHUNK = 200
Cause = Risk.Cause
Found = dict[Cause, str]


def forecast(
    *, post: int | None = None, account: int | None = None, sign_of_life: Callable[[], None] = lambda: None
) -> int:
    """Look at what is due in the next 72 hours (of one post, of one account) and keep what was found.

    Gives how many risks are open among them. Repeating changes nothing.
    """
    now = database_now()
    scope = Delivery.objects.all()
    if post is not None:
        scope = scope.filter(post=post)
    if account is not None:
        scope = scope.filter(account=account)
    ahead = scope.filter(state=State.SCHEDULED, due_at__lte=now + AHEAD)
    _close(scope, ahead, now)
    look, found = _Look(now, _spent(ahead)), 0
    for rows in _chunks(ahead):
        sign_of_life()
        found += _keep({row.pk: look.at(row) for row in rows}, now)
    return found


def _spent(ahead: QuerySet[Delivery]) -> dict[int, str]:
    """Deliveries that will find a quota used up, each with a sentence."""
    found: dict[int, str] = {}
    for workspace in Workspace.objects.filter(pk__in=ahead.order_by().values("workspace")):
        found |= quotas.will_not_fit(workspace)
    return found


def _close(scope: QuerySet[Delivery], ahead: QuerySet[Delivery], now: datetime) -> None:
    """Risks of what no longer waits, or waits longer, are none."""
    over = open_risks().filter(delivery__in=scope.values("pk")).exclude(delivery__in=ahead.values("pk"))
    over.update(mended_at=now)


def _chunks(rows: QuerySet[Delivery]) -> Iterator[list[Delivery]]:
    secrets = ("account__access_token", "account__refresh_token", "account__proof_key")
    placed = Prefetch("post__placed", PostMedia.objects.select_related("media"))
    full = rows.select_related("post", "account__workspace").defer(*secrets).prefetch_related(placed)
    after = 0
    while chunk := list(full.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def _keep(found: Mapping[int, Found], now: datetime) -> int:
    """Make the rows of these deliveries say what was found."""
    known = {(risk.delivery_id, risk.cause): risk for risk in Risk.objects.filter(delivery__in=list(found))}
    fresh: list[Risk] = []
    changed: list[Risk] = []
    for delivery, causes in found.items():
        for cause, message in causes.items():
            risk = known.pop((delivery, cause.value), None)
            if risk is None:
                fresh.append(Risk(delivery_id=delivery, cause=cause, message=message[:300], found_at=now))
            elif risk.mended_at is not None or risk.message != message[:300]:
                risk.mended_at, risk.message = None, message[:300]
                changed.append(risk)
    mended = [risk for risk in known.values() if risk.mended_at is None]
    for risk in mended:
        risk.mended_at = now
    Risk.objects.bulk_create(fresh, ignore_conflicts=True)
    Risk.objects.bulk_update([*changed, *mended], ["mended_at", "message"])
    return sum(map(len, found.values()))


@dataclass
class _Look:
    """One look ahead: what many deliveries share (accounts, files) is asked about once."""

    now: datetime
    spent: Mapping[int, str]
    accounts: dict[int, Found] = field(default_factory=dict)
    has_app: dict[int, bool] = field(default_factory=dict)
    files: dict[int, bool] = field(default_factory=dict)

    def at(self, delivery: Delivery) -> Found:
        """Everything that would keep this one from going out."""
        account = delivery.account
        if account.pk not in self.accounts:
            self.accounts[account.pk] = _of_account(account)
        found = dict(self.accounts[account.pk])
        if not found.keys() & {Cause.RECONNECT, Cause.DISCONNECTED}:
            found |= self._of_login(account, delivery.due_at or self.now)
        if delivery.pk in self.spent:
            found[Cause.QUOTA] = self.spent[delivery.pk]
        return found | self._of_content(delivery)

    def _of_login(self, account: ConnectedAccount, due_at: datetime) -> Found:
        name = _name(account)
        end = ends_at(account)
        if end is not None and end <= due_at:
            return {Cause.TOKEN: f"The sign-in of {name} ends before this is due. Reconnect it."}
        renews = account.refresh_due_at is not None and account.refresh_due_at <= due_at
        if renews and account.refresh_failures and account.expires_at and account.expires_at <= due_at:
            return {Cause.TOKEN: f"The sign-in of {name} ends before this is due, and renewing it fails."}
        signs = account.connector.service.sign is not None
        if (renews or signs) and not self._app_is_there(account):
            return {
                Cause.APP: f"The app keys for {account.connector.name} are missing. An admin enters them in Settings."
            }
        return {}

    def _app_is_there(self, account: ConnectedAccount) -> bool:
        login = account.login_method
        if account.pk not in self.has_app:
            try:
                found = not isinstance(login, OAuth2) or find_app(account.workspace, login, account.host)
            except PlatformError:
                found = None
            self.has_app[account.pk] = bool(found)
        return self.has_app[account.pk]

    def _of_content(self, delivery: Delivery) -> Found:
        gone = next(
            (each.media for each in delivery.post.placed.all() if not self._is_there(each.media)), None
        )
        found = {Cause.FILE: f"The file {gone.name} is gone. Upload it again."} if gone else {}
        try:
            answers = options_of(delivery)
            broken = delivery.account.connector.check(content_of(delivery), delivery.account.value(), answers)
        except LookupError:
            return {**found, Cause.RULE: "This kind of post is no longer offered."}
        for violation in broken:
            if violation.severity is Severity.ERROR:
                found.setdefault(_cause_of(violation), violation.message)
        return found

    def _is_there(self, row: MediaFile) -> bool:
        if row.pk not in self.files:
            self.files[row.pk] = row.file.storage.exists(str(row.file.name))
        return self.files[row.pk]


def _cause_of(violation: Violation) -> Risk.Cause:
    if violation.code == "option_gone":
        return Cause.FILE
    return Cause.OPTION if violation.field.startswith("options.") else Cause.RULE


def _of_account(account: ConnectedAccount) -> Found:
    """What the account's own state stands against."""
    name, states = _name(account), ConnectedAccount.State
    if account.state == states.RECONNECT:
        return {Cause.RECONNECT: f"{account.connector.name} signed us out of {name}. Reconnect it."}
    if account.state == states.DISCONNECTED:
        return {Cause.DISCONNECTED: f"{name} is disconnected. Connect it again, or leave it out."}
    if account.state == states.PAUSED:
        return {Cause.PAUSED: f"{name} is paused. Resume it before this is due."}
    missing = account.missing_scopes(Capability.PUBLISH)
    if missing:
        return {Cause.SCOPE: f"{name} did not grant {', '.join(missing)}. Reconnect and grant what is asked."}
    return {}


def _name(account: ConnectedAccount) -> str:
    return account.handle or account.name or account.external_id


def at_risk(workspace_id: int, limit: int) -> list[Risk]:
    """The risks of a workspace, the next due first, one a post, with what lists draw of them. One query."""
    rows = open_risks().filter(delivery__workspace=workspace_id, delivery__state=State.SCHEDULED)
    secrets = [f"delivery__account__{name}" for name in ("access_token", "refresh_token", "proof_key")]
    rows = rows.select_related("delivery__post", "delivery__account").defer(*secrets, "delivery__facts")
    posts: dict[int, Risk] = {}
    for risk in rows.order_by("delivery__due_at", "pk")[: limit * 5]:
        posts.setdefault(risk.delivery.post_id, risk)
    return list(posts.values())[:limit]


def by_post(risks: Iterable[Risk]) -> dict[tuple[int, str], list[Risk]]:
    """Risks with the same cause of one post together: the same news."""
    grouped: dict[tuple[int, str], list[Risk]] = defaultdict(list)
    for risk in risks:
        grouped[risk.delivery.post_id, risk.cause].append(risk)
    return grouped
