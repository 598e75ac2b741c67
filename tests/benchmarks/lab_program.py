"""Our whole lab, ready and timed: run as a module in a process of its own.

Its argument is a checkpoint.  Prints what `labkit serve --json` prints, with `seconds` until
every port accepted, imports not counted, and the `peak` memory in MB until then (null where the
system does not tell); ends when its input does.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import labkit.sim.serve.ssh  # noqa: F401 - a lab imports it when it first serves
from labkit.sim.lab.lab import Lab
from tests.benchmarks import ports
from tests.benchmarks.peak import peak_memory


def main() -> None:
    checkpoint = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder:
        start = time.perf_counter()
        with Lab(checkpoint, capture_dir=Path(folder)) as lab:
            told = lab.serve()
            ports.wait_open([device["netmiko"]["port"] for device in told["devices"]])
            told["seconds"] = time.perf_counter() - start
            told["peak"] = peak_memory()
            print(json.dumps(told), flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main()
