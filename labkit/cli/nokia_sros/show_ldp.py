"""`show router ldp …`: T-LDP's sessions (RFC 5036).

Nobody sends LDP here (docs/adr/0005): what is shown follows from the sessions that the control
plane has come to; messages are counted from uptime and timers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.commands import ROUTER, shows
from labkit.cli.nokia_sros.page import Lines, days, table
from labkit.cli.nokia_sros.show_mpls import interface_up, protocol, short

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

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
