"""What `labkit bench` runs: `python -m tests.benchmarks [OPTION] [--json]`."""

from __future__ import annotations

import sys

from tests import benchmarks

INSTEAD = {
    "--desk": benchmarks.IN_A_BROWSER,
    "--course": benchmarks.OF_THE_COURSE,
    "--openlab": benchmarks.OPENLAB,
}

if __name__ == "__main__":
    chosen = [groups for option, groups in INSTEAD.items() if option in sys.argv]
    groups = chosen[0] if chosen else benchmarks.GROUPS
    sys.exit(benchmarks.run(groups, json="--json" in sys.argv))
