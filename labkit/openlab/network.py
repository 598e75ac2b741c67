"""What the guest's scripts read: cables from the topology, FRR's files, strongSwan's files.

The routers' configurations are `data/openlab/frr/*.conf`, whole and readable; here each is cut
into the parts of FRR's daemons.  Knows formats; must not know how a guest runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from labkit import resources
from labkit.sim import topology

SHORT = {"Site-A-GW-Router": "Site-A", "Site-B-GW-Router": "Site-B"}
"""Names of network namespaces where they differ from the topology's."""
TAP = {"a-access": "R1", "b-primary": "R6", "b-backup": "R5", "sniffer": "Kali"}
"""Where a link is captured.  On the customer's side Linux also shows what it decrypted."""
GATEWAYS = ("Site-A", "Site-B")


def node_name(name: str) -> str:
    """The network namespace of a node of the topology."""
    return SHORT.get(name, name)


def tap(link: str) -> str:
    """The node at which a link is captured: the provider's, or the first of its ends."""
    return TAP.get(link) or node_name(topology().links[link].a.node)


def links() -> str:
    """The cables, one a line: NAME NODE MAC NODE MAC MTU."""
    shape = topology()
    rows = []
    for link in shape.links.values():
        ends = [f"{node_name(end.node)} {shape.mac(end).hex(':')}" for end in (link.a, link.b)]
        rows.append(f"{link.name} {' '.join(ends)} {link.mtu}\n")
    return "".join(rows)


def macs() -> str:
    """The provider edges' own MAC addresses, one a line: NODE MAC."""
    shape = topology()
    edges = shape.facts["provider"]["vpn"]["edges"]
    return "".join(f"{node} {shape.system_mac(node).hex(':')}\n" for node in edges)


def routing() -> dict[str, str]:
    """FRR's files: `frr/NODE/DAEMON.conf` and their text."""
    files = {}
    for path in sorted(resources.data("openlab", "frr").glob("*.conf")):
        node = path.stem
        # Every second part is a daemon's name, the one after it its lines.
        _, *parts = re.split(r"(?m)^!! (\w+)\n", path.read_text(encoding="utf-8"))
        for daemon, lines in zip(parts[::2], parts[1::2], strict=True):
            head = f"frr defaults traditional\nhostname {node}\nlog file /tmp/{node}.log errors\n"
            files[f"frr/{node}/{daemon}.conf"] = head + lines
        files[f"frr/{node}/vtysh.conf"] = "no service integrated-vtysh-config\n"
    return files


def gateways(name: str, overrides: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """strongSwan's files of both gateways in `gateways/NAME/`; logs go to `out/NAME/`.

    `overrides` changes values of `Site-A`, of `Site-B` or of `both`.
    """
    template = resources.data("openlab", "swanctl.conf").read_text(encoding="utf-8")
    daemon = resources.data("openlab", "charon.conf").read_text(encoding="utf-8")
    files = {}
    for node in GATEWAYS:
        told = {**DEFAULTS, **ENDS[node], **overrides.get("both", {}), **overrides.get(node, {})}
        place = f"gateways/{name}/{node}"
        files[f"{place}.swanctl"] = fill(template, told)
        files[f"{place}.conf"] = fill(daemon, {"node": node, "name": name})
    return files


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Put values in place of `<name>`; KeyError for a name without a value."""
    return re.sub(r"<(\w+)>", lambda match: str(values[match[1]]), template)


DEFAULTS = {
    "secret": "WowWhatAPassword!",
    "proposals": "aes128-sha256-modp1536",
    "esp_proposals": "aes256-sha512",
}
"""The tunnel of the course."""
ENDS = {
    "Site-A": {
        "local": "192.0.2.28",
        "remote": "198.51.100.2",
        "local_ts": "192.168.1.0/24",
        "remote_ts": "172.16.1.0/24",
    },
    "Site-B": {
        "local": "198.51.100.2",
        "remote": "192.0.2.28",
        "local_ts": "172.16.1.0/24",
        "remote_ts": "192.168.1.0/24",
    },
}
