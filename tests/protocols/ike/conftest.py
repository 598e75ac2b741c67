"""A fresh pair of IKE machines for each test."""

from __future__ import annotations

import pytest

from tests.protocols.ike.pair import Pair


@pytest.fixture
def pair() -> Pair:
    return Pair()
