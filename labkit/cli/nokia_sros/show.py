"""The commands that only show (or clear) something, by the name the grammar gives them.

Each takes (device, values) and returns the lines of the answer; it raises Mistake, in the
vendor's words, before the first line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros import (
    rollback,
    show_bgp,
    show_binding,
    show_isis,
    show_ldp,
    show_mirror,
    show_mpls,
    show_port,
    show_router,
    show_service,
    show_system,
    show_tunnel,
    show_usage,
    show_vrrp,
)

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Show = Callable[["SrosDevice", dict[str, str]], Iterator[str]]


def _commands() -> dict[str, Show]:
    names = {
        show_system: "version uptime time users debug log system_information chassis",
        show_router: "router_interface route_table arp clear_arp policy",
        show_bgp: "bgp_summary bgp_neighbor bgp_routes bgp_routes_vpn bgp_received"
        " bgp_advertised clear_bgp",
        show_isis: "isis_adjacency isis_interface",
        show_mpls: "mpls_interface mpls_lsp mpls_lsp_paths mpls_lsp_path rsvp_interface",
        show_ldp: "ldp_interface ldp_session",
        show_tunnel: "tunnel_table",
        show_service: "service_using service_name_using service_all service_base"
        " service_interface"
        " service_fdb fdb_mac",
        show_binding: "sap_using service_sap sdp sdp_using service_sdp",
        show_mirror: "mirror_dest",
        show_vrrp: "vrrp_instance",
        show_usage: "system_cpu",
        show_port: "port port_description",
    }
    found = {name: getattr(module, name) for module, text in names.items() for name in text.split()}
    return found | {"rollback_show": rollback.show}


COMMANDS = _commands()
