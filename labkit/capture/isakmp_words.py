"""The payloads of IKE in words: a name, one line of sense, and every field.

The words are those of RFC 2407, 2408 and 2409; a number without a word stays a number.  What a
peer sent is text here and nothing else; whoever shows it treats it so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.ike import payloads as known
from labkit.protocols.ike.algorithms import (
    AUTHENTICATION,
    CIPHER_BY_NUMBER,
    ESP_CIPHER_BY_ID,
    ESP_INTEGRITY_BY_NUMBER,
    HASH_BY_NUMBER,
)
from labkit.protocols.ike.configuration import HOST_MASK
from labkit.protocols.ike.proposal import ENCAPSULATIONS, ESP, KEY_IKE
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    AGGRESSIVE,
    INFORMATIONAL,
    MAIN_MODE,
    QUICK_MODE,
    Attribute,
    Delete,
    Hash,
    Header,
    Identification,
    KeyExchange,
    NatDetection,
    Nonce,
    Notification,
    Payload,
    Proposal,
    SecurityAssociation,
    Transform,
    VendorId,
)

EXCHANGES = {
    MAIN_MODE: "Main Mode",
    AGGRESSIVE: "Aggressive Mode",
    INFORMATIONAL: "Informational",
    QUICK_MODE: "Quick Mode",
}
SHORT = {MAIN_MODE: "MM", AGGRESSIVE: "AM", INFORMATIONAL: "INFO", QUICK_MODE: "QM"}
PROTOCOLS = {1: "ISAKMP", 2: "AH", 3: "ESP"}

_PHASE_1 = {1: "encryption", 2: "hash", 3: "authentication", 4: "group", 11: "life type",
            12: "life duration", 14: "key length"}  # fmt: skip
_PHASE_2 = {1: "life type", 2: "life duration", 3: "PFS group", 4: "encapsulation",
            5: "authentication", 6: "key length"}  # fmt: skip
_LIFE = {1: "seconds", 2: "kilobytes"}
_AUTHENTICATION = {number: fact for fact, number in AUTHENTICATION.items()}
_ENCAPSULATION = {
    number: f"{mode}{' in UDP' if in_udp else ''}"
    for (mode, in_udp), number in ENCAPSULATIONS.items()
}
_SHOWN = 40

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A payload: `sense` is what matters about it, `fields` are (name, value) in wire order."""

    name: str
    sense: str
    fields: Fields = ()


def describe(payloads: Iterable[Payload], header: Header) -> tuple[Opened, ...]:
    """Every payload of a message in words."""
    cookies = header.initiator_cookie, header.responder_cookie
    return tuple(_describe(each, cookies) for each in payloads)


def names(opened: Iterable[Opened]) -> str:
    """`SA, VENDOR ×4`: the payloads of a message on one line; notifies and deletes say what of."""
    told = ("NOTIFY", "DELETE")
    counts = Counter(f"{e.name} {e.sense}" if e.name in told else e.name for e in opened)
    return ", ".join(f"{name} ×{n}" if n > 1 else name for name, n in counts.items())


def _describe(payload: Payload, cookies: tuple[bytes, bytes]) -> Opened:
    match payload:
        case SecurityAssociation():
            return _sa(payload)
        case KeyExchange(data):
            return Opened("KE", f"g^x, {len(data) * 8} bits", (("public value", _hex(data)),))
        case Nonce(data):
            return Opened("NONCE", f"{len(data)} random bytes", (("nonce", _hex(data)),))
        case Hash(data):
            return Opened("HASH", f"{len(data)} bytes", (("hash", _hex(data)),))
        case Identification():
            return _identification(payload)
        case Notification():
            return _notification(payload)
        case Delete():
            return _delete(payload)
        case VendorId(data):
            found = [known.vendor_name(data, each) for each in cookies]
            name = next((each for each in found if each != "unknown"), "unknown")
            return Opened("VENDOR", name, (("vendor ID", _hex(data)),))
        case NatDetection(data, _):
            return Opened("NAT-D", "hash of address and port", (("hash", _hex(data)),))
    body = payload.body()
    return Opened(f"payload {payload.type}", f"{len(body)} bytes", (("bytes", _hex(body)),))


# --------------------------------------------------------------------------- proposals


def _sa(sa: SecurityAssociation) -> Opened:
    fields: list[tuple[str, str]] = []
    sense: list[str] = []
    for proposal in sa.proposals:
        fields.append((f"proposal {proposal.number}", _proposal(proposal)))
        for transform in proposal.transforms:
            words = _attributes(transform, proposal.protocol)
            sense.append(_suite(transform, proposal.protocol))
            fields.append((f"  transform {transform.number}", _transform(transform, proposal)))
            fields += [(f"    {name}", value) for name, value in words]
    return Opened("SA", " | ".join(sense), tuple(fields))


def _proposal(proposal: Proposal) -> str:
    protocol = PROTOCOLS.get(proposal.protocol, f"protocol {proposal.protocol}")
    spi = f", SPI 0x{proposal.spi.hex()}" if proposal.spi else ""
    return f"{protocol}{spi}, {len(proposal.transforms)} transforms"


def _transform(transform: Transform, proposal: Proposal) -> str:
    if proposal.protocol == ESP:
        cipher = ESP_CIPHER_BY_ID.get(transform.id)
        return cipher.rfc if cipher else f"ESP transform {transform.id}"
    return "KEY_IKE" if transform.id == KEY_IKE else f"transform {transform.id}"


def _suite(transform: Transform, protocol: int) -> str:
    """An offer on one line: what a person compares."""
    words = dict(_attributes(transform, protocol))
    if protocol == ESP:
        cipher = ESP_CIPHER_BY_ID.get(transform.id)
        first = cipher.rfc if cipher else f"#{transform.id}"
        rest = ("key length", "authentication", "encapsulation", "PFS group")
    else:
        first = words.get("encryption", "?")
        rest = ("key length", "hash", "group", "authentication")
    marks = {"group": "group ", "PFS group": "PFS group "}
    return ", ".join([first, *(marks.get(k, "") + words[k] for k in rest if k in words)])


def _attributes(transform: Transform, protocol: int) -> list[tuple[str, str]]:
    table = _PHASE_2 if protocol == ESP else _PHASE_1
    return [
        (
            table.get(each.type, f"attribute {each.type}"),
            _value(table.get(each.type, ""), each, protocol),
        )
        for each in transform.attributes
    ]


def _value(name: str, attribute: Attribute, protocol: int) -> str:
    number = attribute.number
    if name == "encryption" and number in CIPHER_BY_NUMBER:
        return CIPHER_BY_NUMBER[number].rfc
    if name == "hash" and number in HASH_BY_NUMBER:
        return HASH_BY_NUMBER[number].rfc
    if name == "authentication" and protocol == ESP:
        found = ESP_INTEGRITY_BY_NUMBER.get(number)
        return found.rfc if found else f"#{number}"
    if name == "authentication":
        return _AUTHENTICATION.get(number, f"#{number}")
    if name == "encapsulation":
        return _ENCAPSULATION.get(number, f"#{number}")
    return _LIFE.get(number, str(number)) if name == "life type" else str(number)


# --------------------------------------------------------------------------- the others


def _identification(payload: Identification) -> Opened:
    try:
        selector = known.selector_of(payload)
        host = selector.mask == HOST_MASK
        who = str(selector.address) if host else f"{selector.address}/{selector.mask}"
    except DecodeError:
        who = _text(payload.data)
    fields = (
        ("ID type", str(payload.id_type)),
        ("protocol", str(payload.protocol)),
        ("port", str(payload.port)),
        ("identity", who),
    )
    return Opened("ID", who, fields)


def _notification(payload: Notification) -> Opened:
    name = known.notify_name(payload.notify_type)
    protocol = PROTOCOLS.get(payload.protocol, str(payload.protocol))
    fields = (
        ("protocol", protocol),
        ("type", f"{name} ({payload.notify_type})"),
        ("SPI", _hex(payload.spi)),
        ("data", _hex(payload.data)),
        ("data as text", _text(payload.data)),
    )
    kept = tuple(each for each in fields if each[1])
    return Opened("NOTIFY", name, kept)


def _delete(payload: Delete) -> Opened:
    protocol = PROTOCOLS.get(payload.protocol, str(payload.protocol))
    spis = ", ".join(f"0x{each.hex()}" for each in payload.spis)
    fields = (("protocol", protocol), ("SPIs", spis))
    return Opened("DELETE", f"{protocol} {spis}", fields)


def _hex(data: bytes) -> str:
    return data[:_SHOWN].hex() + ("…" if len(data) > _SHOWN else "")


def _text(data: bytes) -> str:
    if len(data) == 4:
        return str(IPv4Address(data))
    return "".join(chr(each) if 32 <= each < 127 else "." for each in data[:_SHOWN])
