"""Whose figures may stand beside those of others.

Terms of some platforms forbid adding their figures to those of others, and ranking them beside others
(``Policy.may_mix_with_others``). So whatever adds up, compares or ranks takes a :class:`Mixable`, and there is one
way to get one: :func:`mixable`, which leaves such platforms out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from accounts.models import ConnectedAccount, Workspace
from socialhub.platforms import registry

_MADE_HERE = object()


class NotMixable(ValueError):
    """An account was asked for by name whose figures may not stand beside others."""


class Mixable:
    """Accounts whose figures may be added up and compared."""

    __slots__ = ("accounts",)

    def __init__(self, accounts: Sequence[ConnectedAccount], proof: object = None) -> None:
        """Made by :func:`mixable` alone."""
        if proof is not _MADE_HERE:
            raise TypeError("a Mixable is made by mixable()")
        self.accounts = tuple(accounts)

    def __iter__(self) -> Iterator[ConnectedAccount]:
        return iter(self.accounts)

    def __len__(self) -> int:
        return len(self.accounts)

    @property
    def ids(self) -> list[int]:
        """Their primary keys."""
        return [account.pk for account in self.accounts]


def mixable(accounts: Iterable[ConnectedAccount], *, only: int | None = None) -> Mixable:
    """Those of the accounts that may be mixed; with ``only`` that one alone, :class:`NotMixable` if it may not."""
    chosen = [account for account in accounts if only in {None, account.pk}]
    if only is not None and any(stands_alone(account.platform) for account in chosen):
        raise NotMixable(only)
    return Mixable([account for account in chosen if not stands_alone(account.platform)], _MADE_HERE)


def stands_alone(platform: str) -> bool:
    """Whether its figures have a page of their own. Of a platform whose folder is gone nobody knows the terms."""
    try:
        return not registry.get(platform).policy.may_mix_with_others
    except LookupError:
        return True


def known_accounts(workspace: Workspace) -> list[ConnectedAccount]:
    """All accounts of a workspace that still stand for somebody, with the state of their reading."""
    rows = ConnectedAccount.objects.filter(workspace=workspace).known().without_secrets()
    return list(rows.select_related("collection"))
