"""What every page is drawn with: tags, the shell, the weight of what a browser fetches first."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from accounts.membership import create_workspace
from accounts.models import User, Workspace
from accounts.permissions import Role
from socialhub.templatetags.ui import STATES

SPRITE = Path(settings.BASE_DIR) / "static" / "icons" / "sprite.svg"
FIRST_VISIT = 120 * 1024


def drawn(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context)).strip()


@pytest.fixture
def maya(db: None) -> User:
    return User.objects.create_user("maya@northwind.test", "correct horse battery", name="Maya")


@pytest.fixture
def workspace(maya: User) -> Workspace:
    return create_workspace(owner=maya, name="Northwind Coffee", zone="Europe/London")


def test_every_state_has_an_icon_that_the_sprite_holds() -> None:
    symbols = SPRITE.read_text()
    assert [name for name, look in STATES.items() if f'id="{look.icon}"' not in symbols] == []


def test_every_icon_that_a_template_or_tag_names_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
    used: set[str] = set()
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        used |= set(re.findall(r'\{% icon "([^"]+)"', path.read_text()))
    assert used - symbols == set()


def test_a_time_is_shown_in_the_active_zone_and_carries_its_exact_instant() -> None:
    instant = datetime(2026, 7, 1, 8, 30, 5, 120_000, tzinfo=UTC)
    with timezone.override("Europe/London"):
        html = drawn('{% moment at "time" zone=True %}', at=instant)
    assert "09:30 London, BST" in html
    assert 'datetime="2026-07-01T08:30:05.120+00:00"' in html
    assert 'title="2026-07-01 08:30:05.120 UTC"' in html


def test_a_missing_time_is_a_dash() -> None:
    assert drawn("{% moment at %}", at=None) == "—"


def test_every_platform_brings_its_mark_and_its_colours() -> None:
    html = drawn("{% platform_styles %}")
    folders = Path(settings.BASE_DIR, "socialhub", "platforms", "connectors").glob("[!_]*/__init__.py")
    for key in (path.parent.name for path in folders):
        assert f"platforms/{key}/style.css" in html
        assert finders.find(f"platforms/{key}/icon.svg") is not None


def test_what_a_person_types_is_never_markup_in_a_state() -> None:
    assert "<b>" not in drawn('{% tone "bad" word %}', word="<b>x</b>")


def test_the_rail_offers_only_what_the_role_may_open(client: Client, workspace: Workspace) -> None:
    viewer = User.objects.create_user("olu@northwind.test", "correct horse battery")
    workspace.memberships.create(user=viewer, role=Role.VIEWER)
    client.force_login(viewer)
    page = client.get(f"/w/{workspace.slug}/members/").content.decode()
    assert f"/w/{workspace.slug}/settings/" not in page.partition("</nav>")[0]


@pytest.mark.parametrize(("cookie", "printed"), [("dark", True), ("light", True), ('"><script>', False)])
def test_the_theme_of_the_cookie_is_printed_if_it_is_one(
    client: Client, workspace: Workspace, maya: User, cookie: str, printed: bool
) -> None:
    client.force_login(maya)
    client.cookies["theme"] = cookie
    page = client.get(f"/w/{workspace.slug}/members/").content.decode()
    assert (f'data-theme="{cookie}"' in page) is printed
    assert ("data-theme=" in page) is printed


def test_the_first_visit_fetches_less_than_120_kb() -> None:
    static = Path(settings.BASE_DIR) / "static"
    files = [*static.rglob("*.css"), *static.rglob("*.js"), SPRITE]
    htmx = finders.find("django_htmx/htmx-2.min.js")
    assert isinstance(htmx, str)
    weight = sum(len(gzip.compress(path.read_bytes())) for path in [*files, Path(htmx)])
    assert weight < FIRST_VISIT
