"""`show router ldp …`: T-LDP's hellos and sessions (RFC 5036).

Nobody sends LDP here (docs/adr/0005): what is shown follows from the sessions that the control
plane has come to; messages are counted from uptime and timers.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import DOUBLE, SINGLE, Lines, date, days, pair, table, title, updown
from labkit.cli.nokia_sros.show_ldp_bindings import bindings
from labkit.cli.nokia_sros.show_mpls import interface_up, protocol, short, system

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
KEEPALIVE = 10_000_000
"""Microseconds between two keepalives of a session."""
HELLO_TIME, SESSION_TIME = 45, 40
PORT = 646


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


# --------------------------------------------------------------------------- peers and sessions


def _peers(device: SrosDevice) -> dict[IPv4Address, bool]:
    """Those to whom hellos go, and whether a session stands: the far ends of SDPs."""
    asked = {
        each.sdp.far_end
        for each in device.router.state.sdps
        if each.sdp.enabled and each.sdp.signaling == "tldp" and each.sdp.far_end is not None
    }
    standing = device.router.state.ldp_peers
    return {peer: peer in standing for peer in sorted(asked | standing)}


def _messages(device: SrosDevice, peer: IPv4Address) -> int:
    since = device.router.clock.now - device.router.ages.ldp(peer)
    return since // KEEPALIVE + 4


def ldp_session(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "ldp", values)
    wanted = values.get("peer")
    found = [p for p, up in _peers(device).items() if up and wanted in (None, str(p))]
    if "detail" in values:
        return _session_details(device, found)
    header = ("Peer LDP Id        Adj Type   State         Msg Sent  Msg Recv  Up Time",)

    def rows() -> Lines:
        for peer in found:
            since = days(device.router.clock.now - device.router.ages.ldp(peer))
            count = _messages(device, peer)
            yield f"{f'{peer}:0':<18} Targeted   Established   {count:<9} {count:<9} {since}"

    return table("LDP Sessions", header, rows(), "No. of Sessions: {}")


def _session_details(device: SrosDevice, found: list[IPv4Address]) -> Lines:
    own = system(device)
    yield from title("LDP IPv4 Sessions (Detail)")
    for peer in found:
        since = device.router.clock.now - device.router.ages.ldp(peer)
        count = _messages(device, peer)
        sent, heard = _exchanged(device, peer)
        left = SESSION_TIME - since % KEEPALIVE // 1_000_000
        # The one with the higher address opens the connection (RFC 5036 section 2.5.2).
        opens = IPv4Address(own) > peer
        ports = (49152 + int(peer) % 1000, PORT) if opens else (PORT, 49152 + int(peer) % 1000)
        rows = (
            ("Adjacency Type", "Targeted", "State", "Established"),
            ("Up Time", days(since), "", ""),
            ("Max PDU Length", 4096, "KA/Hold Time Remaining", left),
            ("Link Adjacencies", 0, "Targeted Adjacencies", 1),
            ("Local Address", own, "Peer Address", peer),
            ("Local TCP Port", ports[0], "Peer TCP Port", ports[1]),
            ("Local KA Timeout", SESSION_TIME, "Peer KA Timeout", SESSION_TIME),
            ("Mesg Sent", count, "Mesg Recv", count),
            ("FECs Sent", sent, "FECs Recv", heard),
            ("GR State", "Capable", "Label Distribution", "DU"),
            ("Number of Restart", 0, "Last Restart Time", "Never"),
            ("Advertise", "Service", "", ""),
        )
        yield from (SINGLE, f"Session with Peer {peer}:0, Local {own}:0", SINGLE)
        yield from (pair(a, b, c, d, 22) for a, b, c, d in rows)
    yield DOUBLE


def _exchanged(device: SrosDevice, peer: IPv4Address | None = None) -> tuple[int, int]:
    """The labels of services sent and received, to and from one peer or all."""
    found = [each for each in bindings(device) if peer in (None, each.peer)]
    return (
        sum(each.ingress is not None for each in found),
        sum(each.egress is not None for each in found),
    )


def ldp_discovery(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "ldp", values)
    header = (
        "Interface Name                   Local Addr                              State",
        "AdjType                          Peer Addr                               ",
    )
    found = _peers(device)

    def rows() -> Lines:
        for peer, up in found.items():
            own = f"{system(device)}:0"
            yield f"{'N/A':<32} {own:<39} {'Estab' if up else 'Trying'}"
            yield f"{'targ':<32} {f'{peer}:0' if up else peer!s:<39}"
            yield " "

    count = f"No. of IPv4 Hello Adjacencies: {len(found)}"
    yield from table("LDP IPv4 Hello Adjacencies", header, rows(), count)


def ldp_targeted(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "ldp", values)
    header = (
        "Peer              Adm  Opr  Hello   Hold    KA      KA       Passive   Auto",
        "                            Factor  Time    Factor  Timeout  Mode      Created",
    )

    def rows() -> Lines:
        for peer, up in _peers(device).items():
            state = f"{peer!s:<17} Up   {updown(up):<4}"
            yield f"{state} 3       {HELLO_TIME}      4       {SESSION_TIME}       Disabled  Yes"

    yield from table("LDP Peers", header, rows(), "No. of Peers: {}")


def ldp_status(device: SrosDevice, values: Values) -> Lines:
    ldp = protocol(device, "ldp", values)
    up, peers = not ldp.shutdown, _peers(device)
    interfaces = list(device.node("router", "ldp", "interface-parameters", "interface"))
    running = sum(interface_up(device, ldp, node) for node in interfaces)
    sent, heard = _exchanged(device)
    standing = sum(peers.values())
    yield from title(f"LDP Status for IPv4 LSR ID {system(device)}:0")
    rows = (
        ("Created at", date(device.router.booted), "", ""),
        ("Admin State", updown(up), "IPv4 Oper State", updown(up)),
        ("Tunn Down Damp Time", "3 sec", "Label Withdraw Del*", "0 sec"),
        ("Active Adjacencies", standing, "Active Sessions", standing),
        ("Active Interfaces", running, "Inactive Interfaces", len(interfaces) - running),
        ("Active Peers", standing, "Inactive Peers", len(peers) - standing),
        ("Addr FECs Sent", 0, "Addr FECs Recv", 0),
        ("Serv FECs Sent", sent, "Serv FECs Recv", heard),
    )
    yield from (pair(a, b, c, d, 20) for a, b, c, d in rows)
    yield DOUBLE
