"""`show access-lists`: entries with their sequence numbers and hits; and how an entry is written.

The writing of one entry is shared with `show crypto map` and the log.  Remarks are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.sim.model.facts import ALL_ONES, Ace, Acl, PortMatch, Wildcard
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.kinds import ICMP_MESSAGES, PROTOCOLS, TCP_PORTS, UDP_PORTS
from labkit.sim.routers.ios.rows import Command, M, Row, shows
from labkit.sim.routers.ios.wording import plural

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

HOST_WILDCARD = 0
TCP, UDP, ICMP = 6, 17, 1
_PORTS = {
    TCP: {number: name for name, number in TCP_PORTS.items()},
    UDP: {number: name for name, number in UDP_PORTS.items()},
}
_PROTOCOLS = {number: name for name, number in PROTOCOLS.items()}
_ICMP = {numbers: name for name, numbers in ICMP_MESSAGES.items()}


def access_lists(router: Router, name: str | None = None, ip_only: bool = False) -> Iterator[str]:
    """`show access-lists [NAME]`, `show ip access-lists [NAME]`; standard ones come first."""
    for acl in sorted(router.facts.acls, key=_order):
        if name in (None, acl.name):
            yield f"{'Extended' if acl.extended else 'Standard'} IP access list {acl.name}"
            for ace in acl.entries:
                hits = router.acl_hits.get((acl.name, ace.sequence), 0)
                matches = f" ({plural(hits, 'match', 'matches')})" if hits else ""
                yield f"    {ace.sequence} {entry(acl, ace)}{matches}"


def _order(acl: Acl) -> tuple[bool, bool, int, str]:
    number = int(acl.name) if acl.name.isdecimal() and acl.name.isascii() else 0
    return acl.extended, not number, number, acl.name


def entry(acl: Acl, ace: Ace) -> str:
    """One entry without its number."""
    if not acl.extended:
        return _standard(ace)
    words = ["permit" if ace.permit else "deny", protocol(ace.protocol)]
    words += _end(ace, ace.source, ace.source_port)
    words += _end(ace, ace.destination, ace.destination_port)
    if ace.icmp_type is not None:
        words.append(_icmp(ace.icmp_type, ace.icmp_code))
    if ace.established:
        words.append("established")
    if ace.log:
        words.append("log")
    return " ".join(words)


def _standard(ace: Ace) -> str:
    verb = "permit" if ace.permit else "deny  "
    source = ace.source
    if source.mask == ALL_ONES:
        who = "any"
    elif int(source.mask) == HOST_WILDCARD:
        who = str(source.address)
    else:
        who = f"{source.address}, wildcard bits {source.mask}"
    return f"{verb} {who}{' log' if ace.log else ''}"


def _end(ace: Ace, wildcard: Wildcard, port: PortMatch | None) -> list[str]:
    words = [address(wildcard)]
    if port is not None:
        names = _PORTS.get(ace.protocol or 0, {})
        words.append(port.operator)
        words += [names.get(value, str(value)) for value in port.values]
    return words


def address(wildcard: Wildcard) -> str:
    """`any`, `host A.B.C.D`, or an address with its wildcard."""
    if wildcard.mask == ALL_ONES:
        return "any"
    if int(wildcard.mask) == HOST_WILDCARD:
        return f"host {wildcard.address}"
    return f"{wildcard.address} {wildcard.mask}"


def protocol(number: int | None) -> str:
    """A protocol's word, or its number."""
    return _PROTOCOLS.get(number, str(number))


def _icmp(kind: int, code: int | None) -> str:
    name = _ICMP.get((kind, code))
    return name or (str(kind) if code is None else f"{kind} {code}")


def _clear_hits(shell: IosShell, match: M) -> None:
    shell.device.router.filters.clear(match.get("name"))


EXEC: list[Row] = [
    shows("show access-lists [<name:word>]",
          lambda router, match: access_lists(router, match.get("name"))),
    shows("show ip access-lists [<name:word>]",
          lambda router, match: access_lists(router, match.get("name"), True)),
    Command("clear [ip] access-list counters [<name:word>]", _clear_hits, privilege=15),
]  # fmt: skip
