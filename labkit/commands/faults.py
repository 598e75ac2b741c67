"""`labkit faults`: list the faults that a lab can be given, or tell about some.

Without `--spoil` nothing of what it prints gives a cause away.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable

from labkit.commands import CommandError

WIDTH = 96


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="*", help="tell the symptoms of these (default: list all)")
    parser.add_argument("--spoil", action="store_true", help="tell cause and proof as well")


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError for a fault that is not there."""
    from labkit.sim import FaultError, fault, fault_names

    try:
        chosen = [fault(name) for name in arguments.id or fault_names()]
    except FaultError as error:
        raise CommandError(str(error), status=2) from error
    for each in chosen:
        print(f"{each.name:<5} {each.title}")
        if arguments.id:
            _tell("see", each.symptom)
        if arguments.spoil:
            _tell("cause", [each.cause])
            _tell("proof", [each.proof])
    if not arguments.id and not arguments.spoil:
        print("\nBring one in with lab.fault(ID), or at the prompt of `lab` with fault ID.")
    return 0


def _tell(word: str, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(
            textwrap.fill(
                sentence, WIDTH, initial_indent=f"      {word:<6}", subsequent_indent=" " * 12
            )
        )
        word = ""
