"""The rows of the desk where there is no browser."""

from __future__ import annotations

import pytest

from labkit import bench
from labkit.bench.measure import Skipped


def test_the_desk_is_skipped_with_a_sentence_where_chromium_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    (outcome,) = bench.outcomes(bench.IN_A_BROWSER)
    assert isinstance(outcome, Skipped)
    assert outcome.why == "chromium is not installed"
