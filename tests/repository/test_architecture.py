"""docs/architecture.md says where things are; what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")


def test_every_path_that_the_page_names_exists() -> None:
    named = re.findall(
        r"`((?:labkit|data|tests|docs|desk|drive|sim|capture|course|protocols)/[^`]*)`", PAGE
    )
    paths = [REPOSITORY / name for name in named], [REPOSITORY / "labkit" / name for name in named]
    assert len(named) > 40
    assert [
        name for name, *at in zip(named, *paths, strict=True) if not any(p.exists() for p in at)
    ] == []


def test_the_picture_lists_every_package() -> None:
    packages = {path.parent.name for path in (REPOSITORY / "labkit").glob("*/__init__.py")}
    inside = {path.parent.name for path in (REPOSITORY / "labkit/sim").glob("*/__init__.py")}
    drawn = set(re.findall(r"^ +(\w+)/ ", PAGE, re.M))
    assert packages | inside <= drawn
