"""What every page shows around its content: places to go, the workspace, the person, the theme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.access import LAST_WORKSPACE
from accounts.models import Membership, User, Workspace
from accounts.permissions import Role
from publishing.batches import amounts
from publishing.states import NEEDS_A_PERSON
from publishing.views.care import AMOUNTS
from socialhub.pulse import Pulse, read_pulse
from webhooks.queries import unread_count

THEMES = ("light", "dark")


class Place(NamedTuple):
    """An entry of the rail. `wide` ones hide behind More on a phone; `act` is the one primary button."""

    label: str
    icon: str
    url: str
    current: bool
    wide: bool = False
    late: bool = False
    act: bool = False
    waiting: int = 0


class Link(NamedTuple):
    """An entry of the person's menu."""

    label: str
    icon: str
    url: str


class Other(NamedTuple):
    """A workspace to change to."""

    name: str
    initials: str
    url: str
    current: bool


# label, icon, view, its arguments, the action one needs, wide, late, act
_PLACES: tuple[tuple[str, str, str, tuple[str, ...], str, bool, bool, bool], ...] = (
    ("Compose", "plus", "publishing:compose", (), "posts.edit", False, False, True),
    ("Today", "today", "publishing:today", (), "posts.view", False, False, False),
    ("Calendar", "calendar", "publishing:calendar", ("month",), "posts.view", False, False, False),
    ("Posts", "posts", "publishing:posts", (), "posts.view", False, True, False),
    ("Inbox", "inbox", "webhooks:inbox", (), "inbox.view", True, False, False),
    ("Analytics", "analytics", "analytics:overview", (), "analytics.view", True, False, False),
    ("Accounts", "accounts", "accounts:list", (), "accounts.view", True, False, False),
    ("Settings", "settings", "accounts:settings", (), "workspace.edit", True, False, False),
)


# a page that lies under another one's entry
_BELONGS = {
    "publishing:compose": ("publishing:edit",),
    "publishing:posts": ("publishing:post",),
    "webhooks:inbox": ("webhooks:conversation", "webhooks:sources"),
    "analytics:overview": (
        "analytics:posts",
        "analytics:post",
        "analytics:times",
        "analytics:comparison",
        "analytics:audience",
        "analytics:health",
        "analytics:reports",
        "analytics:account",
        "analytics:alone",
    ),
    "accounts:list": ("accounts:detail", "accounts:pick", "accounts:connect"),
    "accounts:settings": (
        "accounts:members",
        "accounts:setup",
        "accounts:app",
        "accounts:invite",
        "compliance:desk",
        "compliance:audit",
        "compliance:calls",
        "compliance:workspace-data",
    ),
}


def initials(name: str) -> str:
    """One or two letters that stand for a name."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@dataclass
class Shell:
    """Read by base.html; everything that costs a query is asked for once and only if the page shows it."""

    request: HttpRequest

    @cached_property
    def theme(self) -> str:
        """The theme that the person chose, or nothing: then the system decides."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def membership(self) -> Membership | None:
        """Set by the view's permission decorator; a person's own pages stand in their last workspace."""
        given: Membership | None = getattr(self.request, "membership", None)
        user, slug = self.request.user, self.request.session.get(LAST_WORKSPACE)
        if given or not slug or not isinstance(user, User):
            return given
        return user.memberships.select_related("workspace").filter(workspace__slug=slug).first()

    @property
    def workspace(self) -> Workspace | None:
        """The workspace that the page belongs to."""
        return self.membership.workspace if self.membership else None

    @property
    def initials(self) -> str:
        """Stands where a workspace has no picture."""
        return initials(self.workspace.name) if self.workspace else ""

    @property
    def home(self) -> str:
        """The first page of the workspace, or the way in."""
        return self.workspace.get_absolute_url() if self.workspace else reverse("accounts:home")

    @cached_property
    def places(self) -> list[Place]:
        """The rail, without what this member's role cannot open."""
        return list(self._places()) if self.membership else []

    def _places(self) -> Iterator[Place]:
        assert self.membership is not None
        match = self.request.resolver_match
        here = match.view_name if match else ""
        for label, icon, view, args, action, wide, late, act in _PLACES:
            if self.membership.may(action):
                url = reverse(view, args=[self.membership.workspace.slug, *args])
                current = here == view or here in _BELONGS.get(view, ())
                waiting = self._waiting_at(view)
                yield Place(label, icon, url, current, wide, late, act, waiting)

    def _waiting_at(self, view: str) -> int:
        if view == "webhooks:inbox":
            return next((each.unread for each in self._workspaces if each == self.workspace), 0)
        return self.waiting if view == "publishing:posts" else 0

    @cached_property
    def waiting(self) -> int:
        """How many deliveries wait for a person."""
        counted = getattr(self.request, AMOUNTS, None)
        if counted is None:
            assert self.workspace is not None  # the rail asks, and it stands in one
            counted = amounts(self.workspace, NEEDS_A_PERSON)
        return sum(amount.rows for state, amount in counted.items() if state in NEEDS_A_PERSON)

    @property
    def search(self) -> str:
        """Where the search of the top bar goes."""
        return reverse("publishing:posts", args=[self.workspace.slug]) if self.workspace else ""

    @cached_property
    def pulse(self) -> Pulse | None:
        """Whether the publisher and the job cluster are alive."""
        return read_pulse(self.workspace.slug) if self.workspace else None

    @cached_property
    def workspaces(self) -> list[Other]:
        """All workspaces of this person, by name."""
        return [
            Other(each.name, initials(each.name), each.get_absolute_url(), each == self.workspace)
            for each in self._workspaces
        ]

    @cached_property
    def _workspaces(self) -> list[Any]:
        user = self.request.user
        return list(user.workspaces.annotate(unread=unread_count())) if isinstance(user, User) else []

    @property
    def person(self) -> str:
        """How this person is called."""
        user = self.request.user
        return user.get_full_name() if isinstance(user, User) else ""

    @property
    def person_initials(self) -> str:
        """Stands where a person has no picture."""
        return initials(self.person)

    @property
    def role(self) -> str:
        """What this person is in the workspace."""
        return Role(self.membership.role).label if self.membership else ""

    @property
    def person_links(self) -> list[Link]:
        """A person's own pages."""
        return [
            Link("E-mail addresses", "mail", reverse("account_email")),
            Link("Password", "key", reverse("account_change_password")),
            Link("Two-step sign-in", "shield", reverse("mfa_index")),
            Link("Your data", "download", reverse("compliance:own")),
        ]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` on every page."""
    return {"shell": Shell(request)}
