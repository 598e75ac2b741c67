"""Cards and ports: their rows, `show port`, and what a port counted.

Layouts after outputs of a 7750 in public repositories; only what this port has is on its page.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from labkit.sim.model import facts as f
from labkit.sim.net.link import Counters
from labkit.sim.routers.sros.commands import shows
from labkit.sim.routers.sros.page import DOUBLE, SINGLE, Lines, pair, stamp, table, title, updown
from labkit.sim.routers.sros.schema import BAD_PARAMETER, Mistake
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    card <slot:1-20> ; up fixed
        card-type <type:word> ; fixed
        mda <slot:1-2> ; up fixed
            mda-type <type:word> ; fixed
    port <port:port> ; down fixed
        description <text:text>
        ethernet ; fixed
            mode <mode=access|network|hybrid> ; default=network
            encap-type <encap=null|dot1q|qinq> ; default=null
            mtu <mtu:512-9212>
"""

Values = dict[str, str]
_pair = partial(pair, name=19, width=27, second=17)
_MODES = {"network": "netw", "access": "accs", "hybrid": "hybr"}
_TYPE = "10/100/Gig Ethernet SFP"
ACCESS_MTU, NETWORK_MTU = 1514, 9212


@shows("show > port [<port:port>]")
def port(device: SrosDevice, values: Values) -> Lines:
    if "port" in values:
        return _port_page(device, values["port"])
    header = (
        "Port          Admin Link Port    Cfg  Oper LAG/ Port Port Port   C/QS/S/XFP/",
        "Id            State      State   MTU  MTU  Bndl Mode Encp Type   MDIMDX",
    )
    return table("Ports on Slot 1", header, (_port_row(device, p) for p in device.node("port")))


def _port_row(device: SrosDevice, node: Branch) -> str:
    link, up = _link(device, node["port"])
    mtu = port_mtu(node)
    mode, encap = _MODES[port_mode(node)], node.value("ethernet", "encap-type", "encap") or "null"
    return (
        f"{node['port']:<13} {updown(not node.shutdown):<5} {'Yes' if link else 'No':<4} "
        f"{updown(up):<7} {mtu:<4} {mtu:<4}    - {mode} {encap} xcme   MDI GIGE-T"
    )


def _link(device: SrosDevice, name: str) -> tuple[bool, bool]:
    """Whether a port has a signal, and whether it is operational."""
    live = device.router.ports.get(name)
    if live is None:
        return False, False
    return live.enabled and live.carrier, live.up


@shows("show > port description")
def port_description(device: SrosDevice, values: Values) -> Lines:
    def rows() -> Lines:
        for node in device.node("port"):
            text = node.value("description", "text") or _TYPE
            yield f"{node['port']:<14} {text}"

    yield from table("Port Descriptions on Slot 1", ("Port Id        Description",), rows())


def _port_page(device: SrosDevice, name: str) -> Lines:
    node = next((each for each in device.node("port") if each["port"] == name), None)
    if node is None:
        raise Mistake(BAD_PARAMETER)
    live = device.router.ports.get(name)
    link, up = _link(device, name)
    encap = node.value("ethernet", "encap-type", "encap", default="null")
    mode = node.value("ethernet", "mode", "mode", default="network")
    speed, duplex = ("1 Gbps", "full") if up else ("N/A", "N/A")
    since = stamp(device.router.ages.since("port", name))
    count = live.transitions if live is not None else 0
    yield from title("Ethernet Interface")
    yield _pair("Description", node.value("description", "text") or _TYPE)
    yield _pair("Interface", name, "Oper Speed", speed)
    yield _pair("Link-level", "Ethernet", "Config Speed", "1 Gbps")
    yield _pair("Admin State", updown(not node.shutdown).lower(), "Oper Duplex", duplex)
    yield _pair("Oper State", updown(up).lower(), "Config Duplex", "full")
    yield _pair("Physical Link", "Yes" if link else "No", "MTU", port_mtu(node))
    yield _pair("Single Fiber Mode", "No", "Min Frame Length", "64 Bytes")
    yield _pair("IfIndex", _index(name), "Hold time up", "0 seconds")
    yield _pair("Last State Change", since, "Hold time down", "0 seconds")
    yield _pair("Last Cleared Time", "N/A", "DDM Events", "Enabled")
    yield _pair("Phys State Chng Cnt", count)
    yield ""
    yield _pair("Configured Mode", mode, "Encap Type", {"dot1q": "802.1q"}.get(encap, encap))
    yield _pair("Dot1Q Ethertype", "0x8100", "QinQ Ethertype", "0x8100")
    yield _pair("PBB Ethertype", "0x88e7")
    yield _pair("Auto-negotiate", "true", "MDI/MDX", "MDI")
    yield _pair("Accounting Policy", "None", "Collect-stats", "Disabled")
    yield _pair("Egress Rate", "Default", "Ingress Rate", "Default")
    if live is not None:
        yield ""
        yield _pair("Configured Address", live.mac.hex(":"))
        yield _pair("Hardware Address", live.mac.hex(":"))
    yield from title("Traffic Statistics")
    yield figures("", "Input", "Output")
    yield SINGLE
    yield from traffic(live.counters if live is not None else Counters())
    yield DOUBLE


def _index(name: str) -> int:
    """The ifIndex of a port: slot, MDA and port in bits 25, 21 and 15 up."""
    slot, mda, number = map(int, name.split("/"))
    return (slot << 25) + (mda << 21) + (number << 15)


def traffic(counted: Counters) -> Lines:
    """What a port has let in and out."""
    yield figures("Octets", counted.in_bytes, counted.out_bytes)
    yield figures("Packets", counted.in_packets, counted.out_packets)
    yield figures("Errors", counted.in_drops, counted.out_drops)


def figures(label: str, in_: object, out: object) -> str:
    """A line of two columns, for each direction."""
    return f"{label:<35}{in_!s:>21}{out!s:>23}"


# --------------------------------------------------------------------------- facts


def port_mtu(port: Branch) -> int:
    """The MTU of a port in bytes of frame: as configured, or as its mode has it."""
    default = NETWORK_MTU if port_mode(port) == "network" else ACCESS_MTU
    return int(port.value("ethernet", "mtu", "mtu", default=str(default)))


def port_mode(port: Branch) -> Literal["network", "access"]:
    mode = port.value("ethernet", "mode", "mode", default="network")
    return "network" if mode == "network" else "access"


def compile_port(port: Branch) -> f.Port:
    """One port."""
    return f.Port(
        port["port"],
        not port.shutdown,
        port_mtu(port),
        port_mode(port),
        port.value("description", "text"),
    )
