"""`show crypto session` and `show crypto engine connections active`.

A session is what one interface has with one peer: the IKE SA and the flows of its crypto map.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.cli.cisco_ios.kinds import short_name
from labkit.cli.cisco_ios.show.crypto_ipsec import peer_port
from labkit.cli.cisco_ios.show.crypto_isakmp import capabilities, sas_of
from labkit.cli.cisco_ios.show.text import clock
from labkit.cli.cisco_ios.timestamps import age
from labkit.ike import IkeSaStatus, Selector
from labkit.ike.configuration import HOST_MASK
from labkit.net.ident import Ident
from labkit.net.router import Router

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
    yield f"Peer: {far} port {_port(idents, up)} " + ("fvrf: (none) ivrf: (none)" if detail else "")
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


def _port(idents: list[Ident], up: IkeSaStatus | None) -> int:
    return up.peer_port if up else peer_port(idents[0])


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


def engine_connections(router: Router) -> Iterator[str]:
    """`show crypto engine connections active`."""
    yield "Crypto Engine Connections"
    yield ""
    yield "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address"
    for ident in router.ipsec.idents if router.ipsec else ():
        for pair in ident.pairs:
            child = pair.child
            name = _algorithm(child.transform.cipher, child.transform.key_bits)
            name += f"+{_hash(child.transform.integrity)}" if child.transform.integrity else ""
            if pair.inbound is not None:
                last = pair.inbound.window.highest if pair.inbound.window else 0
                got = ident.counters.decrypt
                yield _row(pair.inbound_id, "IPsec", name, 0, got, last, ident.local)
            if pair.outbound is not None:
                sent = ident.counters.encrypt
                yield _row(pair.outbound_id, "IPsec", name, sent, 0, 0, ident.local)
    for each in sas_of(router):
        if each.suite is not None and each.connection:
            digest = _hash(each.suite.hash)
            cipher = _algorithm(each.suite.encryption, each.suite.key_bits)
            yield _row(each.connection, "IKE", f"{digest}+{cipher}", 0, 0, 0, each.local)
    yield ""


def _row(
    number: int, kind: str, name: str, sent: int, received: int, last: int, local: IPv4Address
) -> str:
    return f"{number:5}  {kind:<7} {name:<19} {sent:7} {received:8} {last:8} {local}"


def _algorithm(cipher: str, key_bits: int | None) -> str:
    name = cipher.removeprefix("esp-").upper()
    return f"{name}{key_bits}" if key_bits not in (None, 128) and name in ("AES", "GCM") else name


def _hash(name: str) -> str:
    return name.removeprefix("esp-").removesuffix("-hmac").upper()
