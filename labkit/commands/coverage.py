"""`labkit coverage`: write the pages of docs/ that list every command the devices understand.

The pages belong to the repository, and so does what makes them: tests/coverage.
"""

from __future__ import annotations

import argparse

from labkit.commands import in_clone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a page is out of date"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the pages, or check them.  Raises CommandError outside a clone."""
    check = ["--check"] if arguments.check else []
    return in_clone("the pages are", "tests.coverage.pages", *check)
