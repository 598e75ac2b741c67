"""The rows of the desk where there is no browser."""

from __future__ import annotations

import pytest

from tests import benchmarks
from tests.benchmarks.measure import Skipped


def test_the_desk_is_skipped_with_a_sentence_where_chromium_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    (outcome,) = benchmarks.outcomes(benchmarks.IN_A_BROWSER)
    assert isinstance(outcome, Skipped)
    assert outcome.why == "chromium is not installed"
