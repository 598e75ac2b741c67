"""What an access-control entry really matches, bit by bit, and why an address is one of these.

A wildcard mask says which bits do not count (1: do not care), the inverse of a netmask; mixed up,
IOS takes the line all the same and quietly clears the bits.  Entries are read by the grammar of the
simulated router.  Must not know Jupyter.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import islice, product

from labkit.sim import ALL_ONES, Ace, Acl, PortMatch, Wildcard, read_access_list

PROTOCOLS = {None: "ip", 1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 51: "ahp", 47: "gre"}
ALL_BITS = 0xFFFFFFFF
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
    base = int(end.address) & ~mask & ALL_BITS
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
    return IPv4Network((int(end.address) & ~int(end.mask) & ALL_BITS, 32 - _size(end)))


def looks_like_netmask(end: Wildcard) -> bool:
    """Whether the mask is what somebody types who thinks of a netmask (255.255.255.0)."""
    inverse = int(end.mask) ^ ALL_BITS
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
        right = IPv4Address(int(end.mask) ^ ALL_BITS)
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
    parts = [
        action, protocol(ace), end_words(ace.source), _ports(ace.source_port),
        end_words(ace.destination), _ports(ace.destination_port), _icmp(ace),
        "established" if ace.established else "", "log" if ace.log else "",
    ]  # fmt: skip
    return " ".join(part for part in parts if part)


def protocol(ace: Ace) -> str:
    """As it is typed."""
    return PROTOCOLS.get(ace.protocol, str(ace.protocol))


def _ports(match: PortMatch | None) -> str:
    return "" if match is None else " ".join([match.operator, *map(str, match.values)])


def _icmp(ace: Ace) -> str:
    return " ".join(str(each) for each in (ace.icmp_type, ace.icmp_code) if each is not None)


# --------------------------------------------------------------------------- one packet


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a pair of addresses at a list: the first entry that matches decides."""

    matched: bool
    """An entry matched; `permit` is then its verdict."""
    permit: bool
    sentence: str


def why(end: Wildcard, address: IPv4Address) -> str:
    """One sentence: which bit that counts differs, or that none does."""
    wrong = (int(end.address) ^ int(address)) & ~int(end.mask) & ALL_BITS
    if not wrong:
        counted = 32 - int(end.mask).bit_count()
        return f"{address} matches: all {counted} bits that count are equal."
    place = 32 - wrong.bit_length()
    octet, bit = divmod(place, 8)
    shift = 24 - 8 * octet
    mine, theirs = (int(each) >> shift & 255 for each in (end.address, address))
    nth = ("first", "second", "third", "fourth")[octet]
    return (
        f"{address} does not match: in the {nth} byte bit {bit + 1} of 8 counts, and {theirs} "
        f"({theirs:08b}) differs there from {mine} ({mine:08b})."
    )


def attempt(acl: Acl, source: IPv4Address, destination: IPv4Address) -> Trial:
    """Lay a packet's addresses under every entry; conditions beyond them are taken as met."""
    told: list[str] = []
    for number, ace in enumerate(acl.entries, start=1):
        where = f"Entry {number} ({words(ace)})"
        missed = _missed(ace, source, destination)
        if missed is None:
            told.append(f"{where}: both ends match, so the packet is {_verdict(ace)}.")
            return Trial(True, ace.permit, " ".join(told))
        told.append(f"{where}: {missed}")
    told.append("No entry matches: the deny at the end of every list applies.")
    return Trial(False, False, " ".join(told))


def _verdict(ace: Ace) -> str:
    return "permitted" if ace.permit else "denied"


def _missed(ace: Ace, source: IPv4Address, destination: IPv4Address) -> str | None:
    for side, end, address in (
        ("the source", ace.source, source),
        ("the destination", ace.destination, destination),
    ):
        if not end.matches(address):
            return f"{side} {why(end, address)}"
    return None
