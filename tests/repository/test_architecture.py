"""The pages say where things are; what they name is there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")
NAMED = re.compile(
    r"`((?:labkit|data|tests|docs|notebooks|cli|commands|desk|drive|openlab|sim|capture|course"
    r"|protocols|lab(?!/tree)|serve|routers|grammar|net|model)/[\w./*-]+?)/?`"
)
"""A path in a page: from the clone, labkit/ or labkit/sim/; `lab/tree` is JupyterLab's."""


def test_every_path_that_a_page_names_exists() -> None:
    pages = [
        *REPOSITORY.glob("*.md"),
        *REPOSITORY.glob("docs/*.md"),
        *REPOSITORY.glob("docs/adr/*"),
    ]
    named = [
        (page.name, name)
        for page in pages
        for name in NAMED.findall(page.read_text(encoding="utf-8"))
    ]
    roots = REPOSITORY, REPOSITORY / "labkit", REPOSITORY / "labkit/sim"
    assert len(named) > 80
    assert [each for each in named if not any([*root.glob(each[1])] for root in roots)] == []


def test_the_picture_lists_every_package() -> None:
    packages = {path.parent.name for path in (REPOSITORY / "labkit").glob("*/__init__.py")}
    inside = {path.parent.name for path in (REPOSITORY / "labkit/sim").glob("*/__init__.py")}
    drawn = set(re.findall(r"^ +(\w+)/ ", PAGE, re.M))
    assert packages | inside <= drawn
