"""What measurements print: the worse of several parts, percentiles, and what is kept of one that broke."""

from __future__ import annotations

import pytest

from bench import upload
from bench.__main__ import TIMED, names, outcome
from bench._figures import last_line, quantile, quantiles, worse


def test_of_two_databases_the_worse_figure_is_the_one_that_is_told() -> None:
    sqlite = {"n": 60, "p99_s": 0.4, "per_s": 147.0, "ratio": 0.6}
    postgres = {"n": 59, "p99_s": 0.2, "per_s": 135.0, "ratio": 0.7}
    found = worse([sqlite, postgres], ("n", "p99_s", "per_s", "ratio"))
    assert found == {"n": 59, "p99_s": 0.4, "per_s": 135.0, "ratio": 0.6}


@pytest.mark.parametrize("part", [{}, {"p99_s": None}])
def test_what_one_part_could_not_measure_is_unknown_and_not_the_other_one_s(part: dict[str, float]) -> None:
    assert worse([{"p99_s": 0.1}, part], ("p99_s",)) == {"p99_s": None}
    assert worse([], ("p99_s",)) == {"p99_s": None}


def test_a_percentile_is_a_value_that_was_measured() -> None:
    ordered = [float(number) for number in range(1, 21)]
    assert [quantile(ordered, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 10, 19, 20, 20]
    assert quantile([3.0], 0.5) == 3.0
    assert quantiles([0.1, 0.2, 0.9], "lag") == {"lag_p50_s": 0.2, "lag_p99_s": 0.9, "lag_max_s": 0.9}
    assert quantiles([]) == {}


def test_only_the_last_line_counts_and_silence_is_an_error() -> None:
    assert last_line('noise\n{"a": 1}\n') == {"a": 1}
    assert last_line('[{"page": "today"}]') == [{"page": "today"}]
    for said in ("", "\n", "Traceback"):
        with pytest.raises(ValueError):
            last_line(said)


def test_a_measurement_that_broke_is_told_with_the_end_of_what_it_complained_of() -> None:
    assert outcome("", "a\nb\nc\nd\n", 1) == {"error": "b\nc\nd"}
    assert outcome("", "", 2) == {"error": "ended with 2, saying nothing"}
    assert outcome('{"double": 1}\n', "", 1) == {"found": {"double": 1}, "error": "ended with 1"}
    assert outcome('{"double": 0}\n', "a warning\n", 0) == {"found": {"double": 0}}


def test_every_measurement_is_run() -> None:
    assert set(TIMED) < set(names())
    assert {"chaos", "upload", "crash"} < set(names())


@pytest.mark.parametrize(
    ("results", "most"),
    [
        ([{"rss_growth_mib": 3.5}, {"rss_growth_mib": 7.25}], 7.25),
        ([{"rss_growth_mib": 3.5}, {"state": "published", "note": "nothing is sent"}], 3.5),
        ([{"rss_growth_mib": 3.5}, {"state": "the measurement ended with 1"}], None),
        ([], None),
    ],
)
def test_memory_is_told_only_where_every_way_was_measured(
    results: list[dict[str, object]], most: float | None
) -> None:
    assert upload.report(results, quick=True)["peak_rss_growth_mib"] == most
