"""The table, the JSON and the exit status, over groups of rows that are made up."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from tests import benchmarks
from tests.benchmarks import report
from tests.benchmarks.measure import Comparison, Figures, Reading, Row, Skipped, Unavailable

Rows = Callable[[], Iterator[Comparison]]
FIGURES = {"name", "against", "unit", "ours", "theirs", "ratio", "difference", "reading"}


def row(name: str, figures: Figures, bound: float | None = None) -> Comparison:
    return Comparison(name, "another", "s", Reading.SPEED, lambda: figures, bound)


def good() -> Iterator[Comparison]:
    yield row("reached", Figures(0.001, 0.2, "a word"), 100)
    yield row("short of it", Figures(0.1, 0.2), 10)


def absent() -> Iterator[Comparison]:
    def measure() -> Figures:
        raise Unavailable("not installed")

    yield Comparison("wanting", "nobody", "s", Reading.SPEED, measure)


def broken() -> Iterator[Comparison]:
    yield row("before", Figures(1.0, 1.0))
    raise OSError("no more ports")


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the benchmark consist of these generators."""

    def use(*rows: Rows) -> None:
        for each in rows:
            module = ModuleType(f"tests.benchmarks.{each.__name__}")
            module.rows = each  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, module.__name__, module)
        names = tuple(each.__name__ for each in rows)
        for call in (benchmarks.run, benchmarks.outcomes):
            monkeypatch.setattr(call, "__defaults__", (names,))

    return use


def test_json_is_one_object_with_rows_and_machine(
    groups: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each row carries its figures, or why it has none."""
    groups(good, absent)
    assert benchmarks.run(json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"rows", "machine"}
    assert set(told["machine"]) == {"python", "platform", "cpus"}
    reached, short, wanting = told["rows"]
    assert set(reached) == FIGURES | {"target", "met", "note"}
    assert (reached["ratio"], reached["met"], reached["note"]) == (200.0, True, "a word")
    assert (short["target"], short["met"]) == (">= 10", False)
    assert wanting == {"name": "wanting", "against": "nobody", "skipped": "not installed"}


def test_a_missed_target_is_told_and_is_no_failure(
    groups: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The closing lines name the row, what it came to, and what was wanted."""
    groups(good)
    assert benchmarks.run() == 0
    out, err = capsys.readouterr()
    assert "MISSED: short of it, against another: 2 x as fast, target >= 10" in out
    assert out.endswith("1 of 2 targets reached\n")
    assert "measuring reached, against another" in err


def test_a_group_that_breaks_does_not_stop_the_others_but_fails_the_run(
    groups: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The rows before and after it stand; the exit status is 1."""
    groups(broken, good)
    assert benchmarks.run() == 1
    out = capsys.readouterr().out
    assert "FAILED: broken, against everything: OSError: no more ports" in out
    assert all(name in out for name in ("before", "reached", "short of it"))


def test_a_group_is_closed_before_the_next_begins(groups: Callable[..., None]) -> None:
    """What a generator holds open between its rows is let go, also after its last one."""
    held: list[str] = []

    def holding() -> Iterator[Comparison]:
        held.append("a server")
        try:
            yield row("one", Figures(1.0, 1.0))
        finally:
            held.clear()

    def after() -> Iterator[Comparison]:
        assert not held
        yield row("two", Figures(1.0, 1.0))

    groups(holding, after)
    assert [type(outcome) for outcome in benchmarks.outcomes()] == [Row, Row]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.5, "s", "2.5 s"),
        (0.0335, "s", "33.5 ms"),
        (0.99968, "s", "1000 ms"),
        (1234.5, "MB", "1234 MB"),
        (0.00012, "s", "120 µs"),
        (123456.7, "1/s", "123,457/s"),
        (41.26, "MB", "41.3 MB"),
    ],
)
def test_quantities_have_three_digits_and_a_unit_that_suits(
    value: float, unit: str, text: str
) -> None:
    assert report.quantity(value, unit) == text


def test_the_columns_of_the_table_stand_under_their_heads() -> None:
    """A skipped row has no figures and keeps its place."""
    measured = Row("a", "b", "s", 1.0, 2.0, 2.0, Reading.SPEED, ">= 1", True)
    lines = report.table([measured, Skipped("longer name", "b", "why")]).splitlines()
    assert lines[2].index("b") == lines[0].index("against") == lines[3].index("b")
    assert lines[2].endswith("met")
    assert lines[3].endswith("skipped")
