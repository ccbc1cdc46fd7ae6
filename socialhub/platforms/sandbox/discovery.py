"""Finding the simulators by walking the connectors' folders: adding a platform is adding its folder."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from socialhub.platforms import connectors

from .simulator import Simulator


def find_simulators() -> tuple[Simulator, ...]:
    """The `simulator` of every folder under `connectors` that has a `sandbox`, by name of the folder.

    A leading underscore marks what a family of platforms shares, which is no platform itself.
    """
    found = []
    for folder in sorted(pkgutil.iter_modules(connectors.__path__), key=lambda module: module.name):
        name = f"{connectors.__name__}.{folder.name}.sandbox"
        if folder.ispkg and not folder.name.startswith("_") and find_spec(name):
            found.append(import_module(name).simulator)
    return tuple(found)
