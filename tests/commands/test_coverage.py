"""The coverage pages list what the grammars say, and what they say is missing is missing."""

from __future__ import annotations

import re

from labkit import resources
from labkit.lab import coverage

ERRORS = {
    "cisco_ios": ("% Invalid input detected at '^' marker.", "% Incomplete command."),
    "nokia_sros": ("Error: Bad command.", "Error: Invalid parameter."),
}


def test_the_stored_pages_are_what_the_grammars_say() -> None:
    """After a change of a grammar: python -m labkit coverage."""
    clone = resources.clone()
    assert clone is not None
    pages = coverage.pages()
    stale = [
        name
        for name, text in pages.items()
        if (clone / "docs" / name).read_text(encoding="utf-8") != text
    ]
    assert stale == []
    for platform, errors in ERRORS.items():
        gaps = re.findall(r"^\| `(.*?)` \| `(.*)` \|$", pages[f"coverage/{platform}.md"], re.M)
        assert len(gaps) == len(coverage.known_gaps()[platform])
        assert [gap for gap in gaps if gap[1] not in errors] == []
