"""`labkit bench`: figures, each a ratio against a named alternative of the same run.

Knows the arguments; the measuring belongs to the repository: tests/benchmarks.
"""

from __future__ import annotations

import argparse

from labkit.commands import in_clone

INSTEAD = {
    "--desk": "the widgets in a browser instead (wants chromium)",
    "--course": "the proof of the notebooks instead (wants nbval)",
    "--openlab": "only the row against the open lab (minutes)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    instead = parser.add_mutually_exclusive_group()
    for option, what in INSTEAD.items():
        instead.add_argument(option, action="append_const", const=option, dest="instead", help=what)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; returns 1 when a figure could not be measured.  Raises CommandError."""
    asked = [*(arguments.instead or ()), *(["--json"] if arguments.json else [])]
    return in_clone("the benchmark is", "tests.benchmarks", *asked)
