"""The tools' environments: a folder each in `.tools/` of the clone, from pinned requirements.

`python3 tests/tools/environments.py [TOOL ...]` makes those that are missing or out of date, as
many at a time as there are processors, since pip keeps one busy; LABKIT_TOOLS_DIR names another
folder.  Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
MARKER = "made-from"
TOOLS = sorted(each.parent.name for each in HERE.glob("*/requirements.txt"))


def folder() -> Path:
    """Where the environments are."""
    return Path(os.environ.get("LABKIT_TOOLS_DIR") or HERE.parents[1] / ".tools").resolve()


def python(tool: str) -> Path:
    """The interpreter of a tool's environment."""
    place = folder() / tool
    return place / "Scripts" / "python.exe" if os.name == "nt" else place / "bin" / "python"


def wanted(tool: str) -> str:
    """What the marker of a finished environment says: its place and its requirements."""
    digest = hashlib.sha256((HERE / tool / "requirements.txt").read_bytes()).hexdigest()
    return f"{folder() / tool}\n{digest}\n"


def ready(tool: str) -> bool:
    """Whether a tool's environment is made, here, from the requirements as they are now."""
    marker = folder() / tool / MARKER
    return marker.is_file() and marker.read_text("utf-8") == wanted(tool) and python(tool).exists()


def make(tool: str) -> None:
    """Make a tool's environment anew.  Raises ToolError when Python or pip cannot."""
    place = folder() / tool
    if place.exists():
        shutil.rmtree(place)
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / ".gitignore").write_text("*\n", encoding="utf-8")
    call(tool, sys.executable, "-I", "-m", "venv", str(place))
    pip = [str(python(tool)), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    requirements = str(HERE / tool / "requirements.txt")
    call(tool, *pip, "--no-compile", "--require-hashes", "-r", requirements)
    (place / MARKER).write_text(wanted(tool), encoding="utf-8")


def call(tool: str, *command: str) -> None:
    """Run a command; what it says is shown when it fails.  Raises ToolError."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        raise ToolError(f"{tool}: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


class ToolError(Exception):
    """A tool's environment cannot be made; the message holds what Python or pip said."""


def bring(tool: str) -> str:
    """Make a tool's environment unless it is ready; a line about it.  Raises ToolError."""
    started = time.monotonic()
    if not ready(tool):
        make(tool)
    return f"{tool}: {folder() / tool} ({time.monotonic() - started:.0f} s)"


def main() -> None:
    tools = sys.argv[1:] or TOOLS
    for tool in tools:
        if tool not in TOOLS:
            sys.exit(f"no such tool: {tool} (there are {', '.join(TOOLS)})")
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for line in pool.map(bring, tools):
                print(line, flush=True)
        except ToolError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
