"""Finding the simulators by walking the connectors' folders: adding a platform is adding its folder."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from socialhub.platforms import connectors

from .simulator import Simulator


def find_simulators() -> tuple[Simulator, ...]:
    """The `simulator` of every folder under `connectors` that has a `sandbox`, by name of the folder."""
    found = []
    for folder in sorted(pkgutil.iter_modules(connectors.__path__), key=lambda module: module.name):
        name = f"{connectors.__name__}.{folder.name}.sandbox"
        if folder.ispkg and find_spec(name):
            found.append(import_module(name).simulator)
    return tuple(found)
