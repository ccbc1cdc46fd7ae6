"""A file of the library can answer an option: a cover, subtitles."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image as Drawing

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User
from publishing import library
from publishing.models import Delivery, MediaFile
from publishing.publisher import Publisher
from publishing.states import State
from publishing.tests.conftest import PLATFORM, Platform, build
from socialhub.platforms import registry
from socialhub.platforms.flow import Go, Job, Outcome
from socialhub.platforms.options import Option, Options, OptionType
from socialhub.platforms.rules import Image
from socialhub.platforms.values import Media

COMPOSE = "/w/northwind-coffee/compose/"
UPLOAD = "/w/northwind-coffee/media/"


@pytest.fixture
def jobs(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """What the upload step was handed, on a platform that takes a cover of at most 10 kB."""
    seen: list[Job] = []

    def before(step: str, job: Job) -> Outcome | None:
        if step == "upload":
            seen.append(job)
            return Go({"session": "https://upload.example/secret-session"})
        return None

    platform.before = before
    cover = Option(
        "cover", "Cover", OptionType.MEDIA, file=Image(frozenset({"image/jpeg", "image/png"}), 10_000)
    )
    made = dataclasses.replace(build(platform), options=Options((cover,)))
    known = MappingProxyType({PLATFORM: made})
    monkeypatch.setattr(registry, "connectors", lambda: known)
    return seen


@pytest.fixture
def browser(client: Client, mara: User, account: ConnectedAccount, jobs: list[Job]) -> Client:
    """A browser in which Mara is signed in."""
    client.force_login(mara)
    return client


def picture(kind: str = "JPEG") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Drawing.new("RGB", (40, 30), (90, 30, 60)).save(drawn, kind)
    return SimpleUploadedFile("cover.jpg", drawn.getvalue())


def upload(browser: Client, sent: SimpleUploadedFile) -> str:
    answer = browser.post(UPLOAD, {"file": sent, "for": "option"})
    assert answer.status_code == 201
    return answer.content.decode()


def send(browser: Client, account: ConnectedAccount, **more: Any) -> Any:
    return browser.post(
        COMPOSE, {"text": "With a cover", "channel": account.pk, "when": "now", "act": "go", **more}
    )


def test_the_file_reaches_the_platform_as_a_file(
    browser: Client, account: ConnectedAccount, jobs: list[Job]
) -> None:
    number = upload(browser, picture())
    send(browser, account, **{f"option-{account.pk}-cover": number})
    for _ in range(3):
        Publisher(threads=1).run_once()
    assert Delivery.objects.get().state == State.PUBLISHED
    cover = jobs[0].options["cover"]
    assert isinstance(cover, Media)
    with MediaFile.objects.get(pk=number).file.open() as stored:
        assert cover.read(0, 10_000) == stored.read()


def test_it_is_drawn_with_its_name_and_can_be_removed(browser: Client, account: ConnectedAccount) -> None:
    key = f"option-{account.pk}-cover"
    number = upload(browser, picture())
    form = {"text": "With a cover", "channel": account.pk, "when": "draft", key: number}
    shown = browser.post(COMPOSE + "?act=refresh", form).content.decode()
    assert f'name="{key}" value="{number}"' in shown
    assert "cover.jpg" in shown
    shown = browser.post(COMPOSE + f"?act=unset-{account.pk}-cover", form).content.decode()
    assert f'name="{key}"' not in shown


def test_without_a_script_it_comes_with_the_form(browser: Client, account: ConnectedAccount) -> None:
    send(browser, account, **{f"file-{account.pk}-cover": picture()})
    assert Delivery.objects.get().options == {"cover": MediaFile.objects.get().pk}


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_the_rules_say_what_it_may_be(browser: Client, account: ConnectedAccount, kind: str) -> None:
    sent = picture(kind)
    if kind == "PNG":
        drawn = io.BytesIO()
        Drawing.effect_noise((200, 200), 90).save(drawn, "PNG")
        sent = SimpleUploadedFile("cover.png", drawn.getvalue())
    answer = send(browser, account, **{f"option-{account.pk}-cover": upload(browser, sent)})
    assert answer.status_code == 422
    assert ("too large" if kind == "PNG" else "not taken here") in answer.content.decode()


def test_a_file_of_another_workspace_is_not_to_be_had(browser: Client, account: ConnectedAccount) -> None:
    stranger = User.objects.create_user("eve@elsewhere.test", "a long enough word", name="Eve")
    theirs = library.take_in(
        workspace=create_workspace(owner=stranger, name="Elsewhere", zone="UTC"),
        user=stranger,
        upload=picture(),
    )
    answer = send(browser, account, **{f"option-{account.pk}-cover": theirs.pk})
    assert answer.status_code == 422
    assert theirs.poster.name not in answer.content.decode()
    assert not Delivery.objects.exclude(state=State.DRAFT).exists()


def test_what_a_step_notes_is_not_readable_in_the_database(
    browser: Client, account: ConnectedAccount, compose: Callable[..., Delivery]
) -> None:
    send(browser, account)
    Publisher(threads=1).run_once()
    delivery = Delivery.objects.get()
    assert delivery.facts == {"session": "https://upload.example/secret-session"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM publishing_delivery WHERE id = %s", [delivery.pk])
        assert "secret-session" not in cursor.fetchone()[0]
