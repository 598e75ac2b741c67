"""Benches of SR OS routers: one to look at, one for a test that changes things."""

from __future__ import annotations

import pytest

from tests.sim.routers.sros.bench import Bench


@pytest.fixture(scope="package")
def quiet() -> Bench:
    """The baseline, for tests that change nothing."""
    return Bench()


@pytest.fixture
def bench() -> Bench:
    """A baseline of one's own."""
    return Bench()
