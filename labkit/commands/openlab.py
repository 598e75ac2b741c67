"""`labkit openlab`: the course's network on real open-source routers, in a guest of its own.

Knows the verbs and what is said about them; the work is `labkit.openlab`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

VERBS = {
    "build": "build the guest's root file system (once; needs root)",
    "up": "boot the network and leave it running",
    "do": "run a shell command in the running guest, for example: at PC-B ping -c 3 192.168.1.10",
    "run": "from nothing to a recorded and verified tunnel, with how long each step took",
    "record": "record scenarios into a folder (default: all, into the course's)",
    "down": "stop the guest",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, what in VERBS.items():
        # What is after "do" is the guest's, options too.
        verb = verbs.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        if name == "do":
            verb.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
        elif name == "record":
            verb.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="which (all)")
            verb.add_argument("--into", type=Path, metavar="DIR", help="data/recordings")
        elif name == "run":
            verb.add_argument(
                "--rebuild", action="store_true", help="build the root file system anew, too"
            )


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says; raises OpenLabError, OSError."""
    from labkit.openlab import session

    match arguments.verb:
        case "build":
            session.build(print)
        case "up":
            session.up(print)
        case "do":
            status, said = session.do(" ".join(arguments.words))
            print(said, end="")
            return status
        case "run":
            return 0 if session.run(print, rebuild=arguments.rebuild) else 1
        case "record":
            return 0 if session.record(print, arguments.scenarios, arguments.into) else 1
        case _:
            session.down(print)
    return 0
