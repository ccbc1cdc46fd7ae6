"""Finding the simulators by walking the connectors' folders: adding a platform is adding its folder."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from socialhub.platforms import connectors

from .simulator import Simulator


def find_simulators() -> tuple[Simulator, ...]:
    """The `simulator` of every folder under `connectors` that has a package `sandbox`, by name of the folder.

    A leading underscore marks what a family of platforms shares, which is no platform itself.
    """
    folders = sorted(
        found.parent.parent for found in Path(connectors.__path__[0]).glob("[!_]*/sandbox/__init__.py")
    )
    return tuple(
        import_module(f"{connectors.__name__}.{folder.name}.sandbox").simulator for folder in folders
    )
