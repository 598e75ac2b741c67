"""The payloads of IKE in words: a name, one line of sense, and every field.

Reads the fields of `protocols.fields.isakmp`.  The words are those of RFC 2407, 2408 and 2409; a
number without a word stays a number.  What a peer sent is text here and nothing else; whoever
shows it treats it so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.capture.ike_reader import Reading
from labkit.protocols.fields.field import Field
from labkit.protocols.fields.isakmp import (
    ESP_TRANSFORMS,
    IKE_ATTRIBUTES,
    IPSEC_ATTRIBUTES,
    payloads,
)
from labkit.protocols.ike import payloads as known
from labkit.protocols.ike.algorithms import AUTHENTICATION
from labkit.protocols.ike.configuration import HOST_MASK
from labkit.protocols.ike.proposal import ESP, KEY_IKE
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    AGGRESSIVE,
    INFORMATIONAL,
    MAIN_MODE,
    QUICK_MODE,
    Identification,
)

SHORT = {MAIN_MODE: "MM", AGGRESSIVE: "AM", INFORMATIONAL: "INFO", QUICK_MODE: "QM"}
PROTOCOLS = {1: "ISAKMP", 2: "AH", 3: "ESP"}

_RENAMED = {"group (pfs)": "PFS group", "mode": "encapsulation", "integrity": "authentication"}
"""Attributes that the ladder names otherwise than the tree of fields."""
_AUTHENTICATION = {number: fact for fact, number in AUTHENTICATION.items()}
_SHOWN = 40

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A payload: `sense` is what matters about it, `fields` are (name, value) in wire order."""

    name: str
    sense: str
    fields: Fields = ()


def describe(reading: Reading) -> tuple[Opened, ...]:
    """Every payload of a message that could be read, in words."""
    header, plain = reading.header, reading.plain
    if header is None or not reading.payloads:
        return ()
    cookies = header.initiator_cookie, header.responder_cookie
    kind, found = header.next_payload, []
    for each in payloads(kind, plain, 0, len(plain))[: len(reading.payloads)]:
        found.append(_describe(kind, each, plain[each.start + 4 : each.end], cookies))
        kind = plain[each.start]
    return tuple(found)


def names(opened: Iterable[Opened]) -> str:
    """`SA, VENDOR ×4`: the payloads of a message on one line; notifies and deletes say what of."""
    told = ("NOTIFY", "DELETE")
    counts = Counter(f"{e.name} {e.sense}" if e.name in told else e.name for e in opened)
    return ", ".join(f"{name} ×{n}" if n > 1 else name for name, n in counts.items())


def _describe(kind: int, payload: Field, body: bytes, cookies: tuple[bytes, bytes]) -> Opened:
    match kind:
        case 1:
            return _sa(payload)
        case 4:
            return Opened("KE", f"g^x, {len(body) * 8} bits", (("public value", _hex(body)),))
        case 5:
            return _identification(payload, body[4:])
        case 8:
            return Opened("HASH", f"{len(body)} bytes", (("hash", _hex(body)),))
        case 10:
            return Opened("NONCE", f"{len(body)} random bytes", (("nonce", _hex(body)),))
        case 11:
            return _notification(payload)
        case 12:
            return _delete(payload)
        case 13:
            found = [known.vendor_name(body, each) for each in cookies]
            name = next((each for each in found if each != "unknown"), "unknown")
            return Opened("VENDOR", name, (("vendor ID", _hex(body)),))
        case 20 | 130:
            return Opened("NAT-D", "hash of address and port", (("hash", _hex(body)),))
    return Opened(f"payload {kind}", f"{len(body)} bytes", (("bytes", _hex(body)),))


def _number(payload: Field, name: str) -> int:
    """A field of a payload that has it."""
    found = next(each.value for each in payload.children if each.name == name)
    return found if isinstance(found, int) else 0


def _bytes(payload: Field, name: str) -> list[bytes]:
    found = [each.value for each in payload.children if each.name == name]
    return [each for each in found if isinstance(each, bytes)]


def _inside(payload: Field, label: str) -> list[Field]:
    """The payloads within one."""
    return [each for each in payload.children if each.label == label and each.children]


# --------------------------------------------------------------------------- proposals


def _sa(sa: Field) -> Opened:
    fields: list[tuple[str, str]] = []
    sense: list[str] = []
    for proposal in _inside(sa, "Proposal"):
        protocol = _number(proposal, "isakmp.prop.protoid")
        transforms = _inside(proposal, "Transform")
        name = PROTOCOLS.get(protocol, f"protocol {protocol}")
        spi = "".join(f", SPI 0x{each.hex()}" for each in _bytes(proposal, "isakmp.spi"))
        number = _number(proposal, "isakmp.prop.number")
        fields.append((f"proposal {number}", f"{name}{spi}, {len(transforms)} transforms"))
        for transform in transforms:
            number, words = _number(transform, "isakmp.trans.number"), _words(transform, protocol)
            sense.append(_suite(transform, dict(words), protocol))
            fields.append((f"  transform {number}", _transform(transform, protocol)))
            fields += [(f"    {name}", value) for name, value in words]
    return Opened("SA", " | ".join(sense), tuple(fields))


def _transform(transform: Field, protocol: int) -> str:
    number = _number(transform, "isakmp.trans.id")
    if protocol == ESP:
        return ESP_TRANSFORMS.get(number, f"ESP transform {number}")
    return "KEY_IKE" if number == KEY_IKE else f"transform {number}"


def _suite(transform: Field, words: dict[str, str], protocol: int) -> str:
    """An offer on one line: what a person compares."""
    if protocol == ESP:
        number = _number(transform, "isakmp.trans.id")
        first = ESP_TRANSFORMS.get(number, f"#{number}")
        rest = ("key length", "authentication", "encapsulation", "PFS group")
    else:
        first = words.get("encryption", "?")
        rest = ("key length", "hash", "group", "authentication")
    marks = {"group": "group ", "PFS group": "PFS group "}
    return ", ".join([first, *(marks.get(k, "") + words[k] for k in rest if k in words)])


def _words(transform: Field, protocol: int) -> list[tuple[str, str]]:
    """The attributes of a transform: name and value."""
    table = IPSEC_ATTRIBUTES if protocol == ESP else IKE_ATTRIBUTES
    meanings = {name: meaning for name, _, meaning in table.values()}
    found = []
    for each in (attribute for attribute in transform.children if attribute.children):
        label, value = each.label.lower(), each.children[0]
        name, meaning = _RENAMED.get(label, label), meanings.get(value.name, {})
        if name == "authentication" and protocol != ESP:
            meaning = _AUTHENTICATION
        sign = "#" if name in ("authentication", "encapsulation") else ""
        number = value.value if isinstance(value.value, int) else 0
        found.append((name, meaning.get(number, f"{sign}{number}")))
    return found


# --------------------------------------------------------------------------- the others


def _identification(payload: Field, data: bytes) -> Opened:
    numbers = [_number(payload, f"isakmp.id.{each}") for each in ("type", "protoid", "port")]
    try:
        selector = known.selector_of(Identification(numbers[0], data, *numbers[1:]))
        host = selector.mask == HOST_MASK
        who = str(selector.address) if host else f"{selector.address}/{selector.mask}"
    except DecodeError:
        who = _text(data)
    fields = zip(("ID type", "protocol", "port"), map(str, numbers), strict=True)
    return Opened("ID", who, (*fields, ("identity", who)))


def _notification(payload: Field) -> Opened:
    number = _number(payload, "isakmp.notify.msgtype")
    protocol = _number(payload, "isakmp.notify.protoid")
    name = known.notify_name(number)
    spi, data = (b"".join(_bytes(payload, each)) for each in ("isakmp.spi", "isakmp.notify.data"))
    fields = (
        ("protocol", PROTOCOLS.get(protocol, str(protocol))),
        ("type", f"{name} ({number})"),
        ("SPI", _hex(spi)),
        ("data", _hex(data)),
        ("data as text", _text(data)),
    )
    kept = tuple(each for each in fields if each[1])
    return Opened("NOTIFY", name, kept)


def _delete(payload: Field) -> Opened:
    number = _number(payload, "isakmp.delete.protoid")
    protocol = PROTOCOLS.get(number, str(number))
    spis = ", ".join(f"0x{each.hex()}" for each in _bytes(payload, "isakmp.delete.spi"))
    return Opened("DELETE", f"{protocol} {spis}", (("protocol", protocol), ("SPIs", spis)))


def _hex(data: bytes) -> str:
    return data[:_SHOWN].hex() + ("…" if len(data) > _SHOWN else "")


def _text(data: bytes) -> str:
    if len(data) == 4:
        return str(IPv4Address(data))
    return "".join(chr(each) if 32 <= each < 127 else "." for each in data[:_SHOWN])
