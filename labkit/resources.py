"""Where the course's files are: `data/` and `notebooks/`.

They stand beside the package in a clone and inside it in a wheel (as `_data` and
`_notebooks`); everybody asks here and nobody else knows the difference.  It lies below every
floor, so it imports nothing of labkit.
"""

from __future__ import annotations

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


def _folder(name: str) -> Path:
    packed = package() / f"_{name}"
    return packed if packed.is_dir() else package().parent / name
