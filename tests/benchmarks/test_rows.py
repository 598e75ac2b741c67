"""What a row says of its figures: which way better is, and whether the target is met."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.benchmarks.measure import (
    Comparison,
    Failed,
    Figures,
    Reading,
    Row,
    Skipped,
    Unavailable,
    judge,
    outcome,
    rate,
    take_turns,
)


def comparison(unit: str, reading: Reading, bound: float | None = None) -> Comparison:
    return Comparison("a", "b", unit, reading, lambda: Figures(1, 1), bound)


@pytest.mark.parametrize(
    ("unit", "ours", "theirs", "ratio"),
    [("s", 0.5, 2.0, 4.0), ("1/s", 8.0, 2.0, 4.0)],
)
def test_speed_is_better_the_higher_whatever_the_unit(
    unit: str, ours: float, theirs: float, ratio: float
) -> None:
    """A short duration and a high rate both count as fast."""
    row = judge(comparison(unit, Reading.SPEED, 4), Figures(ours, theirs))
    assert row.ratio == ratio
    assert row.met is True
    assert judge(comparison(unit, Reading.SPEED, 4.1), Figures(ours, theirs)).met is False


def test_a_cost_may_not_exceed_its_bound() -> None:
    """1.3 times the alternative's time is allowed, a little more is not."""
    allowed = comparison("s", Reading.COST, 1.3)
    assert judge(allowed, Figures(1.3, 1.0)).met is True
    assert judge(allowed, Figures(1.31, 1.0)).met is False
    assert judge(allowed, Figures(1.3, 1.0)).target == "<= 1.3"


def test_memory_is_judged_by_the_difference() -> None:
    """Three times the memory is fine as long as it is not too many MB more."""
    row = judge(comparison("MB", Reading.MORE, 60), Figures(75.0, 25.0))
    assert (row.ratio, row.difference, row.met) == (3.0, 50.0, True)
    assert row.target == "<= 60 MB more"
    assert judge(comparison("MB", Reading.MORE, 60), Figures(86.0, 25.0)).met is False


def test_a_row_without_a_bound_has_no_verdict() -> None:
    row = judge(comparison("s", Reading.SPEED), Figures(1.0, 2.0))
    assert (row.target, row.met) == ("", None)


def test_both_sides_take_turns_and_the_medians_count() -> None:
    """One slow round of either side does not move its figure."""
    order: list[str] = []
    ours, theirs = iter([1.0, 9.0, 2.0]), iter([5.0, 4.0, 50.0])

    def one(name: str, figures: object) -> float:
        order.append(name)
        return float(next(figures))  # type: ignore[call-overload]

    figures = take_turns(lambda: one("o", ours), lambda: one("t", theirs), rounds=3)
    assert order == ["o", "t"] * 3
    assert figures == Figures(2.0, 5.0)


def test_a_rate_counts_every_call() -> None:
    """Calls per second times the seconds they took is the number of calls."""
    calls = 0

    def work() -> None:
        nonlocal calls
        calls += 1

    assert 0 < rate(work, 0.001) < calls / 0.001 + 1


def test_what_is_missing_skips_its_row_and_what_breaks_fails_it() -> None:
    """Only these two; the error's own words are kept."""

    def missing() -> Figures:
        raise Unavailable("no FakeNOS here")

    def broken() -> Figures:
        raise ZeroDivisionError("nothing was measured")

    row = comparison("s", Reading.SPEED)
    assert outcome(replace(row, measure=missing)) == Skipped("a", "b", "no FakeNOS here")
    failed = outcome(replace(row, measure=broken))
    assert failed == Failed("a", "b", "ZeroDivisionError: nothing was measured")
    assert isinstance(outcome(row), Row)
