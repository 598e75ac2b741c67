"""Served labs for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.walk.served import Served


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start labs that end with the test: `serve("--checkpoint", "mirror")`."""
    with ExitStack() as stack:

        def start(*options: str) -> Served:
            folder = tmp_path / f"lab{len(list(tmp_path.iterdir()))}"
            return stack.enter_context(Served(folder, *options))

        yield start
