"""Phase 2 on IOS: what is protected and how.

`show crypto ipsec …`, `show crypto map`, and `show access-lists` for the lines that choose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from labkit.course.parsers import sections

_BLOCK = re.compile(r"^ +protected vrf: .*$", re.MULTILINE)
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
_LIST = re.compile(r"^(?:Extended|Standard) IP access list (\S+)", re.MULTILINE)
_ACE = re.compile(r"^ +(\d+) (permit|deny) +(.*?)(?: \((\d+) match(?:es)?\))? *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class IpsecFlow:
    """What `show crypto ipsec sa` says of one permit line of the ACL and one peer."""

    local: IPv4Network
    remote: IPv4Network
    peer: str
    encaps: int
    decaps: int
    send_errors: int
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
    """One entry of a crypto map."""

    name: str
    sequence: int
    peers: tuple[str, ...]
    acl: str | None
    transform_sets: tuple[str, ...]
    interfaces: tuple[str, ...]
    pfs: bool


@dataclass(frozen=True, slots=True)
class Ace:
    """A line of an access list; `source` and `destination` as shown: `any`, `host a`, or address
    and wildcard."""

    sequence: int
    action: str
    protocol: str
    source: str
    destination: str
    rest: str
    """What follows the destination: ports, `log`."""
    matches: int

    def __str__(self) -> str:
        words = (self.action, self.protocol, self.source, self.destination, self.rest)
        return " ".join(word for word in words if word)

    def mirrored(self) -> tuple[str, str, str, str]:
        """What the other gateway's line must say: action, protocol, source, destination."""
        return self.action, self.protocol, self.destination, self.source

    def names(self) -> tuple[str, str, str, str]:
        return self.action, self.protocol, self.source, self.destination


def ipsec_flows(text: str) -> list[IpsecFlow]:
    """Read `show crypto ipsec sa`."""
    flows = (_flow(block) for _, block in sections(text, _BLOCK))
    return [flow for flow in flows if flow is not None]


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


def access_lists(text: str) -> dict[str, list[Ace]]:
    """Read `show access-lists`: the lines of each list by its name."""
    return {
        heading[1]: [_ace(match) for match in _ACE.finditer(body)]
        for heading, body in sections(text, _LIST)
    }


def _flow(block: str) -> IpsecFlow | None:
    idents = {side: _network(value) for side, value in _IDENT.findall(block)}
    counters = {name: int(value) for name, value in _COUNTER.findall(block)}
    peer = re.search(r"current_peer (\S+)", block)
    end = re.search(r"local crypto endpt\.: \S+, remote crypto endpt\.: (\S+)", block)
    if len(idents) != 2 or peer is None or end is None:
        return None
    mtu = re.search(r"plaintext mtu (\d+)", block)
    spis: dict[str, tuple[str, ...]] = {"inbound": (), "outbound": ()}
    for heading, body in sections(block, _SECTION):
        if heading[2] == "esp":
            spis[heading[1]] = tuple(spi.lower() for spi in _SPI.findall(body))
    transform, mode = _TRANSFORM.search(block), _MODE.search(block)
    return IpsecFlow(
        local=idents["local"],
        remote=idents["remote"],
        peer=peer[1],
        encaps=counters.get("pkts encaps", 0),
        decaps=counters.get("pkts decaps", 0),
        send_errors=counters.get("send errors", 0),
        remote_endpoint=end[1],
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
        tuple(re.findall(r"^\s+(\S+): +\{", sets[1], re.MULTILINE)) if sets else (),
        interfaces,
        bool(re.search(r"PFS \(Y/N\): Y", body)),
    )


def _network(ident: str) -> IPv4Network:
    address, mask = ident.split("/")[:2]
    return IPv4Network(f"{address}/{mask}", strict=False)


def _ace(match: re.Match[str]) -> Ace:
    words = match[3].split()
    protocol = words.pop(0) if words and not _address(words[0]) and words[0] != "any" else "ip"
    source = _selector(words)
    rest_of_source: list[str] = []
    while words and not _starts_selector(words[0]):
        rest_of_source.append(words.pop(0))
    destination = _selector(words)
    rest = " ".join([*rest_of_source, *words])
    return Ace(int(match[1]), match[2], protocol, source, destination, rest, int(match[4] or 0))


def _selector(words: list[str]) -> str:
    if not words:
        return ""
    first = words.pop(0)
    if first == "host" and words:
        return f"host {words.pop(0)}"
    if _address(first) and words and _address(words[0]):
        return f"{first} {words.pop(0).rstrip(',')}"
    return first.rstrip(",")


def _starts_selector(word: str) -> bool:
    return word in ("any", "host") or _address(word)


def _address(word: str) -> bool:
    try:
        IPv4Address(word.rstrip(","))
    except ValueError:
        return False
    return True
