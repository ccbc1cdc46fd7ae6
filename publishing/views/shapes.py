"""The composer's page as values: what was typed, what each channel would publish, and what the rules say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone

from accounts.models import ConnectedAccount, Workspace
from publishing import composing, contents, duplicates, library, scheduling
from publishing.forms import NOW, SHARED, Draft
from publishing.models import Delivery, MediaFile
from publishing.quotas import Outlook
from publishing.views import options as drawing, room, verdicts
from publishing.views.cards import label_of, name_of
from publishing.views.flights import seconds_word
from publishing.views.verdicts import Target
from socialhub.platforms.options import Choice, Option, OptionType
from socialhub.platforms.rules import Violation
from socialhub.platforms.values import Kind, Media

KINDS = {
    Kind.TEXT: "Text",
    Kind.LINK: "Link",
    Kind.IMAGE: "Picture",
    Kind.GALLERY: "Gallery",
    Kind.VIDEO: "Video",
    Kind.SHORT: "Short video",
    Kind.STORY: "Story",
    Kind.DOCUMENT: "Document",
    Kind.THREAD: "Thread",
}


class Part(NamedTuple):
    """One text field with its counters."""

    key: str
    text: str
    counters: list[verdicts.Counter]
    error: list[str]
    error_id: str


class Panel(NamedTuple):
    """One tab: the shared text or a channel's own."""

    key: str
    label: str
    platform: str
    field: str
    active: bool
    reach: int
    parts: list[Part]


class Item(NamedTuple):
    """One file in the strip."""

    id: int
    name: str
    picture: str
    facts: str
    length: str
    alt: str
    tone: str
    verdicts: list[verdicts.Verdict]
    places: list[drawing.Choice]


class Pick(NamedTuple):
    """One channel to choose, or why it cannot be chosen."""

    id: int
    name: str
    platform: str
    label: str
    small: str
    chosen: bool
    tone: str = ""
    why: str = ""
    url: str = ""
    action: str = ""


class Drawer(NamedTuple):
    """The options of one channel."""

    id: int
    platform: str
    name: str
    open: bool
    problem: str
    summary: str
    fields: list[drawing.Field]


@dataclass
class Shape:
    """Everything that the composer draws of one draft. `marked` shows errors at their fields."""

    workspace: Workspace
    draft: Draft
    marked: bool = False
    accounts: list[ConnectedAccount] = field(init=False)
    media: list[MediaFile] = field(init=False)

    def __post_init__(self) -> None:
        mine = ConnectedAccount.objects.filter(workspace=self.workspace).without_secrets()
        mine = mine.select_related("workspace")
        self.accounts = list(mine.exclude(state=ConnectedAccount.State.DISCONNECTED))
        found = MediaFile.objects.filter(workspace=self.workspace).in_bulk(list(self.draft.media))
        self.media = [found[number] for number in self.draft.media if number in found]

    @cached_property
    def chosen(self) -> list[ConnectedAccount]:
        """The channels that are ticked and can be published to."""
        return [each for each in self.accounts if each.pk in self.draft.channels and not _why(each)]

    @cached_property
    def answers(self) -> dict[int, dict[str, Any]]:
        """What was typed into the options of each chosen channel, as values."""
        return {
            each.pk: drawing.values_of(each.connector.options.items, self.draft.options.get(each.pk, {}))
            for each in self.chosen
        }

    @cached_property
    def files(self) -> dict[int, MediaFile]:
        """The workspace's files that answer an option."""
        asked = [(each.connector.options, self.answers[each.pk]) for each in self.chosen]
        found = contents.files_for(asked)
        return {pk: row for pk, row in found.items() if row.workspace_id == self.workspace.pk}

    @cached_property
    def placed(self) -> list[tuple[int, Media]]:
        """The files as the rules see them, each with its part of a thread."""
        return [
            (
                self.draft.places.get(row.pk, 0),
                library.as_value(row, alt=self.draft.alts.get(row.pk, row.alt)),
            )
            for row in self.media
        ]

    @cached_property
    def targets(self) -> list[Target]:
        """What each chosen channel would publish, and what its rules say."""
        return [self._target(account) for account in self.chosen]

    def _target(self, account: ConnectedAccount) -> Target:
        connector = account.connector
        own = self.draft.own.get(account.pk)
        typed = self.draft.options.get(account.pk, {})
        chosen = contents.with_files(connector.options, self.answers[account.pk], self.files)
        content, offered, violations = composing.preview(
            account,
            texts=own if own is not None else self.draft.parts,
            media=self.placed,
            first_comment=self.draft.comment,
            kind=typed.get("kind", ""),
            options=chosen,
        )
        return Target(
            id=account.pk,
            name=name_of(account),
            platform=account.platform,
            label=connector.name,
            panel=SHARED if own is None else str(account.pk),
            content=content,
            rules=connector.rules_for(account.value()).kinds.get(content.kind),
            violations=violations,
            options=connector.options.resolve(content.kind, chosen),
            media_ids={str(row.pk): row.pk for row in self.media},
            kinds=offered,
        )

    @cached_property
    def twins(self) -> list[Delivery]:
        """What the chosen channels have said, or will say, in the same words."""
        hashes = [row.sha256 for row in self.media]
        said = []
        for account in self.chosen:
            own = self.draft.own.get(account.pk)
            texts = own if own is not None else self.draft.parts
            said.append((account.pk, duplicates.fingerprint(texts, hashes)))
        return duplicates.find_twins(said, self.due_at or timezone.now(), besides=self.draft.post)

    @property
    def due_at(self) -> datetime | None:
        """The instant that is typed, if it is one."""
        if self.draft.when == NOW:
            return None
        try:
            day, clock = date.fromisoformat(self.draft.date), time.fromisoformat(self.draft.time)
            moment = scheduling.at_local(day, clock.replace(tzinfo=None), self.workspace.zone)
        except (ValueError, OverflowError, scheduling.NotAllowed):
            return None
        return moment if abs(moment - timezone.now()) < scheduling.FURTHEST else None

    @cached_property
    def checks(self) -> list[verdicts.Check]:
        """What the rules say, what blocks first."""
        full = room.room_checks(self.targets, self.outlook, self.due_at or timezone.now())
        return [*verdicts.checks(self.targets), *full, *verdicts.twin_checks(self.twins, self.workspace)]

    @cached_property
    def outlook(self) -> Outlook:
        """The quotas of all channels with what is planned besides this post."""
        return Outlook(self.accounts, without=self.draft.post)

    @property
    def blocks(self) -> int:
        """How many lines keep the post from going out."""
        return sum(check.tone == "bad" for check in self.checks)

    def panels(self) -> list[Panel]:
        """The shared text first, then each channel that has its own."""
        own = [account for account in self.chosen if account.pk in self.draft.own]
        tab = self.draft.tab if self.draft.tab in {str(each.pk) for each in own} else SHARED
        reach = len(self.chosen) - len(own)
        panels = [
            Panel(
                SHARED,
                "All channels" if not own else "Shared",
                "",
                "text",
                tab == SHARED,
                reach,
                self._parts(SHARED),
            )
        ]
        for account in own:
            key = str(account.pk)
            panels.append(
                Panel(key, name_of(account), account.platform, f"text-{key}", tab == key, 1, self._parts(key))
            )
        return panels

    def _parts(self, key: str) -> list[Part]:
        return [
            Part(
                f"{key}-{index}",
                text,
                verdicts.counters(self.targets, key, index),
                verdicts.text_errors(self.targets, key, index) if self.marked else [],
                f"text-{key}-{index}",
            )
            for index, text in enumerate(self.draft.texts(key))
        ]

    def items(self) -> list[Item]:
        """The strip, in order."""
        return [self._item(row) for row in self.media]

    def _item(self, row: MediaFile) -> Item:
        said = verdicts.verdicts(self.targets, row.pk)
        parts = max([len(self.draft.parts), *map(len, self.draft.own.values())])
        place = self.draft.places.get(row.pk, 0)
        places = [drawing.Choice(str(n), str(n + 1), n == place) for n in range(parts)] if parts > 1 else []
        tone = "bad" if any(verdict.tone == "bad" for verdict in said) else ""
        return Item(
            row.pk,
            row.name,
            poster_url(row, self.workspace),
            facts_of(row),
            _length(row),
            self.draft.alts.get(row.pk, row.alt),
            tone,
            said,
            places,
        )

    def picks(self) -> list[Pick]:
        """Every channel, chosen or not."""
        return [self._pick(account) for account in self.accounts]

    def _pick(self, account: ConnectedAccount) -> Pick:
        label, why = label_of(account.platform), _why(account)
        url = reverse("accounts:detail", args=[self.workspace.slug, account.pk]) if why else ""
        action = "Reconnect" if account.state == ConnectedAccount.State.RECONNECT else "Look"
        tone = "bad" if why else "warn" if account.refresh_failures else ""
        return Pick(
            account.pk,
            name_of(account),
            account.platform,
            label,
            room.beside(label, self.outlook.rooms(account.pk, self.due_at or timezone.now())),
            account.pk in self.draft.channels,
            tone,
            why,
            url,
            action,
        )

    def customisable(self) -> list[Pick]:
        """Chosen channels that still share the text; with one channel there is nothing to tell apart."""
        if len(self.chosen) < 2:
            return []
        return [self._pick(account) for account in self.chosen if account.pk not in self.draft.own]

    def drawers(self) -> list[Drawer]:
        """The options that each chosen channel asks for its kind of post."""
        pairs = zip(self.chosen, self.targets, strict=True)
        return [drawer for account, target in pairs if (drawer := self._drawer(account, target))]

    def _drawer(self, account: ConnectedAccount, target: Target) -> Drawer | None:
        typed = self.draft.options.get(account.pk, {})
        wrong = {
            v.field.removeprefix("options."): v for v in target.violations if v.field.startswith("options.")
        }
        fields = self._kinds(account, target)
        for option in account.connector.options_for(account.value()).for_kind(target.content.kind):
            value = drawing.value_of(option, typed[option.key]) if option.key in typed else None
            errors = [wrong[option.key].message] if option.key in wrong and self.marked else []
            drawn = drawing.draw(option, account.pk, value, errors)
            row = self.files.get(value) if isinstance(value, int) else None
            if option.type is OptionType.MEDIA:
                picture = poster_url(row, self.workspace) if row else ""
                drawn = drawn._replace(
                    value=str(row.pk) if row else "", file=row.name if row else "", picture=picture
                )
            fields.append(drawn)
        if not fields:
            return None
        problem = next((_short(violation) for violation in wrong.values()), "")
        return Drawer(
            account.pk,
            account.platform,
            name_of(account),
            bool(problem),
            problem,
            drawing.summary(fields),
            fields,
        )

    def _kinds(self, account: ConnectedAccount, target: Target) -> list[drawing.Field]:
        """The choice between kinds of post, where texts and files leave one."""
        if len(target.kinds) < 2:
            return []
        choices = tuple(Choice(kind.value, KINDS[kind]) for kind in target.kinds)
        asked = Option("kind", "Post as", required=True, default=target.kinds[0].value, choices=choices)
        return [drawing.draw(asked, account.pk, target.content.kind.value)]

    def comment_for(self) -> str:
        """The platforms that take a first comment, by name."""
        names = [target.label for target in self.targets if target.rules and target.rules.first_comment]
        return ", ".join(dict.fromkeys(names))


def _short(violation: Violation) -> str:
    return violation.message.rstrip(".")


def _why(account: ConnectedAccount) -> str:
    """Why a channel cannot be chosen; nothing where it can."""
    state = ConnectedAccount.State(account.state)
    if state == ConnectedAccount.State.RECONNECT:
        return "signed out"
    if state == ConnectedAccount.State.PAUSED:
        return "paused"
    return "" if account.connector.publishing else "cannot be published to"


def poster_url(row: MediaFile, workspace: Workspace) -> str:
    """Where the small picture of a file is."""
    return reverse("publishing:picture", args=[workspace.slug, row.pk]) if row.poster else ""


def facts_of(row: MediaFile) -> str:
    """Measures in a line: 1080×1350 · 1.2 MB."""
    size = f"{row.size / 1e6:.1f} MB" if row.size >= 1e5 else f"{row.size / 1e3:.0f} kB"
    return " · ".join(filter(None, [f"{row.width}×{row.height}" if row.width else "", size]))


def _length(row: MediaFile) -> str:
    if row.pages:
        return f"{row.pages} page{'' if row.pages == 1 else 's'}"
    if not row.is_video:
        return ""
    seconds = round(row.seconds or 0)
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else seconds_word(row.seconds or 0)


def fresh_item(row: MediaFile, workspace: Workspace) -> Item:
    """The card of a file that was just uploaded, before the rules have spoken."""
    return Item(
        row.pk, row.name, poster_url(row, workspace), facts_of(row), _length(row), row.alt, "", [], []
    )
