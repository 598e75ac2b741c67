"""BGP: IOS `show ip bgp` and its summary, SR OS `show router … bgp summary` and `routes`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

_NEIGHBOUR = re.compile(
    r"^(?P<peer>[\d.]+) +4 +(?P<asn>\d+)(?: +\d+){5} +(?P<updown>\S+) +(?P<state>\S.*?) *$",
    re.MULTILINE,
)
_PATH = re.compile(
    r"^ ?(?P<flags>[*>sdhmrbxSfac ]{2,4}?[i ]?) ?(?P<prefix>[\d.]+(?:/\d+)?)? +"
    r"(?P<next>\d+\.\d+\.\d+\.\d+)(?P<rest> .*)$"
)
_TAIL = re.compile(r"(?P<weight>\d+) (?P<path>(?:\d+ |\{[\d,]+\} )*)(?P<origin>[ie?]) *$")
_SROS_PEER = re.compile(
    r"^(?P<peer>\d+\.\d+\.\d+\.\d+) *\n(?: {2,}(?!\d+ ).*\n)? +(?P<asn>\d+) +\d+ +\d+ +"
    r"(?P<updown>\S+) +(?P<state>\S.*?) *$",
    re.MULTILINE,
)
_COUNTS = re.compile(r"(\d+)/(\d+)/(\d+)")
_SROS_ROUTE = re.compile(
    r"^(?P<flags>[us*hdxlb>p]*[>*]+[ie?]?) +(?:(?P<rd>\d+:\d+):)?(?P<prefix>[\d.]+/\d+) +"
    r"(?P<pref>\S+) +(?P<med>\S+) *\n +(?P<next>\S+) +\S+ +(?P<label>\S+) *\n +(?P<path>\S.*?) *$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """A neighbour: `state` Established, or whatever it shows instead; prefixes received."""

    address: str
    asn: int
    state: str
    received: int

    @property
    def established(self) -> bool:
        return self.state == "Established"


@dataclass(frozen=True, slots=True)
class BgpPath:
    """A path of a prefix."""

    prefix: IPv4Network
    next_hop: str
    as_path: tuple[int, ...]
    best: bool
    multipath: bool = False
    used: bool = True
    """SR OS: in the routing table (`u`); IOS: no RIB failure."""
    label: str = ""
    rd: str = ""


def ios_peers(text: str) -> list[BgpPeer]:
    """Read IOS `show ip bgp summary`."""
    found = []
    for m in _NEIGHBOUR.finditer(text):
        up = m["state"].isdigit()
        state = "Established" if up else m["state"]
        found.append(BgpPeer(m["peer"], int(m["asn"]), state, int(m["state"]) if up else 0))
    return found


def ios_paths(text: str) -> list[BgpPath]:
    """Read IOS `show ip bgp`; a prefix shown without a length has its class's."""
    found: list[BgpPath] = []
    for line in text.partition("Network")[2].splitlines():
        row, tail = _PATH.match(line), _TAIL.search(line)
        if row is None or tail is None or (row["prefix"] is None and not found):
            continue
        prefix = _network(row["prefix"]) if row["prefix"] else found[-1].prefix
        path = tuple(int(each) for each in re.findall(r"\d+", tail["path"]))
        flags = row["flags"]
        found.append(
            BgpPath(prefix, row["next"], path, ">" in flags, "m" in flags, "r" not in flags)
        )
    return _multipath(found)


def sros_peers(text: str) -> list[BgpPeer]:
    """Read SR OS `show router [100] bgp summary`."""
    found = []
    for m in _SROS_PEER.finditer(text):
        counts = _COUNTS.search(m["state"])
        state = "Established" if counts else m["state"]
        received = int(counts[1]) if counts else 0
        found.append(BgpPeer(m["peer"], int(m["asn"]), state, received))
    return found


def sros_paths(text: str) -> list[BgpPath]:
    """Read SR OS `show router [100] bgp routes`, `… bgp routes vpn-ipv4` and the like."""
    return [
        BgpPath(
            IPv4Network(m["prefix"]),
            m["next"],
            tuple(int(each) for each in re.findall(r"\b\d+\b", m["path"])),
            ">" in m["flags"],
            used="u" in m["flags"],
            label=m["label"] if m["label"].isdigit() else "",
            rd=m["rd"] or "",
        )
        for m in _SROS_ROUTE.finditer(text)
    ]


def _network(text: str) -> IPv4Network:
    if "/" in text:
        return IPv4Network(text)
    first = int(text.split(".")[0])
    return IPv4Network(f"{text}/{8 if first < 128 else 16 if first < 192 else 24}")


def _multipath(paths: list[BgpPath]) -> list[BgpPath]:
    """IOS marks the other paths with m; the best one of such a prefix is one of them."""
    shared = {path.prefix for path in paths if path.multipath}
    return [
        replace(path, multipath=True) if path.best and path.prefix in shared else path
        for path in paths
    ]
