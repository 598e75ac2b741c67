"""`show version`, `show system …`, `show port`, `show debug`, hardware: the router itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.apply import port_mode, port_mtu
from labkit.cli.nokia_sros.identity import BUILT, CHASSIS, COPYRIGHT, PLATFORM, SAVED_AS, VERSION
from labkit.cli.nokia_sros.log import LOGS
from labkit.cli.nokia_sros.page import Lines, date, days, pair, section, table, title, updown
from labkit.cli.nokia_sros.schema import BAD_PARAMETER, Mistake
from labkit.cli.nokia_sros.tree import Node

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
_MODES = {"network": "netw", "access": "accs", "hybrid": "hybr"}


def version(device: SrosDevice, values: Values) -> Lines:
    yield f"{VERSION} cpm/hops64 {PLATFORM} {COPYRIGHT}"
    yield "All rights reserved. All use subject to applicable license agreements."
    yield BUILT


def uptime(device: SrosDevice, values: Values) -> Lines:
    yield f"System Up Time         : {_up(device)} (hr:min:sec)"


def _up(device: SrosDevice) -> str:
    text = days(device.router.clock.now - device.router.booted)
    number, _, clock = text.partition("d ")
    return f"{number} days, {clock}.00"


def time(device: SrosDevice, values: Values) -> Lines:
    yield date(device.router.clock.now)


def users(device: SrosDevice, values: Values) -> Lines:
    def rows() -> Lines:
        for session in device.sessions:
            kind = {"ssh": "SSHv2", "telnet": "Telnet"}.get(session.kind, "Console")
            yield f"{'student':<32} {kind:<9} {'--':<23}"

    header = ("User                             Type      From", " ")
    yield from table("User Information", header, rows(), "Number of users : {}")


def debug(device: SrosDevice, values: Values) -> Lines:
    tree = device.configuration.debug
    if tree.children:
        yield from tree.lines()


def log(device: SrosDevice, values: Values) -> Lines:
    if "log" not in values:
        return device.log.logs()
    if int(values["log"]) not in LOGS:
        raise Mistake(f"MINOR: CLI Log {values['log']} does not exist.")
    return device.log.show(int(values["log"]))


def system_information(device: SrosDevice, values: Values) -> Lines:
    def row(name: str, value: object) -> str:
        return f"{name:<23}: {value}"

    system = device.configuration.config.one("system")
    assert system is not None
    yield from title("System Information")
    yield row("System Name", device.system_name())
    yield row("System Type", CHASSIS)
    yield row("System Version", VERSION.partition("-")[2])
    yield row("System Contact", system.value("contact", "text"))
    yield row("System Location", system.value("location", "text"))
    yield row("System Up Time", f"{_up(device)} (hr:min:sec)")
    yield ""
    yield row("Configured Oper Mode", "default")
    yield row("Last Saved Config", SAVED_AS if device.saved is not None else "N/A")
    yield row("Changes Since Last Save", "Yes" if device.unsaved else "No")
    yield "=" * 79


def chassis(device: SrosDevice, values: Values) -> Lines:
    yield from title("Chassis Information")
    yield pair("    Name", device.system_name(), name=34)
    yield pair("    Type", CHASSIS, name=34)
    yield pair("    Number of slots", 2, name=34)
    yield pair("    Number of ports", len(list(device.node("port"))), name=34)
    yield "=" * 79


def card(device: SrosDevice, values: Values) -> Lines:
    header = (
        "Slot      Provisioned Type                         Admin Operational   Comments",
        "              Equipped Type (if different)         State State",
    )

    def rows() -> Lines:
        for node in device.node("card"):
            kind = node.value("card-type", "type")
            state = "down" if node.shutdown else "up"
            yield f"{node['slot']:<9} {kind:<40} {state:<5} {state}"
        yield f"{'A':<9} {'sfm4-12':<40} {'up':<5} up/active"

    yield from table("Card Summary", header, rows())


def mda(device: SrosDevice, values: Values) -> Lines:
    header = (
        "Slot  Mda   Provisioned Type                            Admin     Operational",
        "                Equipped Type (if different)            State     State",
    )

    def rows() -> Lines:
        for slot in device.node("card"):
            for node in slot.all("mda"):
                kind, state = node.value("mda-type", "type"), "down" if node.shutdown else "up"
                yield f"{slot['slot']:<5} {node['slot']:<5} {kind:<43} {state:<9} {state}"

    yield from table("MDA Summary", header, rows())


def port(device: SrosDevice, values: Values) -> Lines:
    if "port" in values:
        return _port_page(device, values["port"])
    header = (
        "Port          Admin Link Port    Cfg  Oper LAG/ Port Port Port   C/QS/S/XFP/",
        "Id            State      State   MTU  MTU  Bndl Mode Encp Type   MDIMDX",
    )
    return table("Ports on Slot 1", header, (_port_row(device, p) for p in device.node("port")))


def _port_row(device: SrosDevice, node: Node) -> str:
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


def port_description(device: SrosDevice, values: Values) -> Lines:
    def rows() -> Lines:
        for node in device.node("port"):
            text = node.value("description", "text") or "10/100/Gig Ethernet SFP"
            yield f"{node['port']:<14} {text}"

    yield from table("Port Descriptions on Slot 1", ("Port Id        Description",), rows())


def _port_page(device: SrosDevice, name: str) -> Lines:
    node = next((each for each in device.node("port") if each["port"] == name), None)
    if node is None:
        raise Mistake(BAD_PARAMETER)
    return _port_lines(device, node)


def _port_lines(device: SrosDevice, node: Node) -> Lines:
    live = device.router.ports.get(node["port"])
    link, up = _link(device, node["port"])
    text = node.value("description", "text") or "10/100/Gig Ethernet SFP"
    mode = node.value("ethernet", "mode", "mode", default="network")
    encap = node.value("ethernet", "encap-type", "encap", default="null")
    yield from title("Ethernet Interface")
    yield f"{'Description':<19}: {text}"
    yield pair("Interface", node["port"], "Oper Speed", "1 Gbps" if up else "N/A", 19)
    yield pair("Link-level", "Ethernet", "Config Speed", "1 Gbps", 19)
    yield pair("Admin State", updown(not node.shutdown).lower(), "Oper Duplex", "full", 19)
    yield pair("Oper State", updown(up).lower(), "Config Duplex", "full", 19)
    yield pair("Physical Link", "Yes" if link else "No", "MTU", port_mtu(node), 19)
    yield pair("Configured Mode", mode, "Encap Type", encap, 19)
    if live is not None:
        yield pair(
            "Configured Address", live.mac.hex(":"), "Hardware Address", live.mac.hex(":"), 19
        )
    yield ""
    yield from section("Traffic Statistics")
    yield f"{'':<46}{'Input':>15}{'Output':>18}"
    counters = live.counters if live is not None else None
    for label, field in (("Octets", "bytes"), ("Packets", "packets"), ("Errors", "drops")):
        in_, out = (getattr(counters, f"{way}_{field}", 0) for way in ("in", "out"))
        yield f"{label:<46}{in_:>15}{out:>18}"
    yield "=" * 79
