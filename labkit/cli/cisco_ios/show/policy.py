"""`show route-map` and `show ip prefix-list`, read off the running configuration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from labkit.model.config import Line


def route_maps(tree: Line, name: str | None = None) -> Iterator[str]:
    """Every sequence with its clauses."""
    sections = [line for line in tree.under("route-map") if name in (None, line.text.split()[1])]
    if name is not None and not sections:
        yield f"route-map {name} not found"
    for section in sections:
        _, own, action, sequence = section.text.split()
        yield f"route-map {own}, {action}, sequence {sequence}"
        yield "  Match clauses:"
        yield from (f"    {_match(line.text)}" for line in section.under("match"))
        yield "  Set clauses:"
        yield from (f"    {line.text.removeprefix('set ')}" for line in section.under("set"))
        yield "  Policy routing matches: 0 packets, 0 bytes"


def _match(text: str) -> str:
    words = text.split()
    if words[3] == "prefix-list":
        return f"ip address prefix-lists: {' '.join(words[4:])} "
    return f"ip address (access-lists): {' '.join(words[3:])} "


def prefix_lists(tree: Line, name: str | None = None) -> Iterator[str]:
    """Every list with its entries."""
    lines = [line.text.split() for line in tree.under("ip prefix-list")]
    for own, group in groupby(lines, lambda words: words[2]):
        entries = list(group)
        if name in (None, own):
            yield f"ip prefix-list {own}: {len(entries)} entries"
            yield from (f"   {' '.join(words[3:])}" for words in entries)
