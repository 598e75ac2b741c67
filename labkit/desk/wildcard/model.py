"""What an access-control entry really matches, and whether two lists are mirror images.

A wildcard mask says which bits do not count (1: do not care), the inverse of a netmask; mixed up,
IOS takes the line all the same and quietly clears the bits.  Entries are read by the grammar of the
simulated router, and the verdict on two lists is that of its own rule for quick mode: a responder
takes a proposal that lies within one of its entries, turned around.

Must not know Jupyter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from itertools import islice, product

from labkit.sim import (
    ALL_ONES,
    Ace,
    Acl,
    PortMatch,
    Wildcard,
    accepts,
    mirrored,
    read_access_list,
)

PROTOCOLS = {None: "ip", 1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 51: "ahp", 47: "gre"}
CARE, DO_NOT_CARE = "care", "do not care"
_ALL = 0xFFFFFFFF
_NAME = "MICROSCOPE"


# --------------------------------------------------------------------------- reading


def read(lines: str, name: str = _NAME) -> Acl:
    """The extended access list that a router makes of these entries, one a line.

    Lines may come with `ip access-list extended NAME` on top (then that is its name) and as
    numbered `access-list 101 …` too.  Raises ConfigError (a ValueError) in the router's words
    for the first line that it refuses.
    """
    typed = [line.strip() for line in lines.splitlines() if line.strip(" !")]
    if not typed or not typed[0].startswith(("ip access-list", "access-list")):
        typed = [f"ip access-list extended {name}", *typed]
    return read_access_list(typed)


# --------------------------------------------------------------------------- one end


def count(end: Wildcard) -> int:
    """How many addresses it matches."""
    return 1 << int(end.mask).bit_count()


def is_contiguous(end: Wildcard) -> bool:
    """Whether the matched addresses are one range: all the bits that do not count are last."""
    mask = int(end.mask)
    return mask & (mask + 1) == 0


def ranges(end: Wildcard, limit: int = 8) -> list[tuple[IPv4Address, IPv4Address]]:
    """The first `limit` runs of addresses matched, lowest first; `run_count` says how many."""
    mask, low = int(end.mask), _run(end) - 1
    free = [bit for bit in range(31, -1, -1) if (mask & ~low) >> bit & 1]
    base = int(end.address) & ~mask & _ALL
    starts = (
        base | sum(1 << bit for bit, on in zip(free, choice, strict=True) if on)
        for choice in product((0, 1), repeat=len(free))
    )
    return [(IPv4Address(start), IPv4Address(start | low)) for start in islice(starts, limit)]


def run_count(end: Wildcard) -> int:
    """How many separate runs the matched addresses are."""
    return count(end) // _run(end)


def bits(end: Wildcard) -> str:
    """32 characters, the first bit first: 0 or 1 must be so, x does not count."""
    return "".join(
        "x" if int(end.mask) >> bit & 1 else str(int(end.address) >> bit & 1)
        for bit in range(31, -1, -1)
    )


def network(end: Wildcard) -> IPv4Network | None:
    """The prefix that it is, if it is one."""
    if not is_contiguous(end):
        return None
    return IPv4Network((int(end.address) & ~int(end.mask) & _ALL, 32 - _size(end)))


def looks_like_netmask(end: Wildcard) -> bool:
    """Whether the mask is what somebody types who thinks of a netmask (255.255.255.0)."""
    inverse = int(end.mask) ^ _ALL
    return end.mask not in (ALL_ONES, IPv4Address(0)) and inverse & (inverse + 1) == 0


def end_words(end: Wildcard) -> str:
    """As IOS writes it: `any`, `host 192.0.2.1` or address and wildcard."""
    if end.mask == ALL_ONES:
        return "any"
    if not int(end.mask):
        return f"host {end.address}"
    return f"{end.address} {end.mask}"


def end_short(end: Wildcard) -> str:
    """For a sentence: a prefix where it is one."""
    prefix = network(end)
    if prefix is None or prefix.prefixlen in (0, 32):
        return end_words(end)
    return str(prefix)


def sentence(end: Wildcard) -> str:
    """What it matches, in one or two sentences."""
    if end.mask == ALL_ONES:
        return "Any address."
    if not int(end.mask):
        return f"The one address {end.address}."
    runs = ranges(end, 3)
    if is_contiguous(end):
        return (
            f"{count(end):,} addresses, {runs[0][0]} to {runs[0][1]}: the network {network(end)}."
        )
    shown = ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in runs)
    more = ", …" if run_count(end) > len(runs) else ""
    text = f"{count(end):,} addresses in {run_count(end):,} separate runs: {shown}{more}."
    if looks_like_netmask(end):
        right = IPv4Address(int(end.mask) ^ _ALL)
        text += (
            f" {end.mask} was probably meant as a netmask; the wildcard for that is {right}. "
            "The address bits under it have been cleared."
        )
    return text


def _size(end: Wildcard) -> int:
    return int(end.mask).bit_length()


def _run(end: Wildcard) -> int:
    """Addresses in one run: the bits that do not count, from the last on."""
    mask, length = int(end.mask), 1
    while mask & length:
        length <<= 1
    return length


# --------------------------------------------------------------------------- one entry


def words(ace: Ace) -> str:
    """The entry as typed, without its number."""
    action = "permit" if ace.permit else "deny"
    protocol = PROTOCOLS.get(ace.protocol, str(ace.protocol))
    parts = [
        action, protocol, end_words(ace.source), _ports(ace.source_port),
        end_words(ace.destination), _ports(ace.destination_port), _icmp(ace),
        "established" if ace.established else "", "log" if ace.log else "",
    ]  # fmt: skip
    return " ".join(part for part in parts if part)


def _ports(match: PortMatch | None) -> str:
    return "" if match is None else " ".join([match.operator, *map(str, match.values)])


def _icmp(ace: Ace) -> str:
    return " ".join(str(each) for each in (ace.icmp_type, ace.icmp_code) if each is not None)


# --------------------------------------------------------------------------- two lists


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry of one list beside what answers to it in the other.

    `mine` None: the other list has an entry that nothing here answers to.
    """

    mine: Ace | None
    theirs: Ace | None
    mirror: bool
    """Each is the other turned around."""
    accepted_there: bool
    """What is proposed from here lies within an entry there."""
    accepted_here: bool
    """And the other way round."""
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
    text = _explain(mine, theirs, names) if not mirror else "An exact mirror image."
    if not mirror:
        text += " " + _outcome(mine, theirs, to_there, to_here, names)
    return Pair(mine, theirs, mirror, to_there, to_here, text)


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
        first_, second_ = (
            PROTOCOLS.get(each.protocol, str(each.protocol)) for each in (mine, theirs)
        )
        told.append(f"{here} says {first_}, {there} says {second_}.")
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
    if to_there:
        return (
            f"The tunnel comes up when {here}'s end begins; when {there}'s end begins, quick mode "
            "is refused: proxy identities not supported."
        )
    if to_here:
        return (
            f"The tunnel comes up when {there}'s end begins; when {here}'s end begins, quick mode "
            "is refused: proxy identities not supported."
        )
    who = "whoever begins" if mine and theirs else f"when {here if mine else there}'s end begins"
    return f"Quick mode is refused {who}: proxy identities not supported."


def _relation(there: Wildcard, here: Wildcard) -> str:
    if _covers(there, here):
        return "wider"
    if _covers(here, there):
        return "narrower"
    care = ~(int(there.mask) | int(here.mask)) & _ALL
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
