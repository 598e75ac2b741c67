"""Interfaces: IOS `show ip interface brief`, SR OS `show router [100] interface`, `show port`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IOS = re.compile(
    r"^(?P<name>[A-Z]\S+) +(?P<address>[\d.]+|unassigned) +(?:YES|NO) +\S+ +"
    r"(?P<status>administratively down|up|down) +(?P<protocol>up|down)",
    re.MULTILINE,
)
_SROS = re.compile(
    r"^(?P<name>\S+) +(?P<admin>Up|Down) +(?P<oper>Up|Down)/\S+ +(?P<mode>\S+) +(?P<port>\S+) *\n"
    r" +(?P<address>[\d./-]+)",
    re.MULTILINE,
)
_PORT = re.compile(
    r"^(?P<port>\d/\d/\d+) +(?P<admin>Up|Down) +(?P<link>Yes|No) +(?P<state>Up|Down|Link Up)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Interface:
    """`status` is up, down or administratively down; `protocol` up or down."""

    name: str
    address: str | None
    status: str
    protocol: str

    @property
    def up(self) -> bool:
        return self.status == "up" and self.protocol == "up"


def ios_interfaces(text: str) -> list[Interface]:
    """Read IOS `show ip interface brief`."""
    return [
        Interface(
            m["name"],
            None if m["address"] == "unassigned" else m["address"],
            m["status"],
            m["protocol"],
        )
        for m in _IOS.finditer(text)
    ]


def sros_interfaces(text: str) -> list[Interface]:
    """Read SR OS `show router [100] interface`."""
    return [
        Interface(
            m["name"],
            m["address"] if "." in m["address"] else None,
            "up" if m["admin"] == "Up" else "administratively down",
            m["oper"].lower(),
        )
        for m in _SROS.finditer(text)
    ]


def sros_ports(text: str) -> dict[str, bool]:
    """Read SR OS `show port`: which ports are up."""
    return {m["port"]: m["state"] == "Up" for m in _PORT.finditer(text)}
