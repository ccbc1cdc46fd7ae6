"""Jobs of the project itself."""

from __future__ import annotations

from socialhub import doctor


def examine() -> None:
    """Every ten minutes: what the set-up page shows."""
    doctor.keep(doctor.examine())
