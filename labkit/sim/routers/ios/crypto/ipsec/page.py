"""`show crypto ipsec …`: protected flows with their counters and SAs, transform sets, lifetimes.

A flow is listed from the moment its crypto map is applied; until it has an SA its SPI is 0 and
all sections are empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.ike import Role
from labkit.sim.model.facts import TransformSet
from labkit.sim.net import crypto_map
from labkit.sim.net.ident import Ident, SaPair
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.rows import Command, M, Row, shows
from labkit.sim.routers.ios.wording import shown_transform

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

DEFAULT_SET = TransformSet(
    "default", "esp-aes", 128, "esp-sha-hmac", mode="transport", require_mode=True
)
"""The set that IOS 15 always has."""


def sa(
    router: Router,
    peer: IPv4Address | None = None,
    interface: str | None = None,
    detail: bool = False,
    map_name: str | None = None,
    flows_only: bool = False,
) -> Iterator[str]:
    """`show crypto ipsec sa [peer A.B.C.D | interface NAME | map NAME | identity] [detail]`."""
    found = False
    for name in router.interfaces:
        idents = router.ipsec.idents_on(name) if router.ipsec else ()
        idents = tuple(
            each
            for each in idents
            if peer in (None, each.peer) and map_name in (None, each.rule.map_name)
        )
        if not idents or interface not in (None, name):
            continue
        found = True
        yield ""
        yield f"interface: {name}"
        yield f"    Crypto map tag: {idents[0].rule.map_name}, local addr {idents[0].local}"
        yield ""
        for ident in idents:
            yield from _ident(ident, detail)
            if flows_only:
                yield ""
            else:
                yield from _state(router, name, ident, detail)
    if not found:
        yield ""
        yield "No SAs found"


def _ident(ident: Ident, detail: bool) -> Iterator[str]:
    local, remote = ident.local_selector, ident.remote_selector
    yield "   protected vrf: (none)"
    yield f"   local  ident (addr/mask/prot/port): ({local})"
    yield f"   remote ident (addr/mask/prot/port): ({remote})"
    yield f"   current_peer {ident.peer} port {peer_port(ident)}"
    yield "     PERMIT, flags={" + ("" if ident.derived else "origin_is_acl,") + "}"
    yield from _counters(ident, detail)


def _state(router: Router, interface: str, ident: Ident, detail: bool) -> Iterator[str]:
    yield ""
    yield f"     local crypto endpt.: {ident.local}, remote crypto endpt.: {ident.peer}"
    yield _mtu(router, interface, ident)
    pair = ident.current
    spi = pair.child.outbound_spi if pair else 0
    yield f"     current outbound spi: 0x{spi:X}({spi})"
    group = pair.child.pfs_group if pair else None
    pfs = f"Y, DH group: group{group}" if group else "N, DH group: none"
    yield f"     PFS (Y/N): {pfs}"
    yield ""
    yield from _sections(router, ident, detail)


def peer_port(ident: Ident) -> int:
    """The peer's port of IKE: 500 until a NAT is found (RFC 3947)."""
    path = ident.current.child.nat_path if ident.current else None
    return path.peer_port if path else 500


def _counters(ident: Ident, detail: bool) -> Iterator[str]:
    count = ident.counters
    yield (
        f"    #pkts encaps: {count.encaps}, #pkts encrypt: {count.encrypt}, "
        f"#pkts digest: {count.digest}"
    )
    yield (
        f"    #pkts decaps: {count.decaps}, #pkts decrypt: {count.decrypt}, "
        f"#pkts verify: {count.verify}"
    )
    yield "    #pkts compressed: 0, #pkts decompressed: 0"
    yield "    #pkts not compressed: 0, #pkts compr. failed: 0"
    yield "    #pkts not decompressed: 0, #pkts decompress failed: 0"
    if not detail:
        yield f"    #send errors {count.send_errors}, #recv errors {count.recv_errors}"
        return
    strangers = count.recv_errors - count.verify_failed - count.replay_failed
    yield f"    #pkts no sa (send) {count.send_errors}, #pkts invalid sa (rcv) 0"
    yield "    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) 0"
    yield f"    #pkts invalid prot (recv) 0, #pkts verify failed: {count.verify_failed}"
    yield f"    #pkts invalid identity (recv) {max(0, strangers)}, #pkts invalid len (rcv) 0"
    yield "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0"
    yield f"    ##pkts replay failed (rcv): {count.replay_failed}"
    yield "    #pkts tagged (send): 0, #pkts untagged (rcv): 0"
    yield "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0"
    yield "    #pkts internal err (send): 0, #pkts internal err (recv) 0"


def _mtu(router: Router, interface: str, ident: Ident) -> str:
    link = router.interfaces[interface].facts.ip_mtu
    pair = ident.current
    path = min(link, pair.path_mtu) if pair and pair.path_mtu else link
    plain = pair.plaintext_mtu(link) if pair else link
    return f"     plaintext mtu {plain}, path mtu {path}, ip mtu {link}, ip mtu idb {interface}"


def _sections(router: Router, ident: Ident, detail: bool) -> Iterator[str]:
    for direction in ("inbound", "outbound"):
        inbound = direction == "inbound"
        yield f"     {direction} esp sas:"
        for pair in ident.pairs:
            if (pair.inbound if inbound else pair.outbound) is not None:
                yield from _one(router, ident, pair, inbound, detail)
        yield ""
        for kind in ("ah", "pcp"):
            yield f"     {direction} {kind} sas:"
            yield ""


def _one(router: Router, ident: Ident, pair: SaPair, inbound: bool, detail: bool) -> Iterator[str]:
    child = pair.child
    spi = child.inbound_spi if inbound else child.outbound_spi
    number = pair.inbound_id if inbound else pair.outbound_id
    tunnel = child.transform.mode == "tunnel"
    flags = 0x80000040 if tunnel else 0x80000000
    if child.role is Role.INITIATOR:
        flags |= 0x4000
    iv = {"esp-aes": 16, "esp-null": 0}.get(child.transform.cipher, 8)
    window = crypto_map.replay_window(router.facts.ipsec, ident.rule.entry)
    if pair.inbound is not None:  # an SA keeps what it was made with
        window = pair.inbound.window.size if pair.inbound.window else None
    size = f"  replay window size: {window}" if detail and window else ""
    yield f"      spi: 0x{spi:X}({spi})"
    yield f"        transform: {shown_transform(child.transform)},"
    mode = child.transform.mode.capitalize() + (" UDP-Encaps" if child.transform.in_udp else "")
    yield f"        in use settings ={{{mode}, }}"
    yield (
        f"        conn id: {number}, flow_id: SW:{number}, sibling_flags {flags:08X}, "
        f"crypto map: {ident.rule.map_name}"
    )
    left = f"{pair.kilobytes_left(inbound)}/{pair.seconds_left(router.clock.now)}"
    yield f"        sa timing: remaining key lifetime (k/sec): ({left})"
    yield f"        IV size: {iv} bytes"
    yield f"        replay detection support: {'Y' if window else 'N'}{size}"
    yield "        Status: ACTIVE(ACTIVE)"


def sa_count(router: Router) -> Iterator[str]:
    """`show crypto ipsec sa count`: every SA is one way."""
    total = active_sas(router)
    yield f"IPsec SA total: {total}, active: {total}, rekeying: 0, unused: 0, invalid: 0"


def active_sas(router: Router) -> int:
    """How many IPsec SAs there are, each way counted."""
    return sum(
        (pair.inbound is not None) + (pair.outbound is not None)
        for ident in (router.ipsec.idents if router.ipsec else ())
        for pair in ident.pairs
    )


def transform_set(router: Router, name: str | None = None) -> Iterator[str]:
    """`show crypto ipsec transform-set [NAME]`; the default one is always there."""
    for each in (DEFAULT_SET, *router.facts.ipsec.transform_sets):
        if name in (None, each.name):
            yield f"Transform set {each.name}: {{ {shown_transform(each)} }}"
            yield f"   will negotiate = {{ {each.mode.capitalize()},  }},"
            yield ""


def security_association(router: Router) -> Iterator[str]:
    """`show crypto ipsec security-association [lifetime]`."""
    told = router.facts.ipsec
    yield lifetime_line(told.lifetime_kilobytes, told.lifetime_seconds)


def lifetime_line(kilobytes: int, seconds: int) -> str:
    return f"Security association lifetime: {kilobytes} kilobytes/{seconds} seconds"


def _clear_sa(shell: IosShell, match: M) -> None:
    shell.device.ipsec.clear_sas(match.get("peer"), match.get("map"))


def _clear_sa_counters(shell: IosShell, match: M) -> None:
    shell.device.ipsec.clear_counters()


EXEC: list[Row] = [
    shows("show crypto ipsec sa [peer <peer:ipv4> | interface <interface:interface> "
          "| map <map:word> | identity] [detail]",
          lambda router, match: sa(
              router, match.get("peer"), match.get("interface"), match.said("detail"),
              match.get("map"), match.said("identity"))),
    shows("show crypto ipsec sa count", lambda router, match: sa_count(router)),
    shows("show crypto ipsec transform-set [<name:word>]",
          lambda router, match: transform_set(router, match.get("name"))),
    shows("show crypto ipsec security-association [lifetime]",
          lambda router, match: security_association(router)),
    Command("clear crypto sa [peer <peer:ipv4> | map <map:word>]", _clear_sa, privilege=15),
    Command("clear crypto sa counters", _clear_sa_counters, privilege=15),
]  # fmt: skip
