"""`labkit bench`: figures, each a ratio against a named alternative of the same run.

Knows the arguments; the measuring is `labkit.bench`.
"""

from __future__ import annotations

import argparse

from labkit.commands import part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument(
        "--openlab", action="store_true", help="only the row against the open lab (minutes)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; returns 1 when a figure could not be measured."""
    return int(part("labkit.bench").run(json=arguments.json, openlab=arguments.openlab))
