"""`show crypto route`: the routes that crypto maps have put into the routing table.

S marks those of `reverse-route static`, which follow the access list and not an SA.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.net import reverse_route
from labkit.net.router import Router

_HEAD = """\
VPN Routing Table: Shows RRI and VTI created routes
Codes: RRI - Reverse-Route, VTI- Virtual Tunnel Interface
       S - Static Map ACLs

Routes created in table GLOBAL DEFAULT"""


def routes(router: Router) -> Iterator[str]:
    """`show crypto route`."""
    yield from _HEAD.splitlines()
    seen = set()
    for ident, route in reverse_route.created(router.ipsec.idents if router.ipsec else ()):
        if route in seen:
            continue
        seen.add(route)
        told = ident.rule.entry.reverse_route
        static = " S" if told is not None and told.always else ""
        tag = f" tag {route.tag}" if route.tag else ""
        where = f"{route.prefix.network_address}/{route.prefix.netmask}"
        yield f"{where} [{route.distance}/0] via {route.next_hop}{tag}"
        yield f"{'':32}on {ident.interfaces[0]} RRI{static}"
    yield ""
