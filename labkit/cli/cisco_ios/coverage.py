"""What of IOS can be typed here, read off the grammar: for the documentation.

`python -m labkit.cli.cisco_ios.coverage` prints it as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cli.cisco_ios import exec_rows
from labkit.cli.cisco_ios.modes import MODES


def table() -> Iterator[tuple[str, list[str]]]:
    """Every mode as its prompt shows it, with its syntaxes in order."""
    for mode in (exec_rows.mode(15), *MODES.values()):
        syntaxes = {row.syntax for row in mode.rows}
        yield f"{mode.suffix}#", sorted(syntaxes)


def markdown() -> Iterator[str]:
    """The table as lines of Markdown."""
    yield "# What the IOS gateways understand"
    for prompt, syntaxes in table():
        yield f"\n## `Router{prompt}`\n"
        yield from (f"- `{syntax}`" for syntax in syntaxes)


if __name__ == "__main__":
    print("\n".join(markdown()))
