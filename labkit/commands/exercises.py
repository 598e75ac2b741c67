"""`labkit exercises`: list them, or check one against a running lab.

The check goes over SSH and looks into the capture files, so it sees what anybody could; what it
finds counts as the learner's progress.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from labkit import resources
from labkit.commands import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="list all exercises and questions (what no action does too)")
    check = actions.add_parser("check", help="check one exercise against a running lab")
    check.add_argument("id", help="the exercise")
    check.add_argument(
        "--lab",
        type=Path,
        metavar="FILE",
        help="what `labkit serve --json` printed (default: the `labkit serve` that runs)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Returns 0 for a list or an exercise passed, 1 for one that is not.  Raises CommandError."""
    if arguments.action == "check":
        return _check(arguments.id, arguments.lab)
    from labkit.course.progress import Progress, things

    for each in things(Progress()):
        if each.kind != "quiz":
            mark = "✓" if each.passed else " "
            print(f"{mark} {each.notebook}  {each.kind:<8}  {each.id:<28}  {each.title}")
    return 0


def _check(name: str, file: Path | None) -> int:
    from labkit.course import exercise
    from labkit.course.attempt import Attempt
    from labkit.course.checking import Outcome
    from labkit.course.observer import OverSsh

    try:
        wanted = exercise.exercise(name)
    except LookupError as error:
        raise CommandError(str(error), status=2) from error
    file = file or _running()
    observer = OverSsh.of(_description(file), str(file))  # its errors name file and device
    try:
        report = Attempt(observer, wanted).check(_tell if sys.stderr.isatty() else None)
    finally:
        observer.close()
    print(report)
    return 0 if report.outcome is Outcome.PASSED else 1


def _description(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {file}: {error}", status=2) from error
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(
            f"{file} is not the JSON of `labkit serve --json`: {error}", 2
        ) from error


def _running() -> Path:
    """What the one `labkit serve` of this person left for scripts."""
    found = sorted((resources.home() / "serve").glob("*.json"))
    if len(found) != 1:
        which = "none runs" if not found else f"{len(found)} run"
        raise CommandError(f"which lab? {which}; say it with --lab FILE", status=2)
    return found[0]


def _tell(done: int, total: int) -> None:
    print(f"\rchecking {done + 1} of {total}", end="\r", file=sys.stderr, flush=True)
