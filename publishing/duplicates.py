"""The same thing said twice: what a post says as a fingerprint, and the posts that say the same.

Texts are compared as people read them: without case, spaces, invisible characters and the parameters that
marketing tools hang on links. Files are compared by what is in them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db.models import Q

from publishing.contents import texts_of
from publishing.models import Delivery
from publishing.states import State

SAID = (State.SCHEDULED, State.PUBLISHING, State.PUBLISHED, State.UNCONFIRMED)
"""States of a delivery that is out there, may be, or will be."""
SHOWN = 20
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_TRACKING = re.compile(
    r"^(utm_.*|[a-z]*clid|gbraid|wbraid|igshid|igsh|mc_[ce]id|_hs.*|mkt_tok|ref_src|ref_url|yclid|vero_.*)$",
    re.IGNORECASE,
)


def window() -> timedelta:
    """How far apart two posts must be to say the same without being asked about."""
    return timedelta(days=settings.DUPLICATE_DAYS)


def fingerprint(texts: Iterable[str], hashes: Sequence[str]) -> str:
    """64 hexadecimal digits for these texts with files of these SHA-256s; nothing where nothing is said."""
    said = [plain(text) for text in texts]
    if not any(said) and not hashes:
        return ""
    return hashlib.sha256("\0".join([*said, "", *hashes]).encode()).hexdigest()


def fingerprint_of(delivery: Delivery) -> str:
    """What a stored delivery says."""
    placed = delivery.post.placed.select_related("media")
    return fingerprint(texts_of(delivery.post, delivery), [each.media.sha256 for each in placed])


def plain(text: str) -> str:
    """A text as it is compared."""
    untracked = _LINK.sub(lambda found: _untracked(found[0]), text)
    folded = unicodedata.normalize("NFKC", untracked).casefold()
    visible = "".join(
        letter for letter in folded if letter.isspace() or unicodedata.category(letter) not in {"Cf", "Cc"}
    )
    return " ".join(visible.split())


def _untracked(link: str) -> str:
    try:
        parts = urlsplit(link)
        kept = [
            pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(pair[0])
        ]
    except ValueError:
        return link
    return urlunsplit(parts._replace(query=urlencode(kept), path=parts.path.rstrip("/")))


def find_twins(said: Iterable[tuple[int, str]], due_at: datetime, *, besides: int | None) -> list[Delivery]:
    """Deliveries that say the same on the same account near ``due_at``, with their posts and accounts.

    ``said`` are (account's id, fingerprint); ``besides`` is the post that asks. One query.
    """
    wanted = Q(pk__in=[])
    for account, print_ in said:
        if print_:
            wanted |= Q(account=account, fingerprint=print_)
    near = (due_at - window(), due_at + window())
    rows = Delivery.objects.filter(wanted, due_at__range=near, state__in=SAID, removed_at=None)
    fields = (
        "state", "due_at", "fingerprint", "post__title", "post__parts", "account__platform", "account__handle",
        "account__name", "account__external_id",
    )  # fmt: skip
    found = rows.exclude(post=besides).select_related("post", "account").only(*fields)
    return list(found.order_by("-due_at", "-pk")[:SHOWN])
