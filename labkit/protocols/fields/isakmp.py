"""ISAKMP as IKEv1 speaks it, as fields: header, payloads, proposals, transforms, attributes.

RFC 2408 section 3, RFC 2407 section 4.5 and 4.6, RFC 2409 appendix A.  A payload whose length
cannot be is shown as bytes; nothing is raised.  Must not know keys: what was encrypted comes as
bytes of its own and with the type of its first payload.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.protocols.fields.field import (
    Field,
    Spec,
    address,
    expand,
    flag,
    in_hex,
    named,
    raw,
    readable,
    run,
)
from labkit.protocols.ike.algorithms import CIPHERS, ESP_CIPHERS, ESP_INTEGRITY, HASHES

HEADER_LENGTH = 28
EXCHANGES = {
    1: "Base", 2: "Main mode", 3: "Authentication only", 4: "Aggressive", 5: "Informational",
    6: "Configuration", 32: "Quick mode",
}  # fmt: skip
PAYLOADS = {
    0: "none", 1: "SA", 2: "Proposal", 3: "Transform", 4: "Key exchange", 5: "Identification",
    6: "Certificate", 7: "Certificate request", 8: "Hash", 9: "Signature", 10: "Nonce",
    11: "Notification", 12: "Delete", 13: "Vendor ID", 20: "NAT discovery",
    21: "NAT original address", 130: "NAT discovery (draft)",
}  # fmt: skip
NOTIFICATIONS = {
    1: "INVALID-PAYLOAD-TYPE", 4: "INVALID-COOKIE", 5: "INVALID-MAJOR-VERSION",
    9: "INVALID-MESSAGE-ID", 11: "INVALID-SPI", 14: "NO-PROPOSAL-CHOSEN",
    15: "BAD-PROPOSAL-SYNTAX", 16: "PAYLOAD-MALFORMED", 17: "INVALID-KEY-INFORMATION",
    18: "INVALID-ID-INFORMATION", 23: "INVALID-HASH-INFORMATION", 24: "AUTHENTICATION-FAILED",
    24576: "RESPONDER-LIFETIME", 24577: "REPLAY-STATUS", 24578: "INITIAL-CONTACT",
    36136: "R-U-THERE", 36137: "R-U-THERE-ACK",
}  # fmt: skip
_PROTOCOLS = named({1: "ISAKMP", 2: "AH", 3: "ESP", 4: "IPCOMP"})
_NEXT = named(PAYLOADS)
HEADER = (
    Spec("isakmp.ispi", "Initiator cookie", 0, 8, raw),
    Spec("isakmp.rspi", "Responder cookie", 8, 8, raw),
    Spec("isakmp.nextpayload", "Next payload", 16, 1, text=_NEXT),
    Spec("isakmp.version", "Version", 17, 1, text=lambda v: f"{v >> 4}.{v & 15}"),
    Spec("isakmp.exchangetype", "Exchange", 18, 1, text=named(EXCHANGES)),
    Spec("isakmp.flag_a", "Authentication only", 19, 1, mask=4, text=flag),
    Spec("isakmp.flag_c", "Commit", 19, 1, mask=2, text=flag),
    Spec("isakmp.flag_e", "Encrypted", 19, 1, mask=1, text=flag),
    Spec("isakmp.messageid", "Message ID", 20, 4, text=in_hex(8)),
    Spec("isakmp.length", "Length", 24, 4),
)
GENERIC = (
    Spec("isakmp.nextpayload", "Next payload", 0, 1, text=_NEXT),
    Spec("isakmp.reserved", "Reserved", 1, 1, raw),
    Spec("isakmp.payloadlength", "Length", 2, 2),
)
SA = (
    Spec("isakmp.sa.doi", "Domain of interpretation", 4, 4, text=named({1: "IPsec"})),
    Spec("isakmp.sa.situation", "Situation", 8, 4, raw),
)
PROPOSAL = (
    Spec("isakmp.prop.number", "Proposal", 4, 1),
    Spec("isakmp.prop.protoid", "Protocol", 5, 1, text=_PROTOCOLS),
    Spec("isakmp.spisize", "SPI size", 6, 1),
    Spec("isakmp.prop.transforms", "Transforms", 7, 1),
)
TRANSFORM = (
    Spec("isakmp.trans.number", "Transform", 4, 1),
    Spec("isakmp.trans.id", "Transform ID", 5, 1),
    Spec("", "Reserved", 6, 2, raw),
)
ID = (
    Spec("isakmp.id.type", "ID type", 4, 1, text=named(
        {1: "IPv4 address", 2: "FQDN", 3: "user FQDN", 4: "IPv4 subnet", 11: "key ID"})),
    Spec("isakmp.id.protoid", "Protocol", 5, 1),
    Spec("isakmp.id.port", "Port", 6, 2),
)  # fmt: skip
ID_ADDRESS = Spec("isakmp.id.data.ipv4_addr", "Address", 8, 4, address)
ID_SUBNET = (
    Spec("isakmp.id.data.ipv4_subnet", "Network", 8, 4, address),
    Spec("", "Mask", 12, 4, address),
)
NOTIFY = (
    Spec("isakmp.notify.doi", "Domain of interpretation", 4, 4, text=named({1: "IPsec"})),
    Spec("isakmp.notify.protoid", "Protocol", 8, 1, text=_PROTOCOLS),
    Spec("isakmp.spisize", "SPI size", 9, 1),
    Spec("isakmp.notify.msgtype", "Message", 10, 2, text=named(NOTIFICATIONS)),
)
DELETE = (
    Spec("isakmp.delete.doi", "Domain of interpretation", 4, 4, text=named({1: "IPsec"})),
    Spec("isakmp.delete.protoid", "Protocol", 8, 1, text=_PROTOCOLS),
    Spec("isakmp.spisize", "SPI size", 9, 1),
    Spec("isakmp.spinum", "SPIs", 10, 2),
)
DATA = {
    4: ("isakmp.key_exchange.data", "Public value"), 8: ("isakmp.hash", "Hash"),
    9: ("isakmp.sig", "Signature"), 10: ("isakmp.nonce", "Nonce"),
    13: ("isakmp.vid_bytes", "Vendor ID"), 20: ("isakmp.ike.nat_hash", "Hash"),
    130: ("isakmp.ike.nat_hash", "Hash"),
}  # fmt: skip
TABLES = (HEADER, GENERIC, SA, PROPOSAL, TRANSFORM, ID, (ID_ADDRESS,), ID_SUBNET, NOTIFY, DELETE)

Names = dict[int, tuple[str, str, dict[int, str]]]
IKE_ATTRIBUTES: Names = {
    1: ("isakmp.ike.attr.encryption_algorithm", "Encryption", {c.number: c.rfc for c in CIPHERS}),
    2: ("isakmp.ike.attr.hash_algorithm", "Hash", {each.number: each.rfc for each in HASHES}),
    3: ("isakmp.ike.attr.authentication_method", "Authentication",
        {1: "pre-shared key", 3: "RSA signatures"}),
    4: ("isakmp.ike.attr.group_description", "Group", {}),
    11: ("isakmp.ike.attr.life_type", "Life type", {1: "seconds", 2: "kilobytes"}),
    12: ("isakmp.ike.attr.life_duration", "Life duration", {}),
    14: ("isakmp.ike.attr.key_length", "Key length", {}),
}  # fmt: skip
IPSEC_ATTRIBUTES: Names = {
    1: ("isakmp.ipsec.attr.life_type", "Life type", {1: "seconds", 2: "kilobytes"}),
    2: ("isakmp.ipsec.attr.life_duration", "Life duration", {}),
    3: ("isakmp.ipsec.attr.group_description", "Group (PFS)", {}),
    4: ("isakmp.ipsec.attr.encap_mode", "Mode",
        {1: "tunnel", 2: "transport", 3: "tunnel in UDP", 4: "transport in UDP"}),
    5: ("isakmp.ipsec.attr.auth_algorithm", "Integrity",
        {each.number: each.rfc for each in ESP_INTEGRITY}),
    6: ("isakmp.ipsec.attr.key_length", "Key length", {}),
}  # fmt: skip
_KEY_IKE = {1: "KEY_IKE"}
ESP_TRANSFORMS = {each.transform_id: each.rfc for each in ESP_CIPHERS}


def header(data: bytes, start: int, end: int) -> list[Field]:
    return list(expand(HEADER, data, start, end))


def payloads(first: int, data: bytes, start: int, end: int) -> list[Field]:
    """The chain whose first payload is of type `first`; what is left over is padding."""
    found, place = _chain(first, data, start, end, _payload)
    return [*found, *run("", "Padding", data, place, end)]


def _chain(
    kind: int, data: bytes, place: int, end: int, inside: Callable[..., list[Field]]
) -> tuple[list[Field], int]:
    found: list[Field] = []
    while kind and place + 4 <= end:
        size = int.from_bytes(data[place + 2 : place + 4], "big")
        if size < 4 or place + size > end:
            found += run("", f"{_name(kind)} of impossible length {size}", data, place, end)
            return found, end
        children = [*expand(GENERIC, data, place, place + size)]
        children += inside(kind, data, place, place + size)
        text = next((each.text for each in children[3:] if each.name in _TELLING), "")
        value = data[place : place + size]
        found.append(Field("", _name(kind), place, place + size, value, text, tuple(children)))
        kind, place = data[place], place + size
    return found, place


_TELLING = (
    "isakmp.notify.msgtype", "isakmp.id.data.ipv4_addr", "isakmp.id.data.ipv4_subnet",
    "isakmp.prop.protoid", "isakmp.trans.id", "isakmp.vid_bytes",
)  # fmt: skip


def _name(kind: int) -> str:
    return PAYLOADS.get(kind, f"Payload {kind}")


def _payload(kind: int, data: bytes, start: int, end: int) -> list[Field]:
    if kind == 1:
        inside, place = _chain(2, data, start + 12, end, _proposal)
        return [*expand(SA, data, start, end), *inside, *run("", "Rest", data, place, end)]
    if kind == 5:
        return _identification(data, start, end)
    if kind in (11, 12):
        return _spis(NOTIFY if kind == 11 else DELETE, data, start, end)
    name, label = DATA.get(kind, ("", "Data"))
    return run(name, label, data, start + 4, end)


def _identification(data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(ID, data, start, end))
    kind = found[0].value if found else 0
    if kind == 1 and end - start == 12:
        return [*found, *expand((ID_ADDRESS,), data, start, end)]
    if kind == 4 and end - start == 16:
        return [*found, *expand(ID_SUBNET, data, start, end)]
    rest = run("", "Data", data, start + 8, end)
    return [*found, *(each._replace(text=readable(data[start + 8 : end])) for each in rest)]


def _spis(table: tuple[Spec, ...], data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(table, data, start, end))
    size = data[start + 9] if start + 9 < end else 0
    count = int.from_bytes(data[start + 10 : start + 12], "big") if table is DELETE else 1
    place = start + 12
    while size and count and place + size <= end:
        name = "isakmp.spi" if table is NOTIFY else "isakmp.delete.spi"
        found += run(name, "SPI", data, place, place + size)
        place, count = place + size, count - 1
    return [*found, *run("isakmp.notify.data", "Data", data, place, end)]


def _proposal(kind: int, data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(PROPOSAL, data, start, end))
    if len(found) < len(PROPOSAL):
        return [*found, *run("", "Rest", data, start + 4 + len(found), end)]
    place = start + 8 + data[start + 6]
    found += run("isakmp.spi", "SPI", data, start + 8, min(place, end))
    esp = data[start + 5] == 3
    inside, place = _chain(3, data, place, end, _transform_esp if esp else _transform_ike)
    return [*found, *inside, *run("", "Rest", data, place, end)]


def _transform_ike(kind: int, data: bytes, start: int, end: int) -> list[Field]:
    return _transform(_KEY_IKE, IKE_ATTRIBUTES, data, start, end)


def _transform_esp(kind: int, data: bytes, start: int, end: int) -> list[Field]:
    return _transform(ESP_TRANSFORMS, IPSEC_ATTRIBUTES, data, start, end)


def _transform(
    ids: dict[int, str], attributes: Names, data: bytes, start: int, end: int
) -> list[Field]:
    found = list(expand(TRANSFORM, data, start, end))
    if len(found) > 1 and isinstance(found[1].value, int):
        found[1] = found[1]._replace(text=named(ids)(found[1].value))
    place = start + 8
    while place + 4 <= end:
        kind = int.from_bytes(data[place : place + 2], "big")
        size = 0 if kind & 0x8000 else int.from_bytes(data[place + 2 : place + 4], "big")
        after = place + 4 + size
        if after > end:
            break
        body = (place + 4, after) if size else (place + 2, place + 4)
        kind &= 0x7FFF
        name, label, meaning = attributes.get(kind, ("", f"Attribute {kind}", {}))
        value = int.from_bytes(data[body[0] : body[1]], "big")
        text = named(meaning)(value)
        inside = (Field(name, "Value", *body, value, text),)
        found.append(Field("", label, place, after, data[place:after], text, inside))
        place = after
    return [*found, *run("", "Rest", data, place, end)]


OTHER = {
    **{name: raw for name, _ in DATA.values()},
    **{name: None for table in (IKE_ATTRIBUTES, IPSEC_ATTRIBUTES) for name, _, _ in table.values()},
    "isakmp.spi": raw, "isakmp.delete.spi": raw, "isakmp.notify.data": raw,
}  # fmt: skip
"""Fields outside the tables, with their kind (None: a number)."""
