"""Cutting a text at its headings, which all families do."""

from __future__ import annotations

import re


def sections(text: str, heading: re.Pattern[str]) -> list[tuple[re.Match[str], str]]:
    """Each heading's match and what stands below it, up to the next."""
    starts = list(heading.finditer(text))
    ends = [*(each.start() for each in starts[1:]), len(text)]
    return [(start, text[start.end() : end]) for start, end in zip(starts, ends, strict=False)]
