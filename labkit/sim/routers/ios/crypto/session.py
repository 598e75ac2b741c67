"""Crypto sessions: `show crypto session`, and the log of those that came up and went down.

A session is what one interface has with one peer: the IKE SA and the flows of its crypto map.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.ike import IkeSaStatus, Selector
from labkit.protocols.ike.configuration import HOST_MASK
from labkit.sim.net.ident import Ident
from labkit.sim.net.ipsec import IpsecEngine
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.crypto.ipsec.page import peer_port
from labkit.sim.routers.ios.crypto.isakmp.page import capabilities, sas_of
from labkit.sim.routers.ios.kinds import short_name
from labkit.sim.routers.ios.rows import Command, M, Row, shows
from labkit.sim.routers.ios.wording import age, clock

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

_CODES = (
    "Code: C - IKE Configuration mode, D - Dead Peer Detection     ",
    "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     ",
    "X - IKE Extended Authentication, F - IKE Fragmentation",
    "R - IKE Auto Reconnect",
)


def session(
    router: Router,
    detail: bool = False,
    peer: IPv4Address | None = None,
    local: IPv4Address | None = None,
    only: str | None = None,
) -> Iterator[str]:
    """`show crypto session [remote A.B.C.D | local A.B.C.D | interface NAME] [detail]`."""
    yield "Crypto session current status"
    yield ""
    if detail:
        yield from _CODES
        yield ""
    for interface, far, idents in _sessions(router):
        mine = local in (None, idents[0].local) and only in (None, interface)
        if mine and peer in (None, far):
            yield from _session(router, interface, far, idents, detail)
            yield ""


def _sessions(router: Router) -> Iterator[tuple[str, IPv4Address, list[Ident]]]:
    for interface in router.interfaces:
        by_peer: dict[IPv4Address, list[Ident]] = {}
        for ident in router.ipsec.idents_on(interface) if router.ipsec else ():
            by_peer.setdefault(ident.peer, []).append(ident)
        for far, idents in by_peer.items():
            yield interface, far, idents


def _session(
    router: Router, interface: str, far: IPv4Address, idents: list[Ident], detail: bool
) -> Iterator[str]:
    local = idents[0].local
    sas = [each for each in sas_of(router) if (each.local, each.peer) == (local, far)]
    sas = [each for each in sas if not each.deleted]
    flows = any(ident.current for ident in idents)
    up = next((each for each in reversed(sas) if each.established is not None), None)
    yield f"Interface: {interface}"
    if detail and (up or flows):
        yield f"Uptime: {age(router.clock.now - _since(idents, up))}"
    yield f"Session status: {_status(up, flows, bool(sas))}"
    port = up.peer_port if up else peer_port(idents[0])
    yield f"Peer: {far} port {port} " + ("fvrf: (none) ivrf: (none)" if detail else "")
    if detail:
        about = f"      Phase1_id: {up.peer_identity if up else '(none)'}", "      Desc: (none)"
        yield from about if up else reversed(about)
    for each in sas:
        yield "  Session ID: 0  "
        yield f"  IKEv1 SA: local {local}/{each.local_port} remote {far}/{each.peer_port} " + (
            "Active " if each.established is not None else "Inactive "
        )
        if detail:
            yield _capabilities(router, each)
    for ident in idents:
        yield from _flow(router, ident, detail)


_BRIEF = """\
Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating
        K - No IKE
ivrf = (none)
           Peer          I/F     Username      Group/Phase1_id     Uptime     Status"""
_LETTERS = {"UP-ACTIVE": "UA", "UP-IDLE": "UI", "UP-NO-IKE": "UK", "DOWN": "D",
            "DOWN-NEGOTIATING": "DN"}  # fmt: skip


def brief(router: Router) -> Iterator[str]:
    """`show crypto session brief`: a line for each session."""
    yield from _BRIEF.splitlines()
    for interface, far, idents in _sessions(router):
        sas = [each for each in sas_of(router) if (each.local, each.peer) == (idents[0].local, far)]
        sas = [each for each in sas if not each.deleted]
        up = next((each for each in reversed(sas) if each.established is not None), None)
        flows = any(ident.current for ident in idents)
        lived = age(router.clock.now - _since(idents, up)) if up or flows else ""
        letters = _LETTERS[_status(up, flows, bool(sas)).strip()]
        name = up.peer_identity if up else ""
        port = short_name(interface)
        yield f"{far!s:>20}     {port:<8}{'':14}{name!s:<19} {lived:<11}{letters}"


def _status(up: IkeSaStatus | None, flows: bool, negotiating: bool) -> str:
    if flows:
        return "UP-ACTIVE     " if up else "UP-NO-IKE     "
    if up:
        return "UP-IDLE       "
    return "DOWN-NEGOTIATING" if negotiating else "DOWN"


def _since(idents: list[Ident], up: IkeSaStatus | None) -> int:
    created = [pair.child.created for ident in idents for pair in ident.pairs]
    established = [up.established] if up and up.established is not None else []
    return min(created + established)


def _capabilities(router: Router, each: IkeSaStatus) -> str:
    able = capabilities(router, each) or "(none)"
    left = "0" if each.remaining is None else clock(each.remaining)
    return f"          Capabilities:{able} connid:{each.connection} lifetime:{left}"


def _flow(router: Router, ident: Ident, detail: bool) -> Iterator[str]:
    protocol = ident.local_selector.protocol or "ip"
    ends = f"{_side(ident.local_selector)} {_side(ident.remote_selector)}"
    yield f"  IPSEC FLOW: permit {protocol} {ends} "
    active = sum((pair.inbound is not None) + (pair.outbound is not None) for pair in ident.pairs)
    origin = "dynamic crypto map" if ident.rule.made else "crypto map"
    yield f"        Active SAs: {active}, origin: {origin}"
    if not detail:
        return
    count, pair = ident.counters, ident.current
    ins = outs = "0/0"
    if pair is not None:
        seconds = pair.seconds_left(router.clock.now)
        ins, outs = (f"{pair.kilobytes_left(way)}/{seconds}" for way in (True, False))
    received = f"#pkts dec'ed {count.decaps} drop {count.recv_errors}"
    sent = f"#pkts enc'ed {count.encaps} drop {count.send_errors}"
    yield f"        Inbound:  {received} life (KB/Sec) {ins}"
    yield f"        Outbound: {sent} life (KB/Sec) {outs}"


def _side(selector: Selector) -> str:
    if selector.mask == HOST_MASK:
        return f"host {selector.address}"
    return f"{selector.address}/{selector.mask}"


# --------------------------------------------------------------------------- the log


class SessionLog:
    """`crypto logging session`: the peers that sessions are up with, asked after each change.

    A session is up while a pair of ESP SAs with the peer can carry packets.
    """

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


# --------------------------------------------------------------------------- commands


def _clear_session(shell: IosShell, match: M) -> None:
    engine, peer, local = shell.device.ipsec, match.get("peer"), match.get("local")
    found = {each.peer for each in engine.idents if each.local == local}
    for each in [peer] if local is None else sorted(found):
        if local is None or peer in (None, each):
            engine.clear_sas(each)
            engine.clear_isakmp(each)


EXEC: list[Row] = [
    shows("show crypto session [remote <peer:ipv4> | local <local:ipv4> "
          "| interface <interface:interface>] [detail]",
          lambda router, match: session(
              router, match.said("detail"), match.get("peer"), match.get("local"),
              match.get("interface"))),
    shows("show crypto session brief", lambda router, match: brief(router)),
    Command("clear crypto session [local <local:ipv4>] [remote <peer:ipv4>]", _clear_session,
            privilege=15),
]  # fmt: skip
