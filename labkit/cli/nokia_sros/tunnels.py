"""LDP's sessions (RFC 5036) and the tunnel table: what services and VPNs may use.

Nobody sends LDP here (docs/adr/0005): what is shown follows from the sessions that the control
plane has come to; messages are counted from uptime and timers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.commands import ROUTER, shows
from labkit.cli.nokia_sros.mpls import base_only, gateway, interface_up, protocol, short
from labkit.cli.nokia_sros.page import Lines, columns, days, table

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

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
            since = now - ages.ldp(peer)
            count = since // KEEPALIVE + 4
            name = f"{peer}:0"
            yield f"{name:<18} Targeted   Established   {count:<9} {count:<9} {days(since)}"

    return table("LDP Sessions", header, rows(), "No. of Sessions: {}")


_WIDTHS = (21, 5, 5, 9, 8, 14)
_OWNERS = {"sdp": 5, "rsvp": 7}
"""Preference by owner."""
_LABEL = 4


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One entry."""

    far_end: IPv4Address
    owner: str
    number: int
    next_hop: str
    metric: int
    label: int
    mtu: int
    since: int

    @property
    def preference(self) -> int:
        return _OWNERS[self.owner]


@shows(ROUTER + " > tunnel-table { <address:ip> | protocol <protocol=rsvp|sdp> }*")
def tunnel_table(device: SrosDevice, values: Values) -> Lines:
    base_only(values)
    wanted, owner = values.get("address"), values.get("protocol")
    found = sorted(
        (
            each
            for each in _tunnels(device)
            if wanted in (None, str(each.far_end)) and owner in (None, each.owner)
        ),
        key=lambda each: (int(each.far_end), each.preference),
    )
    header = ("Destination           Owner Encap TunnelId  Pref     Nexthop        Metric",)

    def rows() -> Lines:
        for each in found:
            cells = (each.owner, "MPLS", each.number, each.preference, each.next_hop, each.metric)
            yield columns(_WIDTHS, f"{each.far_end}/32", *cells)

    return table("Tunnel Table (Router: Base)", header, rows())


def _tunnels(device: SrosDevice) -> Iterator[Tunnel]:
    state, ages = device.router.state, device.router.ages
    for sdp in state.sdps:
        far = sdp.sdp.far_end
        if sdp.up and far is not None:
            number = sdp.sdp.sdp_id
            since = ages.sdp(number)
            yield Tunnel(far, "sdp", number, str(far), 0, 0, sdp.path_mtu, since)
    for lsp in state.lsps:
        if lsp.up and lsp.to is not None and lsp.path is not None:
            port = device.router.ports.get(lsp.path.port)
            mtu = port.mtu - 14 - _LABEL if port is not None else 0
            yield Tunnel(lsp.to, "rsvp", lsp.tunnel_id, gateway(device, lsp.path.port), lsp.metric,
                         lsp.path.label, mtu, ages.lsp(lsp.name))  # fmt: skip
