"""`debug crypto isakmp` and `debug crypto ipsec` together, in the order IOS prints them.

`debug_isakmp` and `debug_ipsec` have the words.  Messages come without time stamps; one may hold
line ends, and IOS puts a blank line after some.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from labkit.cli.cisco_ios.debug_ipsec import ipsec
from labkit.cli.cisco_ios.debug_isakmp_quick import isakmp
from labkit.ike.events import ProposalChecked

ISAKMP, IPSEC = "crypto isakmp", "crypto ipsec"


def lines(event: object, flags: Set[str]) -> Iterator[str]:
    """What debugging with `flags` says about an event."""
    first = isinstance(event, ProposalChecked)  # Of that ISAKMP speaks first.
    if first and ISAKMP in flags:
        yield from isakmp(event)
    if IPSEC in flags:
        yield from ipsec(event)
    if not first and ISAKMP in flags:
        yield from isakmp(event)
