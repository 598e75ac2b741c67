"""The kinds of words that IOS adds to the standard ones: interface names, ports, protocols.

Names are abbreviated as IOS does (`gi0/1`, `Loopback 0`) and kept in full.  Must not know which
interfaces a router has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar

from labkit.sim.grammar import STANDARD, Kind, Unfit, number

INTERFACE_TYPES = {
    "GigabitEthernet": ("Gi", r"\d+/\d+"),
    "FastEthernet": ("Fa", r"\d+/\d+"),
    "Loopback": ("Lo", r"\d+"),
    "Tunnel": ("Tu", r"\d+"),
    "Null": ("Nu", r"\d+"),
}
"""Type: (its short form in tables, the form of its number)."""


def interface(word: str) -> str:
    """An interface's full name.  Raises Unfit, at the end of the word if a number is missing."""
    letters = re.match(r"[A-Za-z-]*", word)
    assert letters is not None
    typed = letters[0].lower()
    names = [name for name in INTERFACE_TYPES if typed and name.lower().startswith(typed)]
    if len(names) != 1:
        raise Unfit
    if len(word) == len(typed):
        raise Unfit(len(word))
    digits = word[len(typed) :]
    if not re.fullmatch(INTERFACE_TYPES[names[0]][1], digits):
        raise Unfit(len(typed))
    return names[0] + "/".join(str(int(part)) for part in digits.split("/"))


def short_name(name: str) -> str:
    """`GigabitEthernet0/1` as tables write it: `Gi0/1`."""
    kind = name.rstrip("0123456789/")
    return INTERFACE_TYPES.get(kind, (kind,))[0] + name[len(kind) :]


def interface_order(name: str) -> tuple[int, tuple[int, ...]]:
    """Loopbacks and tunnels first, then ports, each by number."""
    kind = name.rstrip("0123456789/")
    rank = {"Loopback": 0, "Tunnel": 1}.get(kind, 2)
    return rank, tuple(int(part) for part in name[len(kind) :].split("/") if part)


TCP_PORTS = {
    "bgp": 179, "cmd": 514, "domain": 53, "echo": 7, "ftp": 21, "ftp-data": 20, "login": 513,
    "pop3": 110, "smtp": 25, "syslog": 514, "tacacs": 49, "telnet": 23, "www": 80,
}  # fmt: skip
UDP_PORTS = {
    "bootpc": 68, "bootps": 67, "domain": 53, "echo": 7, "isakmp": 500, "non500-isakmp": 4500,
    "ntp": 123, "rip": 520, "snmp": 161, "snmptrap": 162, "syslog": 514, "tftp": 69,
}  # fmt: skip
ICMP_MESSAGES: dict[str, tuple[int, int | None]] = {
    "administratively-prohibited": (3, 13), "echo": (8, None), "echo-reply": (0, None),
    "host-unreachable": (3, 1), "net-unreachable": (3, 0), "packet-too-big": (3, 4),
    "port-unreachable": (3, 3), "time-exceeded": (11, None), "ttl-exceeded": (11, 0),
    "unreachable": (3, None),
}  # fmt: skip
PROTOCOLS = {"ahp": 51, "eigrp": 88, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "ip": None,
             "ospf": 89, "pim": 103, "tcp": 6, "udp": 17}  # fmt: skip
"""Protocol words of access lists; IP means any."""


class PortNumber(int):
    """A port that prints as IOS's name for it."""

    names: ClassVar[dict[str, int]] = {}

    def __str__(self) -> str:
        return next((name for name, port in self.names.items() if port == self), str(int(self)))


class TcpPort(PortNumber):
    names = TCP_PORTS


class UdpPort(PortNumber):
    names = UDP_PORTS


_PORT = number(0, 65535)


def tcp_port(word: str) -> TcpPort:
    return TcpPort(TCP_PORTS.get(word.lower()) or _PORT.parse(word))


def udp_port(word: str) -> UdpPort:
    return UdpPort(UDP_PORTS.get(word.lower()) or _PORT.parse(word))


def icmp_message(word: str) -> str:
    if word.lower() not in ICMP_MESSAGES:
        raise Unfit
    return word.lower()


def host(word: str) -> IPv4Address | str:
    """An address or a name."""
    try:
        return STANDARD["ipv4"].parse(word)  # type: ignore[no-any-return]
    except Unfit:
        return word


def hexadecimal(word: str) -> str:
    """A pattern of hexadecimal digits, with or without 0x."""
    digits = word.lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{1,8}", digits):
        raise Unfit
    return digits


def group_name(word: str) -> str:
    """A name that cannot be meant for an address."""
    if word[:1].isdecimal():
        raise Unfit
    return one_word(word)


def one_word(word: str) -> str:
    """A name that does not begin a pipe."""
    if word.startswith("|"):
        raise Unfit
    return word


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
          "September", "October", "November", "December")  # fmt: skip


def month(word: str) -> str:
    """A month, perhaps cut short."""
    names = [name for name in MONTHS if name.lower().startswith(word.lower())]
    if len(names) != 1:
        raise Unfit
    return names[0]


def clock_time(word: str) -> tuple[int, int, int]:
    """`hh:mm:ss`."""
    parts = word.split(":")
    if len(parts) != 3 or not all(re.fullmatch(r"\d{1,2}", part) for part in parts):
        raise Unfit
    hour, minute, second = (int(part) for part in parts)
    if hour > 23 or minute > 59 or second > 59:
        raise Unfit
    return hour, minute, second


_NAME = r"[A-Za-z0-9_.+~-]"
_URL = re.compile(rf"(flash0?|nvram|system):/?({_NAME}*)")


@dataclass(frozen=True, slots=True)
class Url:
    """`flash:name` as it was typed; `system` is flash0, nvram or system."""

    typed: str
    system: str
    name: str

    def __str__(self) -> str:
        return self.typed

    @property
    def full(self) -> str:
        """As error messages write it: `flash0:/name`."""
        slash = "/" if self.system == "flash0" else ""
        return f"{self.system}:{slash}{self.name}"


def url(word: str) -> Url:
    """Read `flash:name`.  Raises Unfit."""
    match = _URL.fullmatch(word)
    if match is None:
        raise Unfit
    system = "flash0" if match[1].startswith("flash") else match[1]
    return Url(word, system, match[2])


def archive_path(word: str) -> Url:
    """`flash:name` with `$h` and `$t` in it: where an archive goes.  Raises Unfit."""
    found = url(re.sub(r"\$[ht]", "x", word))
    if found.system != "flash0":
        raise Unfit
    return Url(word, found.system, word.partition(":")[2].lstrip("/"))


def is_file_name(text: str) -> bool:
    """Whether a file of flash may be called so."""
    return re.fullmatch(f"{_NAME}+", text) is not None


KINDS = {
    **STANDARD,
    "word": Kind("WORD", one_word, "", weak=True),
    "group": Kind("WORD", group_name, "Neighbor tag", weak=True),
    "interface": Kind("IFACE", interface, "Interface name", joined=True),
    "tcp-port": Kind("<0-65535>", tcp_port, "Port number"),
    "udp-port": Kind("<0-65535>", udp_port, "Port number"),
    "icmp-message": Kind("ICMP-MESSAGE", icmp_message, "ICMP message name"),
    "hex": Kind("<0-FFFF>", hexadecimal, "Specify data pattern"),
    "file": Kind("flash:FILE", url, "File name, with flash:, nvram: or system: before it"),
    "archive-path": Kind("flash:FILE", archive_path, "Name of the files; $h, $t: host name, time"),
    "clock": Kind("hh:mm:ss", clock_time, "Current Time"),
    "month": Kind("MONTH", month, "Month of the year"),
    "host": Kind("WORD", host, "Destination address or hostname", weak=True),
}
