"""Whether two access lists are mirror images, and what comes of it where they are not.

The verdict is that of the simulated router's own rule for quick mode: a responder takes a proposal
that lies within one of its entries, turned around.  Must not know Jupyter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from labkit.desk.wildcard.entry import ALL_BITS, end_short, protocol, words
from labkit.sim import Ace, Acl, Wildcard, accepts, mirrored


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry of one list beside what answers to it in the other.

    `mine` None: the other list has an entry that nothing here answers to.
    """

    mine: Ace | None
    theirs: Ace | None
    mirror: bool
    """Each is the other turned around."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two lists laid over each other."""

    names: tuple[str, str]
    pairs: tuple[Pair, ...]

    @property
    def mirror(self) -> bool:
        """Whether the lists are mirror images."""
        return all(pair.mirror for pair in self.pairs)

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if not self.pairs:
            return "Neither list permits anything: nothing is protected."
        if self.mirror:
            return f"{self.names[0]} and {self.names[1]} are mirror images."
        wrong = sum(not pair.mirror for pair in self.pairs)
        return (
            f"Not mirror images: {wrong} of {len(self.pairs)} entries "
            f"{'has' if wrong == 1 else 'have'} no exact counterpart."
        )


def compare(here: Acl, there: Acl) -> Comparison:
    """Lay the crypto lists of the two ends over each other; only permits select traffic."""
    mine = [ace for ace in here.entries if ace.permit]
    left = [ace for ace in there.entries if ace.permit]
    everything = list(left)
    exact: dict[int, Ace] = {}
    for index, ace in enumerate(mine):
        twin = next((each for each in left if _same(mirrored(each), ace)), None)
        if twin is not None:
            exact[index] = twin
            left.remove(twin)
    pairs: list[Pair] = []
    names = here.name, there.name
    for index, ace in enumerate(mine):
        twin = exact.get(index)
        if twin is None and left:
            twin = max(left, key=lambda each, ace=ace: _likeness(mirrored(each), ace))  # type: ignore[misc]
            if _likeness(mirrored(twin), ace):
                left.remove(twin)
            else:
                twin = None
        pairs.append(_pair(ace, twin, mine, everything, names))
    pairs += [_pair(None, ace, mine, everything, names) for ace in left]
    return Comparison(names, tuple(pairs))


def _pair(
    mine: Ace | None, theirs: Ace | None, here: list[Ace], there: list[Ace], names: tuple[str, str]
) -> Pair:
    to_there = mine is not None and accepts(there, mine)
    to_here = theirs is not None and accepts(here, theirs)
    mirror = mine is not None and theirs is not None and _same(mirrored(theirs), mine)
    if mirror:
        return Pair(mine, theirs, mirror, "An exact mirror image.")
    why = _explain(mine, theirs, names)
    return Pair(mine, theirs, mirror, f"{why} {_outcome(mine, theirs, to_there, to_here, names)}")


def _explain(mine: Ace | None, theirs: Ace | None, names: tuple[str, str]) -> str:
    here, there = names
    if mine is None or theirs is None:
        ace = mine or theirs
        assert ace is not None
        other = there if mine is not None else here
        return f"{other} has nothing that answers to this; it needs: {words(mirrored(ace))}."
    turned = mirrored(theirs)
    if _same(theirs, mine):
        return f"Both have it the same way round; {there} must exchange source and destination."
    told: list[str] = []
    for side, other, first, second in (
        ("source", "destination", mine.source, turned.source),
        ("destination", "source", mine.destination, turned.destination),
    ):
        if first != second:
            told.append(
                f"{here} has {end_short(first)} as its {side}, {there} has {end_short(second)} "
                f"as its {other} ({_relation(second, first)})."
            )
    if mine.protocol != turned.protocol:
        told.append(f"{here} says {protocol(mine)}, {there} says {protocol(theirs)}.")
    if (mine.source_port, mine.destination_port) != (turned.source_port, turned.destination_port):
        told.append("Their ports differ.")
    return " ".join(told) or "They differ in a condition beyond addresses and ports."


def _outcome(
    mine: Ace | None, theirs: Ace | None, to_there: bool, to_here: bool, names: tuple[str, str]
) -> str:
    here, there = names
    if to_there and (to_here or theirs is None):
        return f"What {here}'s end proposes lies within an entry there, so it is accepted."
    if to_here and mine is None:
        return f"What {there}'s end proposes lies within an entry here, so it is accepted."
    if to_there or to_here:
        good, bad = (here, there) if to_there else (there, here)
        return (
            f"The tunnel comes up when {good}'s end begins; when {bad}'s end begins, quick mode "
            "is refused: proxy identities not supported."
        )
    who = "whoever begins" if mine and theirs else f"when {here if mine else there}'s end begins"
    return f"Quick mode is refused {who}: proxy identities not supported."


def _relation(there: Wildcard, here: Wildcard) -> str:
    if _covers(there, here):
        return "wider"
    if _covers(here, there):
        return "narrower"
    care = ~(int(there.mask) | int(here.mask)) & ALL_BITS
    disjoint = (int(there.address) ^ int(here.address)) & care
    return "another" if disjoint else "overlapping"


def _covers(outer: Wildcard, inner: Wildcard) -> bool:
    mask = int(outer.mask)
    return int(inner.mask) & ~mask == 0 and outer.matches(inner.address)


def _same(one: Ace, other: Ace) -> bool:
    return replace(one, sequence=0, log=False) == replace(other, sequence=0, log=False)


def _likeness(one: Ace, other: Ace) -> int:
    """How much two entries have in common; 0: nothing that says they belong together."""
    ends = ((one.source, other.source), (one.destination, other.destination))
    turned = ((one.source, other.destination), (one.destination, other.source))
    near = sum(2 if a == b else _relation(a, b) != "another" for a, b in ends)
    far = sum(2 if a == b else 0 for a, b in turned)
    return max(near, far)


@cache
def examples() -> dict[str, tuple[str, str]]:
    """Pairs of lists worth a look, by name: (at A, at B)."""
    a = "permit ip 192.168.1.0 0.0.0.255 172.16.1.0 0.0.0.255"
    b = "permit ip 172.16.1.0 0.0.0.255 192.168.1.0 0.0.0.255"
    return {
        "mirror images": (a, b),
        "wider at B": (a, "permit ip 172.16.0.0 0.0.255.255 192.168.0.0 0.0.255.255"),
        "netmask typed as wildcard": (
            "permit ip 192.168.1.0 255.255.255.0 172.16.1.0 255.255.255.0",
            b,
        ),
        "not turned around": (a, a),
        "one entry missing": (f"{a}\npermit ip 10.15.15.0 0.0.0.255 10.16.16.0 0.0.0.255", b),
    }
