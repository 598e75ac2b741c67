"""The one place where the subjects meet: what can be typed where, and what a configuration means.

Joins the rows of every subject to the exec and to the modes of configuring, and their facts to
the device's.  The rest of the machinery knows no subject; subjects know rows, kinds and
configuring.  Grammars are compiled when a mode is first entered, once a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from labkit.sim.model.config import Line
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.routers.ios import nat, ping, telnet
from labkit.sim.routers.ios.acl import page as acl_page
from labkit.sim.routers.ios.acl import settings as acl
from labkit.sim.routers.ios.crypto import engine
from labkit.sim.routers.ios.crypto import facts as crypto_facts
from labkit.sim.routers.ios.crypto import session as crypto_session
from labkit.sim.routers.ios.crypto.ipsec import page as ipsec_page
from labkit.sim.routers.ios.crypto.ipsec import settings as ipsec
from labkit.sim.routers.ios.crypto.isakmp import page as isakmp_page
from labkit.sim.routers.ios.crypto.isakmp import settings as isakmp
from labkit.sim.routers.ios.crypto.map import page as map_page
from labkit.sim.routers.ios.crypto.map import settings as crypto_map
from labkit.sim.routers.ios.files import archive, flash, rollback
from labkit.sim.routers.ios.interface import page as interface_page
from labkit.sim.routers.ios.interface import settings as interface
from labkit.sim.routers.ios.interface.settings import interface_facts
from labkit.sim.routers.ios.log import debugging
from labkit.sim.routers.ios.log import page as logging
from labkit.sim.routers.ios.login import aaa, entry
from labkit.sim.routers.ios.login import settings as login
from labkit.sim.routers.ios.routing import cef, policy, static, summary, table
from labkit.sim.routers.ios.routing.bgp import neighbors as bgp_neighbors
from labkit.sim.routers.ios.routing.bgp import settings as bgp
from labkit.sim.routers.ios.routing.bgp import table as bgp_table
from labkit.sim.routers.ios.rows import Command, Mode, Row
from labkit.sim.routers.ios.system import commands, hardware
from labkit.sim.routers.ios.system import settings as system_settings
from labkit.sim.routers.ios.system.settings import STEERING

_EXEC: list[Row] = [
    *commands.EXEC,
    *debugging.EXEC,
    *logging.EXEC,
    *entry.EXEC,
    *flash.EXEC,
    *rollback.EXEC,
    *isakmp_page.EXEC,
    *ipsec_page.EXEC,
    *map_page.EXEC,
    *crypto_session.EXEC,
    *engine.EXEC,
    *table.EXEC,
    *summary.EXEC,
    *interface_page.EXEC,
    *acl_page.EXEC,
    *cef.EXEC,
    *bgp_table.EXEC,
    *bgp_neighbors.EXEC,
    *policy.EXEC,
    *nat.EXEC,
    *hardware.EXEC,
    *ping.EXEC,
    *telnet.EXEC,
]


@cache
def exec_mode(privilege: int) -> Mode:
    """The exec as somebody at this privilege level knows it."""
    if privilege not in (1, 15):
        return exec_mode(1 if privilege < 15 else 15)
    allowed = [row for row in _EXEC if isinstance(row, Command) and row.privilege <= privilege]
    return Mode("exec", "", allowed)


def _mode(name: str, rows: Sequence[Row], parent: str | None = "config") -> Mode:
    return Mode(name, f"({name})", [*STEERING, *rows], parent)


MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        _mode(
            "config",
            [
                *system_settings.GLOBAL,
                *logging.GLOBAL,
                *login.GLOBAL,
                *archive.GLOBAL,
                *aaa.GLOBAL,
                *entry.GLOBAL,
                *interface.GLOBAL,
                *isakmp.GLOBAL,
                *ipsec.GLOBAL,
                *crypto_map.GLOBAL,
                *isakmp.KEYRINGS,
                *static.STATIC,
                *bgp.GLOBAL,
                *policy.POLICY,
                *nat.GLOBAL,
                *acl.GLOBAL,
            ],
            None,
        ),
        _mode("config-if", interface.INTERFACE),
        _mode("config-line", [*login.LINE, *aaa.LINE]),
        _mode("config-isakmp", isakmp.POLICY),
        _mode("config-isakmp-peer", isakmp.PEER),
        _mode("cfg-crypto-trans", ipsec.TRANSFORM_SET),
        _mode("config-crypto-map", [*crypto_map.ENTRY, *isakmp.USE]),
        _mode("conf-keyring", isakmp.KEYRING),
        _mode("conf-isa-prof", isakmp.PROFILE),
        _mode("config-router", bgp.ROUTER_BGP),
        _mode("config-router-af", bgp.AF, "config-router"),
        _mode("config-route-map", policy.ROUTE_MAP),
        _mode("config-ext-nacl", acl.EXTENDED),
        _mode("config-std-nacl", acl.STANDARD),
        _mode("config-archive", archive.ARCHIVE),
        _mode("config-red", []),
        _mode("config-cp", []),
    )
}
"""The modes of configuring, by name."""


def compiled(tree: Line, ports: Iterable[str]) -> DeviceFacts:
    """What a configuration means to the network, for the device whose ports are `ports`.

    Lines are read by the values that the grammar left with them.  What IOS accepts but the lab
    has no use for (logging, `ip ssh version`) yields no fact.
    """

    host = tree.find("hostname")
    return DeviceFacts(
        hostname=host.text.split()[1] if host else "Router",
        interfaces=tuple(interface_facts(line, set(ports)) for line in tree.under("interface")),
        static_routes=static.static_routes(tree),
        bgp=bgp.processes(tree),
        policies=policy.policies(tree),
        acls=acl.acls(tree),
        ipsec=crypto_facts.ipsec(tree),
        nat=tuple(nat.nat_rule(line) for line in tree.under("ip nat inside source")),
        access=login.access(tree),
    )
