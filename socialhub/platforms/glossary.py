"""What each platform counts, as plain data and as parts of the page docs/platforms.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from socialhub.platforms.connector import Connector
from socialhub.platforms.metrics import MEANINGS, Metric, MetricTable, Term, Unit

Table = Mapping[str, Any]
PLACES = {"post": "posts", "account": "the account"}


def figures_of(connector: Connector) -> Table | None:
    """The connector's figures; ``None`` where it tells none."""
    insights = connector.insights
    if insights is None:
        return None
    table = insights.table
    return {
        "checked": table.checked.isoformat(),
        "source": table.source,
        "post": [_term(term, table) for term in table.post],
        "account": [_term(term, table) for term in table.account],
        "left_out": {metric.value: why for metric, why in table.left_out.items()},
        "at_once": insights.batch,
        "history_days": insights.history.days,
        "again_days": insights.again if insights.history else 0,
        "zone": insights.zone if insights.history else None,
        "finds_posts": insights.list_posts is not None,
        "may_mix": connector.policy.may_mix_with_others,
    }


def _term(term: Term, table: MetricTable) -> Table:
    lag = table.lag if term.lag is None else term.lag
    return {
        "name": term.name,
        "metric": term.metric.value,
        "meaning": term.meaning,
        "unit": term.unit.value,
        "late_hours": round(lag / timedelta(hours=1)),
        "replaces": term.replaces,
        "note": term.note,
    }


def section(figures: Table) -> Iterator[str]:
    """A platform's part of the page."""
    yield f"Figures, read {figures['checked']} from <{figures['source']}>. {_manner(figures)}"
    yield ""
    yield "| Figure of | Their name | Ours | What is counted |"
    yield "| --- | --- | --- | --- |"
    for place, label in PLACES.items():
        for term in figures[place]:
            yield f"| {label} | `{term['name']}` | {term['metric']} | {_told(term)} |"
    yield ""
    if figures["left_out"]:
        reasons = [f"- No {metric}: {why}" for metric, why in figures["left_out"].items()]
        yield from (*reasons, "")


def _manner(figures: Table) -> str:
    found = [f"Up to {figures['at_once']} posts a call." if figures["at_once"] > 1 else "A call a post."]
    if figures["history_days"]:
        found.append(
            f"Days of {figures['zone']}, {figures['history_days']} days back, "
            f"the last {figures['again_days']} read again each night."
        )
    else:
        found.append("Tells of no days: only how things stand.")
    found.append(
        "Finds posts made elsewhere." if figures["finds_posts"] else "Finds no posts made elsewhere."
    )
    if not figures["may_mix"]:
        found.append("Its terms let nothing be derived from its figures or added to those of others.")
    return " ".join(found)


def _told(term: Table) -> str:
    found = [term["meaning"]]
    if term["unit"] != Unit.COUNT:
        found.append(f"In {term['unit']}.")
    if term["late_hours"]:
        found.append(f"About {term['late_hours']} h late.")
    if term["replaces"]:
        found.append(f"Took the place of `{term['replaces']}`.")
    return " ".join([*found, term["note"]]).strip().replace("|", "\\|")


def overview(platforms: Sequence[Table]) -> Iterator[str]:
    """Who tells what, by our names."""
    yield "## Figures"
    yield ""
    yield "By our names: **p** of posts, **a** of the account. The sections above have their names for them."
    yield ""
    told = [one for one in platforms if one["figures"]]
    yield "| Ours | What it says | " + " | ".join(one["name"] for one in told) + " |"
    yield "| --- | --- |" + " --- |" * len(told)
    for metric in Metric:
        if metric is not Metric.OTHER:
            meaning = MEANINGS[metric]
            cells = " | ".join(_places(one["figures"], metric) for one in told)
            yield f"| {meaning.label} (`{metric.value}`) | {meaning.text} | {cells} |"


def _places(figures: Table, metric: Metric) -> str:
    found = [place[0] for place in PLACES if any(term["metric"] == metric for term in figures[place])]
    return " ".join(found)
