"""Where files are: the course's `data/` and `notebooks/`, and the learner's own folder.

The course's stand beside the package in a clone and inside it in a wheel (as `_data` and
`_notebooks`); the learner's lie outside both.  Everybody asks here and nobody else knows the
difference.  Files with secrets or with somebody's work are written here too, the one way that
loses and shows nothing.  It lies below every floor, so it imports nothing of labkit.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.resources import files
from pathlib import Path


def package() -> Path:
    """The folder of the package itself."""
    return Path(str(files("labkit")))


def clone() -> Path | None:
    """The clone this package runs from, or None when it was installed from a wheel."""
    root = package().parent
    return root if (root / "pyproject.toml").is_file() and (root / "data").is_dir() else None


def data(*parts: str) -> Path:
    """A file or folder of `data/`, for example `data("checkpoints", "baseline.yaml")`."""
    return _folder("data").joinpath(*parts)


def notebooks() -> Path:
    """The folder of the course's notebooks as they were published."""
    return _folder("notebooks")


def home() -> Path:
    """The learner's own folder (it may not exist yet): LABKIT_HOME, or the system's place."""
    chosen = os.environ.get("LABKIT_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "labkit"


def put(path: Path, text: str) -> None:
    """Write a file for its owner only, in the place of an older one: whoever reads meanwhile, or
    after a crash, sees the one or the other whole.  A link there is replaced, not followed.

    Raises OSError.
    """
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _folder(name: str) -> Path:
    packed = package() / f"_{name}"
    return packed if packed.is_dir() else package().parent / name
