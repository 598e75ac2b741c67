"""What the walk reads off a gateway's pages, by patterns of its own."""

from __future__ import annotations

import re

from tests.walk.served import Served

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


def counters(lab: Served, gateway: str) -> tuple[int, int]:
    """encaps and decaps, summed over all idents of the first interface."""
    page = lab.type(gateway, "show crypto ipsec sa").split("interface: ")[1]
    return tuple(sum(map(int, re.findall(rf"#pkts {way}: (\d+)", page))) for way in WAYS)  # type: ignore[return-value]


WAYS = ("encaps", "decaps")


def spis(lab: Served, gateway: str, way: str) -> list[str]:
    """SPIs of the ESP SAs of one way ("inbound", "outbound"), oldest first, without repeats."""
    page = lab.type(gateway, "show crypto ipsec sa")
    parts = re.findall(rf"{way} esp sas:(.*?){way} ah sas:", page, re.DOTALL)
    found = [spi.lower() for part in parts for spi in re.findall(r"spi: (0x[0-9A-F]+)", part)]
    return list(dict.fromkeys(found))


def isakmp(lab: Served, gateway: str) -> list[tuple[str, str, str, int, bool]]:
    """Rows of `show crypto isakmp sa`: dst, src, state, connection, deleted."""
    page = lab.type(gateway, "show crypto isakmp sa")
    rows = re.findall(r"^([\d.]+) +([\d.]+) +(\w+) +(\d+) ACTIVE( \(deleted\))?", page, re.M)
    return [(dst, src, state, int(number), bool(gone)) for dst, src, state, number, gone in rows]


def alive(lab: Served, gateway: str) -> list[tuple[str, str, str, int, bool]]:
    """The rows that are not deleted."""
    return [row for row in isakmp(lab, gateway) if not row[4]]


def loss(lab: Served, host: str, destination: str, count: int = 3) -> int:
    """Per cent of a host's pings that get no answer."""
    said = lab.type(host, f"ping -c {count} -W 1 {destination}")
    (percent,) = re.findall(r"([\d.]+)% packet loss", said)
    return round(float(percent))


def moment(lab: Served) -> float:
    """Lab time in seconds since the start."""
    (seconds,) = re.findall(r"\(([\d.]+) s since the start", lab.type("lab", "status"))
    return float(seconds)


def marks(lab: Served, gateway: str, command: str) -> str:
    """The marks of IOS's ping, one a packet."""
    return "".join(re.findall(r"^[!.UM&]+$", lab.type(gateway, command), re.MULTILINE))
