"""`show router [N] bgp neighbor`: a page for each neighbour.

Knows how the pages are laid out (in part after the sample in ntc-templates); what is on them is
`show_bgp`'s and the control plane's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.bgp_peers import Peer
from labkit.cli.nokia_sros.page import DOUBLE, SINGLE, Lines, age
from labkit.model.facts import Bgp

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

_ERRORS = {"BGP Notification received": "Cease", "BGP Notification sent": "Hold Timer Expire"}
_LAST = {
    "BGP Notification received": "recvNotify",
    "BGP Notification sent": "holdTime",
    "Peer closed the session": "close",
    "Interface flap": "close",
    "User reset": "stop",
    "Admin. shutdown": "stop",
}
"""Last Error and Last Event by the reason for which a session ended."""


def _row(left: str, value: object, right: str = "", other: object = "", name: int = 21) -> str:
    first = f"{left:<{name}}: {value!s:<{38 - name}}"
    return f"{first}{right:<{name}}: {other}".rstrip() if right else first.rstrip()


# --------------------------------------------------------------------------- neighbours


def neighbor_page(device: SrosDevice, bgp: Bgp, found: Sequence[Peer]) -> Lines:
    """The page of each neighbour."""
    yield ""
    yield from (DOUBLE, "BGP Neighbor", DOUBLE)
    for peer in found:
        yield from _neighbor(device, bgp, peer)
    yield SINGLE
    yield f"Neighbors : {len(found)}"
    yield DOUBLE


def _neighbor(device: SrosDevice, bgp: Bgp, peer: Peer) -> Lines:
    facts = peer.facts
    kind = "External" if facts.remote_as != bgp.asn else "Internal"
    since = age(device.router.clock.now - peer.since)
    yield SINGLE
    yield _row("Peer", facts.address)
    yield _row("Description", facts.description or "(Not Specified)")
    yield _row("Group", facts.group)
    yield SINGLE
    ours, theirs = (peer.ports or ("n/a", "n/a")) if peer.up else (0, 0)
    yield _row("Peer AS", facts.remote_as or 0, "Peer Port", theirs)
    yield _row("Peer Address", facts.address)
    yield _row("Local AS", bgp.asn, "Local Port", ours)
    yield _row("Local Address", peer.local if peer.up else "0.0.0.0")
    yield _row("Peer Type", kind, "Dynamic Peer", "No")
    yield _row("State", peer.state, "Last State", "Established" if peer.up else "Idle")
    yield _row("Last Event", "recvKeepAlive" if peer.up else _LAST.get(peer.last_error, "none"))
    yield _row("Last Error", _ERRORS.get(peer.last_error, "Unrecognized Error"))
    yield _row("Local Family", peer.family)
    yield _row("Remote Family", peer.family if peer.up else "(Not Specified)")
    yield _row("Connect Retry", 120, "Local Pref.", 100)
    yield _row("Min Route Advt.", 30)
    yield _row("Multihop", "0 (Default)", "AS Override", "Disabled")
    yield _row("Damping", "Disabled", "Loop Detect", "Ignore")
    yield _row("MED Out", "No MED Out", "Authentication", "None")
    own = "Enabled" if facts.next_hop_self else "Disabled"
    yield _row("Next Hop Self", own, "AggregatorID Zero", "Disabled")
    yield _row("Remove Private", "Disabled")
    yield _row("Passive", "Disabled")
    yield _row("Peer Identifier", peer.identifier or "0.0.0.0", "Fsm Est. Trans", peer.transitions)
    yield _row("Fsm Est. Time", since, "InUpd Elap. Time", since)
    yield _row("Hold Time", facts.hold_time, "Keep Alive", facts.keepalive)
    hold = peer.hold_time if peer.up else 0
    yield _row("Active Hold Time", hold, "Active Keep Alive", min(facts.keepalive, hold // 3))
    yield _row("Cluster Id", "None", "Client Reflect", "Enabled")
    yield _row("Preference", 170, "Num of Update Flaps", 0)
    yield _row("Input Queue", 0, "Output Queue", 0)
    yield _row("Input Messages", peer.messages_in, "Output Messages", peer.messages_out)
    yield from _policies("Import Policy", facts.import_policies, "None Specified / Inherited")
    yield from _policies("Export Policy", facts.export_policies, "None Specified / Inherited")
    yield SINGLE
    yield "Prefix counters per family."
    name = "VPN-IPv4" if peer.family == "VpnIPv4" else "IPv4"
    yield _row(f"{name} received", peer.received, f"{name} active", peer.active)
    yield _row(f"{name} rejected", peer.rejected, f"{name} sent", peer.sent)


def _policies(name: str, policies: Sequence[str], default: str) -> Lines:
    first, *rest = policies or (default,)
    yield _row(name, first)
    yield from (_row("", each) for each in rest)
