"""Who exists from the start, so that every simulator tells of the same people."""

from __future__ import annotations

from .records import Person
from .world import World

NORA = "nora"
RAVI = "ravi"


def add_cast(world: World) -> None:
    """Nora runs Northwind Coffee, Ravi runs Harbor Books."""
    world.persons.add(Person(NORA, "Nora Lindqvist"))
    world.persons.add(Person(RAVI, "Ravi Menon"))
