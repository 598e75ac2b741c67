"""LDP's sessions (RFC 5036) and the tunnel table: what services and VPNs may use.

Nobody sends LDP here (docs/adr/0005): what is shown follows from the sessions that the control
plane has come to; messages are counted from uptime and timers.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.mpls import base_only, gateway, interface_up, protocol, short
from labkit.sim.routers.sros.page import Lines, columns, days, table

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        ldp ; up
            interface-parameters ; fixed prompt=if-params
                interface <name:name> ; up prompt=if
            targeted-session ; context fixed prompt=targ-session
"""

Values = dict[str, str]
KEEPALIVE = 10_000_000
"""Microseconds between two keepalives of a session."""


@shows(ROUTER + " > ldp > interface")
def ldp_interface(device: SrosDevice, values: Values) -> Lines:
    ldp = protocol(device, "ldp", values)
    header = (
        "Interface                         Adm/Opr",
        " Sub-Interface(s)                  Adm/Opr  Hello Hold  KA    KA    Transport",
        "                                            Fctr  Time  Fctr  Time  Address",
    )

    def rows() -> Lines:
        for node in device.node("router", "ldp", "interface-parameters", "interface"):
            state = f"{short(not node.shutdown)}/{short(interface_up(device, ldp, node))}"
            yield f"{node['name']:<33} {state}"
            yield f"  ipv4                              {state:<7} 3     15    3     30    System"

    yield from table("LDP Interfaces", header, rows(), "No. of Interfaces: {}")


@shows(ROUTER + " > ldp > session")
def ldp_session(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "ldp", values)
    header = ("Peer LDP Id        Adj Type   State         Msg Sent  Msg Recv  Up Time",)
    now, ages = device.router.clock.now, device.router.ages

    def rows() -> Lines:
        for peer in sorted(device.router.state.ldp_peers):
            since = now - ages.since("ldp", peer)
            count = since // KEEPALIVE + 4
            name = f"{peer}:0"
            yield f"{name:<18} Targeted   Established   {count:<9} {count:<9} {days(since)}"

    return table("LDP Sessions", header, rows(), "No. of Sessions: {}")


_WIDTHS = (21, 5, 5, 9, 8, 14)
_OWNERS = {"sdp": 5, "rsvp": 7}
"""Preference by owner."""


@shows(ROUTER + " > tunnel-table { <address:ip> | protocol <protocol=rsvp|sdp> }*")
def tunnel_table(device: SrosDevice, values: Values) -> Lines:
    base_only(values)
    wanted, protocol_ = values.get("address"), values.get("protocol")
    header = ("Destination           Owner Encap TunnelId  Pref     Nexthop        Metric",)

    def rows() -> Lines:
        for far, preference, owner, number, hop, metric in sorted(_tunnels(device)):
            if wanted in (None, str(far)) and protocol_ in (None, owner):
                yield columns(_WIDTHS, f"{far}/32", owner, "MPLS", number, preference, hop, metric)

    return table("Tunnel Table (Router: Base)", header, rows())


def _tunnels(device: SrosDevice) -> Iterator[tuple[IPv4Address, int, str, int, str, int]]:
    """(Far end, preference, owner, number, next hop, metric) of each tunnel that is up."""
    for sdp in device.router.state.sdps:
        far = sdp.sdp.far_end
        if sdp.up and far is not None:
            yield far, _OWNERS["sdp"], "sdp", sdp.sdp.sdp_id, str(far), 0
    for lsp in device.router.state.lsps:
        if lsp.up and lsp.to is not None and lsp.path is not None:
            hop = gateway(device, lsp.path.port)
            yield lsp.to, _OWNERS["rsvp"], "rsvp", lsp.tunnel_id, hop, lsp.metric
