"""IOS `show crypto ipsec …` and `show crypto map` (Phase 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network

from labkit.course.parsers.text import sections

_INTERFACE = re.compile(r"^interface: (\S+)", re.MULTILINE)
_USING = re.compile(r"^\s+Interfaces using crypto map (\S+):", re.MULTILINE)
_IDENT = re.compile(r"(local|remote) +ident \(addr/mask/prot/port\): \(([^)]*)\)")
_COUNTER = re.compile(r"#(pkts \w+|send errors|recv errors):? (\d+)")
_SECTION = re.compile(r"^ +(inbound|outbound) (esp|ah|pcp) sas:", re.MULTILINE)
_SPI = re.compile(r"^ +spi: (0x[0-9A-Fa-f]+)\(\d+\)", re.MULTILINE)
_TRANSFORM = re.compile(r"transform: (.*?) ?,")
_MODE = re.compile(r"in use settings =\{(\w+)")
_SET = re.compile(
    r"^Transform set (\S+): \{ (.*?) *\}.*?\n +will negotiate = \{ (\w+)", re.MULTILINE
)
_MAP = re.compile(r'^Crypto Map (?:IPv4 )?"([^"]+)" (\d+) ipsec-isakmp', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class IpsecFlow:
    """What `show crypto ipsec sa` says of one permit line of the ACL and one peer."""

    interface: str
    map_name: str
    local: IPv4Network
    remote: IPv4Network
    peer: str
    encaps: int
    decaps: int
    send_errors: int
    recv_errors: int
    local_endpoint: str
    remote_endpoint: str
    plaintext_mtu: int
    inbound_spis: tuple[str, ...]
    outbound_spis: tuple[str, ...]
    transform: str
    mode: str
    """tunnel, transport, or "" without an SA."""
    pfs: bool

    @property
    def up(self) -> bool:
        return bool(self.outbound_spis)


@dataclass(frozen=True, slots=True)
class TransformSet:
    """A transform set; `transforms` as `show` spells them: esp-256-aes esp-sha512-hmac."""

    name: str
    transforms: tuple[str, ...]
    mode: str


@dataclass(frozen=True, slots=True)
class CryptoMapEntry:
    """One entry of a crypto map; `matches` are the ACL's lines as shown."""

    name: str
    sequence: int
    peers: tuple[str, ...]
    acl: str | None
    matches: tuple[str, ...]
    transform_sets: tuple[str, ...]
    interfaces: tuple[str, ...]
    pfs: bool
    incomplete: bool


def ipsec_flows(text: str) -> list[IpsecFlow]:
    """Read `show crypto ipsec sa`."""
    flows: list[IpsecFlow] = []
    for interface, body in sections(text, _INTERFACE):
        tag = re.search(r"Crypto map tag: (\S+), local addr", body)
        for block in re.split(r"^ +protected vrf: .*$", body, flags=re.MULTILINE)[1:]:
            flow = _flow(interface[1], tag[1] if tag else "", block)
            if flow is not None:
                flows.append(flow)
    return flows


def transform_sets(text: str) -> list[TransformSet]:
    """Read `show crypto ipsec transform-set`."""
    return [TransformSet(m[1], tuple(m[2].split()), m[3].lower()) for m in _SET.finditer(text)]


def crypto_maps(text: str) -> list[CryptoMapEntry]:
    """Read `show crypto map`.  IOS lists a map's interfaces once, below its last entry."""
    entries = sections(text, _MAP)
    interfaces: dict[str, list[str]] = {}
    for _, body in entries:
        for name, listed in sections(body, _USING):
            found = [line.strip() for line in listed.splitlines() if line.strip()]
            interfaces.setdefault(name[1], []).extend(found)
    return [
        _entry(start[1], int(start[2]), body, tuple(interfaces.get(start[1], ())))
        for start, body in entries
    ]


def _flow(interface: str, tag: str, block: str) -> IpsecFlow | None:
    idents = {side: _network(value) for side, value in _IDENT.findall(block)}
    counters = {name: int(value) for name, value in _COUNTER.findall(block)}
    peer = re.search(r"current_peer (\S+)", block)
    ends = re.search(r"local crypto endpt\.: (\S+), remote crypto endpt\.: (\S+)", block)
    if len(idents) != 2 or peer is None or ends is None:
        return None
    mtu = re.search(r"plaintext mtu (\d+)", block)
    spis: dict[str, tuple[str, ...]] = {"inbound": (), "outbound": ()}
    for heading, body in sections(block, _SECTION):
        if heading[2] == "esp":
            spis[heading[1]] = tuple(spi.lower() for spi in _SPI.findall(body))
    transform, mode = _TRANSFORM.search(block), _MODE.search(block)
    return IpsecFlow(
        interface=interface,
        map_name=tag,
        local=idents["local"],
        remote=idents["remote"],
        peer=peer[1],
        encaps=counters.get("pkts encaps", 0),
        decaps=counters.get("pkts decaps", 0),
        send_errors=counters.get("send errors", 0),
        recv_errors=counters.get("recv errors", 0),
        local_endpoint=ends[1],
        remote_endpoint=ends[2],
        plaintext_mtu=int(mtu[1]) if mtu else 0,
        inbound_spis=spis["inbound"],
        outbound_spis=spis["outbound"],
        transform=transform[1].strip() if transform else "",
        mode=mode[1].lower() if mode else "",
        pfs=bool(re.search(r"PFS \(Y/N\): Y", block)),
    )


def _entry(name: str, sequence: int, body: str, interfaces: tuple[str, ...]) -> CryptoMapEntry:
    acl = re.search(r"^\s+Extended IP access list (\S+)", body, re.MULTILINE)
    sets = re.search(r"Transform sets=\{(.*?)\n\s*\}\s*$", body, re.MULTILINE | re.DOTALL)
    return CryptoMapEntry(
        name,
        sequence,
        tuple(re.findall(r"^\s+Peer = (\S+)", body, re.MULTILINE)),
        acl[1] if acl else None,
        tuple(re.findall(r"^\s+access-list \S+ (.+?)\s*$", body, re.MULTILINE)),
        tuple(re.findall(r"^\s+(\S+): +\{", sets[1], re.MULTILINE)) if sets else (),
        interfaces,
        bool(re.search(r"PFS \(Y/N\): Y", body)),
        "incomplete state" in body or "No matching address list" in body,
    )


def _network(ident: str) -> IPv4Network:
    address, mask = ident.split("/")[:2]
    return IPv4Network(f"{address}/{mask}", strict=False)
