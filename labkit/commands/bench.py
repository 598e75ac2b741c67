"""`labkit bench`: figures, each a ratio against a named alternative of the same run.

Knows the arguments; the measuring is `labkit.bench`.
"""

from __future__ import annotations

import argparse

from labkit.commands import part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--desk", action="store_true", help="the widgets in a browser instead (wants chromium)"
    )
    instead.add_argument(
        "--course", action="store_true", help="the proof of the notebooks instead (wants nbval)"
    )
    instead.add_argument(
        "--openlab", action="store_true", help="only the row against the open lab (minutes)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; returns 1 when a figure could not be measured."""
    bench = part("labkit.bench")
    groups = bench.GROUPS
    if arguments.desk:
        groups = bench.IN_A_BROWSER
    if arguments.course:
        groups = bench.OF_THE_COURSE
    if arguments.openlab:
        groups = bench.OPENLAB
    return int(bench.run(groups, json=arguments.json))
