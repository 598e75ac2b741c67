"""Where the bytes of a frame go: the account of 114 that become 202, for any transform.

A packet before and after ESP (RFC 4303 section 2, 3.1), field by field, in tunnel or transport
mode, bare or in UDP (RFC 3948), on an access link or in the provider's core under its labels; the
largest packet that fits, and the TCP MSS that keeps to it.  Sizes come from
`labkit.protocols.esp`, which makes the real packets.  Bytes of Ethernet are counted
as captures do, without FCS.

Must not know Jupyter, or keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labkit.protocols import esp

Kind = Literal["icmp", "udp", "tcp"]
Mode = Literal["tunnel", "transport"]
Place = Literal["access", "core", "pseudowire"]
Guard = Literal["clear", "authenticated", "encrypted"]

ETHERNET, IP, UDP, LABEL = 14, 20, 8, 4
SMALLEST = 60
"""An Ethernet frame is filled up to this (without FCS)."""
LARGEST_PACKET = 65535
HEADERS: dict[Kind, int] = {"icmp": 8, "udp": 8, "tcp": 20}
ESP_FIELDS = (("SPI", 4), ("sequence number", 4))
IP_FIELDS = (
    ("version and length", 1), ("type of service", 1), ("total length", 2), ("identification", 2),
    ("flags and fragment offset", 2), ("time to live", 1), ("protocol", 1), ("checksum", 2),
    ("source", 4), ("destination", 4),
)  # fmt: skip
UDP_FIELDS = (("source port", 2), ("destination port", 2), ("length", 2), ("checksum", 2))
ETHERNET_FIELDS = (("destination MAC", 6), ("source MAC", 6), ("type", 2))
HEADER_FIELDS: dict[Kind, tuple[tuple[str, int], ...]] = {
    "icmp": (("type", 1), ("code", 1), ("checksum", 2), ("identifier", 2), ("sequence", 2)),
    "udp": UDP_FIELDS,
    "tcp": (
        ("source port", 2), ("destination port", 2), ("sequence number", 4),
        ("acknowledgment", 4), ("offset and flags", 2), ("window", 2), ("checksum", 2),
        ("urgent pointer", 2),
    ),
}  # fmt: skip
TRANSFORMS = (
    "esp-aes 256 esp-sha512-hmac",
    "esp-aes esp-sha256-hmac",
    "esp-aes esp-sha-hmac",
    "esp-gcm",
    "esp-gcm 256",
    "esp-3des esp-sha-hmac",
    "esp-3des esp-md5-hmac",
    "esp-null esp-sha256-hmac",
)
"""Transform sets worth comparing, as typed."""
PLACES: dict[Place, str] = {
    "access": "on the access link",
    "core": "in the core, under two labels",
    "pseudowire": "in the core, in the pseudowire of site A",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A run of bytes in a frame; `fields` are (name, bytes) and add up to `size`."""

    name: str
    size: int
    guard: Guard
    why: str
    fields: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Packing:
    """What is asked: a packet and what is done to it.

    `size` is the IP packet in bytes (`ping … size 100`), `mtu` the bytes of IP that the outside
    carries.  `transform` is what follows `crypto ipsec transform-set NAME`.
    """

    size: int = 100
    transform: str = "esp-aes 256 esp-sha512-hmac"
    mode: Mode = "tunnel"
    mtu: int = 1500
    kind: Kind = "icmp"
    nat: bool = False
    """ESP travels in UDP port 4500."""
    place: Place = "access"
    dont_fragment: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """The answer: frames are tuples of parts, from the first byte on."""

    packing: Packing
    before: tuple[Part, ...]
    after: tuple[tuple[Part, ...], ...]
    """One frame, or more if the packet is fragmented first; none if it may not be."""
    largest: int
    """Bytes of the largest IP packet that needs no fragmentation."""

    @property
    def mss(self) -> int:
        """The largest TCP segment that fits."""
        return self.largest - IP - HEADERS["tcp"]

    @property
    def frames(self) -> list[tuple[str, tuple[Part, ...]]]:
        """Each frame with its title."""
        alone = len(self.after) == 1
        titles = ["after"] if alone else [f"after ({n})" for n in range(1, len(self.after) + 1)]
        return [("before", self.before), *zip(titles, self.after, strict=True)]

    @property
    def before_size(self) -> int:
        return total(self.before)

    @property
    def after_sizes(self) -> tuple[int, ...]:
        return tuple(total(frame) for frame in self.after)

    @property
    def verdict(self) -> str:
        """The outcome in a sentence or two."""
        if not self.after:
            return (
                f"{self.packing.size} bytes with DF do not fit: the gateway drops the packet and "
                f"answers ICMP 3/4 with MTU {self.largest}."
            )
        if len(self.after) > 1:
            sizes = " + ".join(map(str, self.after_sizes))
            return (
                f"{self.packing.size} bytes do not fit in one packet: fragmented before "
                f"encryption into {len(self.after)} frames of {sizes} bytes."
            )
        (size,) = self.after_sizes
        return f"{self.before_size} bytes become {size}: {size - self.before_size} more."


def total(frame: tuple[Part, ...]) -> int:
    """Bytes of a frame."""
    return sum(part.size for part in frame)


def algorithms(transform: str) -> tuple[str, str | None]:
    """Cipher and integrity of a transform set as typed, the words those of `labkit.protocols.esp`.

    Raises ValueError for words that are no ESP transform or do not go together.
    """
    typed = transform.split()
    ciphers = [word for word in typed if word in esp.CIPHERS]
    integrities = [word for word in typed if word in esp.INTEGRITY]
    bits = [word for word in typed if word.isdigit()]
    unknown = [word for word in typed if word not in (*ciphers, *integrities, *bits)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no ESP transform")
    if len(ciphers) != 1 or len(integrities) > 1 or len(bits) > 1:
        raise ValueError(f"{transform!r}: one cipher and at most one HMAC make a transform set")
    if bits and (ciphers[0] not in ("esp-aes", "esp-gcm") or bits[0] not in ("128", "192", "256")):
        raise ValueError(f"{ciphers[0]} has no key of {bits[0]} bits")
    if ciphers[0] == "esp-gcm" and integrities:
        raise ValueError("esp-gcm has an ICV of its own and takes no HMAC")
    return ciphers[0], integrities[0] if integrities else None


def account(packing: Packing) -> Account:
    """Account for a packet.  Raises ValueError for what cannot be, in one line."""
    _check(packing)
    largest = _largest(packing)
    before = _framed(packing, _clear(packing, packing.size, first=True))
    if packing.size <= largest:
        pieces = [packing.size]
    elif packing.dont_fragment:
        pieces = []
    else:
        pieces = _fragments(packing.size, largest)
    after = tuple(
        _framed(packing, _sealed(packing, size, first=index == 0))
        for index, size in enumerate(pieces)
    )
    return Account(packing, before, after, largest)


def text(result: Account) -> str:
    """The account as a table for a terminal."""
    packing = result.packing
    nat = ", in UDP 4500" if packing.nat else ""
    lines = [
        f"{packing.size}-byte {packing.kind.upper()} packet, {packing.transform}, "
        f"{packing.mode} mode{nat}, MTU {packing.mtu}, {PLACES[packing.place]}",
        result.verdict,
    ]
    for title, frame in result.frames:
        lines.append(f"{title}: {total(frame)} bytes")
        lines += [f"  {p.size:>5}  {p.name:<22} {p.guard:<14} {p.why}".rstrip() for p in frame]
    lines.append(
        f"largest packet that fits: {result.largest} bytes; TCP MSS {result.mss} "
        f"(ip tcp adjust-mss {result.mss} or less)"
    )
    return "\n".join(lines)


# --------------------------------------------------------------------------- sums


def _check(packing: Packing) -> None:
    algorithms(packing.transform)
    least = IP + HEADERS[packing.kind]
    if not least <= packing.size <= LARGEST_PACKET:
        raise ValueError(f"an {packing.kind.upper()} packet has {least} to {LARGEST_PACKET} bytes")
    if not 68 <= packing.mtu <= 9212:
        raise ValueError(f"an MTU is from 68 to 9212 bytes, not {packing.mtu}")
    if _largest(packing) < 68:
        raise ValueError(f"an MTU of {packing.mtu} leaves no packet room under this transform")


def _largest(packing: Packing) -> int:
    room = packing.mtu - IP - (UDP if packing.nat else 0)
    payload = esp.largest_payload(room, *algorithms(packing.transform))
    return payload if packing.mode == "tunnel" else payload + IP


def _fragments(size: int, largest: int) -> list[int]:
    """IP fragments: all but the last carry a multiple of 8 bytes (RFC 791)."""
    left, step = size - IP, (largest - IP) // 8 * 8
    pieces = []
    while left > largest - IP:
        pieces.append(IP + step)
        left -= step
    return [*pieces, IP + left]


def _whole(name: str, guard: Guard, why: str, fields: tuple[tuple[str, int], ...]) -> Part:
    return Part(name, sum(size for _, size in fields), guard, why, fields)


def _one(name: str, size: int, guard: Guard, why: str) -> Part:
    """A part that is one field."""
    return Part(name, size, guard, why, ((name, size),))


def _clear(packing: Packing, size: int, *, first: bool) -> list[Part]:
    header = _whole("IP header", "clear", "source and destination are the hosts", IP_FIELDS)
    return [header, *_contents(packing, size, "clear", first=first)]


def _contents(packing: Packing, size: int, guard: Guard, *, first: bool) -> list[Part]:
    """What follows the IP header of a packet of `size` bytes."""
    name, rest = packing.kind.upper(), size - IP
    found = []
    if first:
        found.append(_whole(f"{name} header", guard, "", HEADER_FIELDS[packing.kind]))
        rest -= HEADERS[packing.kind]
    if rest:
        found.append(_one("data", rest, guard, "what the user sends"))
    return found


def _sealed(packing: Packing, size: int, *, first: bool) -> list[Part]:
    cipher, integrity = algorithms(packing.transform)
    spec = esp.CIPHERS[cipher]
    tunnel = packing.mode == "tunnel"
    # NULL leaves all readable; without an ICV nothing is authenticated.
    secret: Guard = "encrypted" if cipher != "esp-null" else "authenticated"
    icv = esp.icv_size(cipher, integrity)
    bound: Guard = "authenticated" if icv else "clear"
    if cipher == "esp-null" and not icv:
        secret = "clear"
    payload = size if tunnel else size - IP
    pad = -(payload + 2) % spec.block
    ends = "the gateways" if tunnel else "the hosts"
    parts = [
        _whole("outer IP header" if tunnel else "IP header", "clear", f"between {ends}", IP_FIELDS)
    ]
    if packing.nat:
        parts.append(_whole("UDP header", "clear", "port 4500, for a NAT in between", UDP_FIELDS))
    parts.append(_whole("ESP header", bound, "SPI names the SA, the number stops replays",
                        ESP_FIELDS))  # fmt: skip
    if spec.iv:
        parts.append(_one("IV", spec.iv, bound, "another in every packet"))
    if tunnel:
        parts.append(_whole("inner IP header", secret, "the hosts, hidden", IP_FIELDS))
    parts += _contents(packing, size, secret, first=first)
    if pad:
        why = f"up to a whole number of {spec.block}-byte blocks"
        parts.append(_one("padding", pad, secret, why))
    trailer = (("pad length", 1), ("next header", 1))
    parts.append(_whole("ESP trailer", secret, "pad length, next header", trailer))
    if icv:
        parts.append(_one("ICV", icv, "clear", "proves all from the SPI on"))
    return parts


def _framed(packing: Packing, packet: list[Part]) -> tuple[Part, ...]:
    """The packet as a frame where it is looked at."""
    customer = [_whole("Ethernet", "clear", "", ETHERNET_FIELDS), *packet]
    if packing.place != "core":
        customer = _filled(customer)
    if packing.place == "access":
        return tuple(customer)
    labels = (("LSP label", LABEL), ("service label", LABEL))
    over = [
        _whole("Ethernet", "clear", "provider's", ETHERNET_FIELDS),
        _whole("MPLS labels", "clear", "the way through the core, and the service", labels),
    ]
    return tuple(_filled([*over, *(packet if packing.place == "core" else customer)]))


def _filled(frame: list[Part]) -> list[Part]:
    missing = SMALLEST - total(tuple(frame))
    if missing <= 0:
        return frame
    filler = Part("Ethernet padding", missing, "clear", "the smallest frame is 60 bytes",
                  (("padding", missing),))  # fmt: skip
    return [*frame, filler]
