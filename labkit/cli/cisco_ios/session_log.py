"""`crypto logging session`: which crypto sessions came up and went down.

A session is up while a pair of ESP SAs with the peer can carry packets.  Must not know how the
SAs come and go; it is asked after each change.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.net.ipsec import IpsecEngine


class SessionLog:
    """The peers that sessions are up with."""

    def __init__(self) -> None:
        self._up: set[tuple[IPv4Address, IPv4Address]] = set()

    def lines(self, engine: IpsecEngine) -> Iterator[str]:
        """What to log of the changes since the last call."""
        pairs = [pair for ident in engine.idents for pair in ident.pairs]
        up = {(p.child.local, p.child.peer) for p in pairs if p.inbound and p.outbound}
        for _, peer in sorted(up - self._up):
            yield _line("UP  ", peer)
        for _, peer in sorted(self._up - up):
            yield _line("DOWN", peer)
        self._up = up


def _line(state: str, peer: IPv4Address) -> str:
    return f"%CRYPTO-5-SESSION_STATUS: Crypto tunnel is {state}.  Peer {peer}:500       Id: {peer}"
