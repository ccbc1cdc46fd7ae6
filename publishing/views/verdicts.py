"""What the platforms' rules say of a draft, in the shape that the composer shows.

The rules are those that the publisher enforces; nothing here knows a limit of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone

from accounts.models import Workspace
from publishing.models import Delivery
from publishing.states import State
from publishing.views.cards import label_of, name_of
from socialhub.platforms.rules import KindRules, Severity, Violation
from socialhub.platforms.values import Content, Kind, Media

WARN_BELOW = 0.1
_PART = re.compile(r"^parts\.(\d+)\.(.+)$")
_MEDIA = re.compile(r"^media\.(\d+)")


@dataclass(frozen=True)
class Target:
    """One channel with what it would publish. `panel` is the tab its text is written in.

    `rules` is None where the platform takes no such post; the violations then say so. `media_ids` finds the
    id of a file by its key; `kinds` are those that a person may choose among.
    """

    id: int
    name: str
    platform: str
    label: str
    panel: str
    content: Content
    rules: KindRules | None
    violations: tuple[Violation, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    media_ids: Mapping[str, int] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()


class Counter(NamedTuple):
    """How much of a text limit is used, for the ring and the figure beside it."""

    platform: str
    label: str
    name: str
    used: int
    limit: int
    left: str
    share: int
    tone: str


class Check(NamedTuple):
    """One line of the checks panel; `href` jumps to the field."""

    tone: str
    head: str
    text: str
    href: str
    more: str = ""
    platform: str = ""
    label: str = ""


class Verdict(NamedTuple):
    """What becomes of one file."""

    tone: str
    word: str
    text: str


def counters(targets: Iterable[Target], panel: str, index: int) -> list[Counter]:
    """The counters under one part of a panel: one for each platform rule, not for each channel."""
    found: dict[tuple[str, int, int], Counter] = {}
    for target in targets:
        posts = target.content.posts
        if target.panel != panel or target.rules is None or index >= len(posts) or not target.rules.text.max:
            continue
        rule = target.rules.text
        extra = "".join(str(target.options.get(key, "")) for key in rule.with_options)
        used = rule.measure(posts[index].text) + (rule.measure(extra) if extra else 0)
        found.setdefault((target.platform, used, rule.max), _counter(target, used, rule.max))
    return list(found.values())


def _counter(target: Target, used: int, limit: int) -> Counter:
    left = limit - used
    tone = "bad" if left < 0 else "warn" if left < limit * WARN_BELOW else "neutral"
    figure = f"{left:,}".replace("-", "−")
    share = min(100, used * 100 // limit)
    return Counter(target.platform, target.label, target.name, used, limit, figure, share, tone)


def checks(targets: Sequence[Target]) -> list[Check]:
    """Everything the rules say, what blocks first. The same words for several channels become one line."""
    found: dict[tuple[str, str, str], list[Target]] = {}
    for target in targets:
        for violation in target.violations:
            tone = "bad" if violation.severity is Severity.ERROR else "warn"
            place = anchor(violation, target)
            found.setdefault((tone, violation.message, place), []).append(target)
    lines = [_line(tone, text, href, hit) for (tone, text, href), hit in found.items()]
    lines += _missing_alts(targets)
    return sorted(lines, key=lambda line: line.tone != "bad")


def twin_checks(twins: Iterable[Delivery], workspace: Workspace) -> list[Check]:
    """A warning for each channel that has the same already, with the way to it."""
    latest = {twin.account_id: twin for twin in reversed(list(twins))}
    lines = []
    for twin in latest.values():
        label, publishing = label_of(twin.account.platform), twin.account.connector.publishing
        refuses = publishing is not None and publishing.refuses_twins
        ahead = twin.state == State.SCHEDULED
        assert twin.due_at is not None  # it is queued, so it has a time
        when = f"{timezone.localtime(twin.due_at):%a %-d %b, %H:%M}"
        lines.append(
            Check(
                "warn",
                f"The same {'is planned for' if ahead else 'went to'} {name_of(twin.account)}",
                f"“{twin.post.headline}”, {when}",
                reverse("publishing:post", args=[workspace.slug, twin.post_id]),
                f"{label} refuses what it has just been told." if refuses else "",
                twin.account.platform,
                label,
            )
        )
    return lines


def _line(tone: str, text: str, href: str, targets: list[Target]) -> Check:
    names = ", ".join(dict.fromkeys(target.label for target in targets))
    head = f"Blocks {names}" if tone == "bad" else f"Warning for {names}"
    single = targets[0] if len({target.platform for target in targets}) == 1 else None
    more = ", ".join(target.name for target in targets) if len(targets) > 1 else ""
    return Check(tone, head, text, href, more, single.platform if single else "", names if single else "")


def _missing_alts(targets: Iterable[Target]) -> list[Check]:
    missing: dict[int, None] = {}
    for target in targets:
        for media in _all_media(target):
            rule = target.rules and (target.rules.video if media.is_video else target.rules.image)
            if rule and rule.alt is not None and not media.alt and media.key in target.media_ids:
                missing[target.media_ids[media.key]] = None
    if not missing:
        return []
    text = "One file has no alt text" if len(missing) == 1 else f"{len(missing)} files have no alt text"
    return [Check("warn", "People who cannot see it", text, f"#alt-{next(iter(missing))}")]


def _all_media(target: Target) -> list[Media]:
    return [media for part in target.content.posts for media in part.media]


def verdicts(targets: Sequence[Target], medium: int) -> list[Verdict]:
    """What becomes of one file on each channel that shows it; one line where it fits everywhere."""
    shows = [target for target in targets if medium in _ids(target)]
    refused: dict[str, list[str]] = {}
    for target in shows:
        for violation in target.violations:
            if violation.severity is Severity.ERROR and _medium(violation, target) == medium:
                refused.setdefault(violation.message, []).append(target.label)
    lines = [Verdict("bad", f"{', '.join(dict.fromkeys(labels))}:", text) for text, labels in refused.items()]
    if shows and not lines:
        count = len(shows)
        return [
            Verdict(
                "good", "Fits", {1: "the channel", 2: "both channels"}.get(count, f"all {count} channels")
            )
        ]
    return lines


def _ids(target: Target) -> set[int]:
    return {target.media_ids[media.key] for media in _all_media(target) if media.key in target.media_ids}


def _split(where: str) -> tuple[int, str]:
    found = _PART.match(where)
    return (int(found[1]), found[2]) if found else (0, where)


def _medium(violation: Violation, target: Target) -> int | None:
    part, rest = _split(violation.field)
    found = _MEDIA.match(rest)
    if not found or part >= len(target.content.posts):
        return None
    media = target.content.posts[part].media
    index = int(found[1])
    return target.media_ids.get(media[index].key) if index < len(media) else None


def anchor(violation: Violation, target: Target) -> str:
    """Where in the composer a violation is mended, as a fragment."""
    part, rest = _split(violation.field)
    medium = _medium(violation, target)
    if medium is not None:
        return f"#alt-{medium}" if rest.endswith(".alt") else f"#item-{medium}"
    head, _, key = rest.partition(".")
    if head == "options":
        return f"#option-{target.id}-{key}"
    if head in {"text", "parts"}:
        return f"#text-{target.panel}-{part}"
    return {"title": "#title", "first_comment": "#comment", "link": f"#text-{target.panel}-0"}.get(
        head, "#media"
    )


def text_errors(targets: Iterable[Target], panel: str, index: int) -> list[str]:
    """What blocks one part of a panel, said at its field."""
    found: dict[str, None] = {}
    for target in targets:
        for violation in target.violations:
            at_text = anchor(violation, target) == f"#text-{panel}-{index}"
            if at_text and violation.severity is Severity.ERROR:
                found[f"{target.label}: {violation.message}"] = None
    return list(found)
