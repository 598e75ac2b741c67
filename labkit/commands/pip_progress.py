"""pip, with one line of progress in place of its hundreds.

Knows what pip prints; must not know why something is installed.  Standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from labkit.commands import CommandError


def install(python: Path, *arguments: str, total: int = 0) -> None:
    """`python -m pip install` with these arguments; `total` is about how many packages come.

    Raises CommandError with pip's own last error when pip fails.
    """
    settings = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    with subprocess.Popen(
        [str(python), "-m", "pip", "install", "--progress-bar", "off", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **settings},
    ) as pip:
        assert pip.stdout is not None
        said = list(show(pip.stdout, sys.stderr, total))
    if pip.returncode != 0:
        errors = [line for line in said if line.startswith("ERROR:")] or said[-1:] or ["no output"]
        raise CommandError(
            f"pip could not install: {errors[-1].removeprefix('ERROR:').strip()} "
            "(is this machine online? nothing is lost, the same command tries again)"
        )


def show(lines: Iterable[str], screen: TextIO, total: int) -> Iterator[str]:
    """Pass pip's lines through, telling on `screen` how far it is.

    On a terminal one line is rewritten; elsewhere every twenty-fifth package gets a line.
    """
    live = screen.isatty()
    collected = 0
    for line in lines:
        yield line.rstrip()
        words = line.split()
        if len(words) > 1 and words[0] in ("Collecting", "Processing"):
            collected += 1
            name = Path(words[1]).name.split("==")[0]
            note = f"  {min(collected, total)}/{total} {name}"
            if live:
                screen.write(f"\r\x1b[K{note}")
            elif total and collected % 25 == 0:
                screen.write(f"{note}\n")
        elif line.startswith("Installing collected packages") and total:
            screen.write(("\r\x1b[K" if live else "") + "  unpacking (about a minute)\n")
        screen.flush()
