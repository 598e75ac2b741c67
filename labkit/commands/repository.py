"""`labkit test`, `bench`, `coverage`, `notebooks`: what those who look after the course run.

Knows the arguments; the work belongs to the repository, below `tests/`, and is no part of an
installed package.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from labkit import resources
from labkit.commands import CommandError

INSTEAD = {
    "--desk": "the widgets in a browser instead (wants chromium)",
    "--course": "the proof of the notebooks instead (wants nbval)",
    "--openlab": "only the row against the open lab (minutes)",
}


def test_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pytest", nargs=argparse.REMAINDER, help="after `--`: arguments for pytest alone"
    )


def test(arguments: argparse.Namespace) -> int:
    """Style, types, floors, then every test and every notebook; 0 if all passed."""
    return in_clone("the tests are", "tests", *arguments.pytest)


def bench_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    instead = parser.add_mutually_exclusive_group()
    for option, what in INSTEAD.items():
        instead.add_argument(option, action="append_const", const=option, dest="instead", help=what)


def bench(arguments: argparse.Namespace) -> int:
    """Measure and print; returns 1 when a figure could not be measured."""
    asked = [*(arguments.instead or ()), *(["--json"] if arguments.json else [])]
    return in_clone("the benchmark is", "tests.benchmarks", *asked)


def coverage_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a page is out of date"
    )


def coverage(arguments: argparse.Namespace) -> int:
    """Write the pages, or check them."""
    return in_clone("the pages are", "tests.coverage.pages", *_check(arguments))


def notebooks_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if an output would change"
    )


def notebooks(arguments: argparse.Namespace) -> int:
    """Regenerate stored outputs, or check; returns 1 if a check found a difference."""
    told = (*_check(arguments), *arguments.names)
    return in_clone("the stored outputs are", "tests.notebooks.stored", *told)


def in_clone(what: str, module: str, *arguments: str) -> int:
    """Run a module of the repository that is no part of the package; returns its exit status.

    Raises CommandError (2) where there is no clone: `what` is in the repository alone.
    """
    root = resources.clone()
    if root is None:
        raise CommandError(
            f"{what} in the repository, not in the installed package: clone it and run this there",
            status=2,
        )
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=root).returncode


def _check(arguments: argparse.Namespace) -> list[str]:
    return ["--check"] if arguments.check else []
