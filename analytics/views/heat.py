"""The table of days and hours."""

from __future__ import annotations

from typing import Any

from analytics.timing import LEAST_IN_SLOT, Cell, Heat, Slot
from analytics.wording import written

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MORNING, EVENING = 8, 20


def heat_rows(heat: Heat) -> dict[str, Any]:
    """Rows of cells; hours at the ends of the day are left out where nothing was posted then."""
    hours = sorted({slot.hour for slot in heat.cells}) or [MORNING]
    shown = range(min(hours[0], MORNING), max(hours[-1], EVENING) + 1)
    thick = [cell for cell in heat.cells.values() if cell.posts >= LEAST_IN_SLOT]
    best = max(thick, key=lambda cell: cell.value, default=None)
    return {
        "hours": [f"{hour:02}" for hour in shown],
        "rows": [
            (name, [_cell(heat, Slot(weekday, hour), best) for hour in shown])
            for weekday, name in enumerate(DAYS)
        ],
        "basis": heat.basis,
        "best": slot_words(best.slot) if best else "",
        "best_posts": best.posts if best else 0,
        "posts": heat.posts,
        "left_out": heat.left_out,
    }


def slot_words(slot: Slot) -> str:
    """Sat 12–13."""
    return f"{DAYS[slot.weekday]} {slot.hour:02}–{(slot.hour + 1) % 24:02}"


def _cell(heat: Heat, slot: Slot, best: Cell | None) -> dict[str, Any]:
    cell = heat.cells.get(slot)
    if cell is None:
        return {"level": 0}
    share = heat.basis.is_share
    posts = f"{cell.posts} post{'' if cell.posts == 1 else 's'}"
    return {
        "level": cell.level,
        "value": f"{100 * cell.value:.1f}" if share else written(round(cell.value)),
        "posts": cell.posts,
        "best": best is not None and best.slot == slot,
        "title": f"{written(cell.value, is_share=share)}, {posts}",
    }
