"""`labkit coverage`: write the pages of docs/ that list every command the devices understand.

Knows where the pages lie; what is in them is told by `labkit.sim`.
"""

from __future__ import annotations

import argparse

from labkit import resources
from labkit.commands import CommandError, part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a page is out of date"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the pages, or check them.  Raises CommandError outside a clone."""
    clone = resources.clone()
    if clone is None:
        raise CommandError("the pages belong to a clone of the repository", status=2)
    changed = 0
    for name, text in part("labkit.sim").command_pages().items():
        path = clone / "docs" / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        changed += 1
        print(f"docs/{name}: {'out of date' if arguments.check else 'written'}")
        if not arguments.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if arguments.check and changed else 0
