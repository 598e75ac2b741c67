"""An address laid under a wildcard mask, bit by bit: matched or not, and the bit that decides.

The typed examples of the wildcard microscope.  Must not know Jupyter.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.desk.wildcard.model import words
from labkit.sim import Ace, Acl, Wildcard


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a pair of addresses at a list: the first entry that matches decides."""

    matched: bool
    """An entry matched; `permit` is then its verdict."""
    permit: bool
    sentence: str


def why(end: Wildcard, address: IPv4Address) -> str:
    """One sentence: which bit that counts differs, or that none does."""
    wrong = (int(end.address) ^ int(address)) & ~int(end.mask) & 0xFFFFFFFF
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
