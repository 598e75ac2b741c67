"""`show router tunnel-table`: the ways through the core that services and VPNs may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.commands import ROUTER, shows
from labkit.cli.nokia_sros.page import Lines, columns, table
from labkit.cli.nokia_sros.show_mpls import base_only, gateway

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
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
