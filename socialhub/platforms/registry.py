"""Finds the connectors by walking the ``connectors`` folder: adding a platform is adding one folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from socialhub.platforms import connectors as folder
from socialhub.platforms.connector import Connector


@lru_cache(maxsize=1)
def connectors() -> Mapping[str, Connector]:
    """Every connector by its key, in order of name. A folder with a leading underscore is none."""
    found: list[Connector] = []
    for module in pkgutil.iter_modules(folder.__path__):
        if not module.ispkg or module.name.startswith("_"):
            continue
        connector = importlib.import_module(f"{folder.__name__}.{module.name}").connector
        if connector.key != module.name:
            raise ValueError(f"the folder {module.name} holds the connector {connector.key}")
        found.append(connector)
    return MappingProxyType({c.key: c for c in sorted(found, key=lambda c: c.name.casefold())})


def get(key: str) -> Connector:
    """The connector of that key; ``LookupError`` if there is none."""
    try:
        return connectors()[key]
    except KeyError:
        raise LookupError(f"no connector {key!r}") from None


def folder_of(key: str) -> Path:
    """The folder of a connector: its templates, icons and sandbox stand there."""
    return Path(folder.__path__[0]) / get(key).key
