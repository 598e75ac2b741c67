"""What every test may ask for: outside programs, real captures, a home that is nobody's.

`@pytest.mark.needs("tshark")` or the fixture `tshark` skips with a reason where the program is
absent; with LABKIT_REQUIRE_TOOLS=1 (CI) its absence is a failure, so that nothing is skipped
unnoticed.

`@pytest.mark.whole(5)` over a long matrix runs five of its cases, chosen by LABKIT_SAMPLE (a
number; 1 if not set); `-m whole` runs them all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def require(tool: str) -> str:
    """The path of an outside program; skips, or fails where CI says it must be there."""
    found = shutil.which(tool)
    if found is not None:
        return found
    reason = f"{tool} is not installed"
    if os.environ.get("LABKIT_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{reason}, and LABKIT_REQUIRE_TOOLS=1 demands it", pytrace=False)
    pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for tool in mark.args:
            require(tool)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "whole" in config.option.markexpr:
        return
    matrices: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("whole"):
            matrices.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out: set[pytest.Item] = set()
    for name, cases in matrices.items():
        mark = cases[0].get_closest_marker("whole")
        assert mark is not None
        chosen = Random(f"{os.environ.get('LABKIT_SAMPLE', 1)} {name}")
        left_out |= {*cases} - {*chosen.sample(cases, min(mark.args[0], len(cases)))}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone the tests run from."""
    return REPOSITORY


@pytest.fixture(scope="session")
def tshark() -> str:
    """The path of tshark, an independent reader of what we write."""
    return require("tshark")


@pytest.fixture(scope="session")
def real_captures() -> Path:
    """Captures of real routers, which lie beside the clone and not in it."""
    folder = REPOSITORY.parent / "shared" / "captures"
    if not folder.is_dir():
        pytest.skip("the folder of real captures is not beside the clone")
    return folder


@pytest.fixture(scope="session", autouse=True)
def labkit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh LABKIT_HOME: no test ever reads or writes the learner's own."""
    home = tmp_path_factory.mktemp("labkit-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_HOME", str(home))
        yield home
