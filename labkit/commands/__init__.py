"""The command line: which commands there are and how any of them ends.

A command is two functions of a module here, `NAME_arguments(parser)` and `NAME(arguments) -> int`;
the module is imported only when one of its commands is called, so `labkit --help` costs nothing.
Exit status: 0 fine, 1 the thing failed, 2 wrong usage; an error is one line on stderr, a traceback
only with `--debug`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from labkit import __version__

COMMANDS = {
    "course": "open JupyterLab on your working copy of the course (what plain `labkit` does)",
    "test": "run the project's tests (from a clone)",
    "doctor": "check this machine, one line each, with what to do",
    "serve": "run the simulated lab, every device an SSH server on 127.0.0.1",
    "exercises": "list the exercises, or check one against a running lab",
    "faults": "list the faults that a lab can be given",
    "decrypt": "write a capture with its ESP packets replaced by what they carried",
    "bench": "measure the lab against named alternatives",
    "coverage": "write the pages that list every command the devices understand",
    "openlab": "run the same network on real open-source routers, in a guest of its own",
    "notebooks": "run the notebooks of a clone and store their outputs",
}
MODULES = {
    "course": ("course",),
    "doctor": ("doctor",),
    "labs": ("serve", "exercises", "faults", "decrypt", "openlab"),
    "repository": ("test", "bench", "coverage", "notebooks"),
}
DEFAULT = "course"


class CommandError(Exception):
    """What a person is told in one line, and the exit status that goes with it."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help explains)\n")


def run(argv: Sequence[str]) -> int:
    """Run a command line (without the program's name); returns its exit status.

    Raises SystemExit for `--help`, `--version` and wrong usage, as argparse does.
    """
    command, rest = _split(list(argv))
    (room,) = (room for room, commands in MODULES.items() if command in commands)
    module = import_module(f"labkit.commands.{room}")
    parser = _parser(command)
    getattr(module, f"{command}_arguments")(parser)
    arguments = parser.parse_args(rest)
    try:
        from labkit.commands import environment

        environment.enter(argv)
        return int(getattr(module, command)(arguments))
    except KeyboardInterrupt:
        return _fail("stopped", 1)
    except BrokenPipeError:  # the reader of our output went away: nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if arguments.debug:
            raise
        status = error.status if isinstance(error, CommandError) else 1
        return _fail(str(error) or type(error).__name__, status)


def _split(argv: list[str]) -> tuple[str, list[str]]:
    """The command's name and its arguments; options alone mean the course."""
    flags = 0
    while flags < len(argv) and argv[flags] == "--debug":
        flags += 1
    word = argv[flags] if flags < len(argv) else ""
    if word in COMMANDS:
        return word, argv[:flags] + argv[flags + 1 :]
    if word and not word.startswith("-"):
        _parser(DEFAULT).error(f"there is no command {word!r}")
    return DEFAULT, argv


def _parser(command: str) -> Parser:
    what = COMMANDS[command]
    if command == DEFAULT:
        listing = "\n".join(f"  {name:<10} {what}" for name, what in COMMANDS.items())
        parser = Parser(
            prog="labkit",
            usage="labkit [options] | labkit COMMAND [options]",
            description=f"A course on MPLS L3VPN and IPsec. Without a command: {what}.",
            epilog=f"commands (labkit COMMAND --help explains each):\n{listing}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument("--version", action="version", version=f"labkit {__version__}")
    else:
        parser = Parser(prog=f"labkit {command}", description=f"{what[0].upper()}{what[1:]}.")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    return parser


def _fail(message: str, status: int) -> int:
    lines = " ".join(line.strip() for line in message.splitlines() if line.strip())
    print(f"labkit: {lines}", file=sys.stderr)
    return status
