"""`show router tunnel-table`: the ways through the core that services and VPNs may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import DOUBLE, SINGLE, Lines, age, columns, pair, table, title
from labkit.cli.nokia_sros.show_mpls import LSP_ID, base_only, gateway

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
    if "detail" in values:
        return _details(device, found)
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


def _details(device: SrosDevice, found: list[Tunnel]) -> Lines:
    yield from title("Tunnel Table (Router: Base)")
    for number, each in enumerate(found):
        if number:
            yield SINGLE
        yield pair("Destination", f"{each.far_end}/32", name=17)
        yield pair("NextHop", each.next_hop, name=17)
        yield pair("Tunnel Flags", "(Not Specified)", name=17)
        yield pair("Age", age(device.router.clock.now - each.since), name=17)
        yield pair("Owner", each.owner, "Encap", "MPLS", 17)
        yield pair("Tunnel ID", each.number, "Preference", each.preference, 17)
        yield pair("Tunnel Label", each.label, "Tunnel Metric", each.metric, 17)
        yield pair("Tunnel MTU", each.mtu, "Max Label Stack", 1, 17)
        if each.owner == "rsvp":
            yield pair("LSP ID", LSP_ID, "Bypass Label", 0, 17)
    yield SINGLE
    yield f"Number of tunnel-table entries          : {len(found)}"
    yield "Number of tunnel-table entries with LFA : 0"
    yield DOUBLE
