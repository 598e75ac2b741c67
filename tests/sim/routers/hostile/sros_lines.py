"""Lines of SR OS's grammar, context by context, with values of the right kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random

from labkit.sim.grammar import Kind
from labkit.sim.grammar.syntax import Keyword, Rest, Term, Value
from labkit.sim.routers.sros import grammar
from labkit.sim.routers.sros.kinds import KINDS
from labkit.sim.routers.sros.schema import Row, name_of
from labkit.sim.routers.sros.shell import SrosShell
from tests.sim.routers.hostile import typist

VALUES = {
    "ip": typist.ADDRESSES,
    "address": ("10.1.2.3/24", "192.0.2.1/32", "10.0.0.0/33", "1.2.3.4"),
    "prefix": ("10.0.0.0/8", "192.0.2.0/24", "0.0.0.0/0", "1.1.1.1"),
    "route": ("10.0.0.0/8", "192.0.2.1", "x"),
    "port": ("1/1/1", "1/1/2", "1/1/3", "9/9/9", "1/1"),
    "spoke": ("61:200", "12:101", "0:0", "99999:1"),
    "target": ("target:65000:100", "target:1", "x"),
    "rd": ("65000:1", "10.0.0.1:1", "1"),
    "area": ("49.0001", "zz"),
    "protocol": ("bgp", "bgp-vpn", "s", "zz"),
    "instance": ("Base", "100", "7", "²"),
}
KIND_NAMES = {id(kind): name for name, kind in KINDS.items()}
NAMES = ("toR2", "system", "to-R1", "loose", "x y", "", "a" * 81, "é", '"', "Customers", "100")


def line(random: Random, shell: SrosShell) -> str:
    """What somebody at this shell's prompt might type."""
    if random.random() < 0.04:
        return typist.nonsense(random)
    return typist.spoil(random, _whole(random, shell))


def _whole(random: Random, shell: SrosShell) -> str:
    dice = random.random()
    if dice < 0.12:
        return _row(random, random.choice(grammar.everywhere().children).terms)
    if dice < 0.20:
        return random.choice(("exit", "exit all", "back", "/configure", "info", "configure"))
    here = shell.cursor.context.children
    if here and dice < 0.60:
        return random.choice(("", "", "", "no ")) + _row(random, random.choice(here).terms)
    return _from_root(random)


def _from_root(random: Random) -> str:
    """A line with every context on the way."""
    row: Row | None = random.choice(_rows())
    parts: list[str] = []
    while row is not None and row.parent is not None:
        parts.insert(0, _row(random, row.terms))
        row = row.parent
    at = random.randrange(len(parts))
    parts[at] = random.choice(("", "", "", "", "no ")) + parts[at]
    return random.choice(("", "/")) + " ".join(parts)


@cache
def _rows() -> tuple[Row, ...]:
    return tuple(_below(grammar.root().children))


def _below(rows: Sequence[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from _below(row.children)


def _row(random: Random, terms: Rest) -> str:
    return " ".join(word for term in terms for word in _words(random, term))


def _words(random: Random, term: Term) -> list[str]:
    if isinstance(term, Keyword):
        return [term.text]
    if isinstance(term, Value):
        return [_value(random, term.kind)]
    if name_of(term):
        return [_row(random, random.choice(term.ways))]
    ways = [_row(random, way) for way in term.ways]
    return [way for way in ways if random.random() < (0.8 if way == "create" else 0.4)]


def _value(random: Random, kind: Kind) -> str:
    if span := re.fullmatch(r"<(\d+)-(\d+)>", kind.label):
        return typist.number(random, int(span[1]), int(span[2]))
    text = random.choice((*VALUES.get(KIND_NAMES[id(kind)], NAMES), random.choice(typist.WORDS)))
    return f'"{text}"' if kind.quoted and random.random() < 0.8 else text
