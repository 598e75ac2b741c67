"""How long it takes to begin: `import labkit`, and a lab with every port open.

The lab is timed inside its process after the imports, and so is FakeNOS; both until a client
could connect to each of their ports.
"""

from __future__ import annotations

import compileall
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from labkit import resources
from tests.benchmarks import labs
from tests.benchmarks.measure import Comparison, Figures, Reading, take_turns
from tests.benchmarks.processes import Program, ask

IMPORT_ROUNDS, LAB_ROUNDS = 15, 3
IMPORT_COST, LAB_SPEED = 2, 10
EMPTY = "emptypackage"
IMPORT = """
import sys, time
sys.path.insert(0, sys.argv[1])
start = time.perf_counter()
__import__(sys.argv[2])
print(time.perf_counter() - start)
"""


def rows() -> Iterator[Comparison]:
    """The import, then the lab against FakeNOS of the same platforms and of its usual one."""
    yield Comparison("import labkit", "an empty package", "s", Reading.COST, _imports, IMPORT_COST)
    for platform, devices in ((None, "the same platforms"), ("cisco_ios", "all cisco_ios")):
        yield Comparison(
            "lab ready, all ports open",
            f"FakeNOS, as many devices, {devices}",
            "s",
            Reading.SPEED,
            partial(_ready, platform),
            LAB_SPEED,
        )


def _imports() -> Figures:
    """Both packages from one folder, and both compiled, whatever this Python's settings say."""
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder:
        for name in ("labkit", EMPTY):
            Path(folder, name).mkdir()
        source = resources.package() / "__init__.py"
        shutil.copyfile(source, Path(folder, "labkit", source.name))
        Path(folder, EMPTY, source.name).touch()
        compileall.compile_dir(folder, quiet=2)

        def one(name: str) -> float:
            return float(ask(IMPORT, folder, name))

        return take_turns(lambda: one("labkit"), lambda: one(EMPTY), IMPORT_ROUNDS)


def _ready(platform: str | None) -> Figures:
    labs.find_fakenos()
    return take_turns(
        lambda: _seconds(labs.ours()), lambda: _seconds(labs.FakeLab(platform)), LAB_ROUNDS
    )


def _seconds(program: Program) -> float:
    with program:
        return float(program.told["seconds"])
