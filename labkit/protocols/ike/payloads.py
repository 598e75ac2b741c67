"""Vendor IDs, notify types and identities: what IOS puts into messages, and names for the rest.

Vendor IDs are those seen in captures of IOS routers; notify types are of RFC 2408 §3.14.1,
RFC 2407 §4.6.3 and RFC 3706.  Knows payloads one by one, not exchanges.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TypeVar

from labkit.protocols.ike.configuration import HOST_MASK
from labkit.protocols.ike.values import Selector
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import Identification, Payload

NAT_T_RFC3947 = bytes.fromhex("4a131c81070358455c5728f20e95452f")
NAT_T_07 = bytes.fromhex("439b59f8ba676c4c7737ae22eab8f582")
NAT_T_03 = bytes.fromhex("7d9419a65310ca6f2c179d9215529d56")
NAT_T_02 = bytes.fromhex("90cb80913ebb696e086381b5ec427b1f")
NAT_T_ALL = (NAT_T_RFC3947, NAT_T_07, NAT_T_03, NAT_T_02)
DPD = bytes.fromhex("afcad71368a1f1c96b8696fc77570100")
XAUTH = bytes.fromhex("09002689dfd6b712")
UNITY = bytes.fromhex("12f5f28c457168a9702d9fe274cc0100")

VENDOR_NAMES = {
    NAT_T_RFC3947: "NAT-T RFC 3947",
    NAT_T_07: "NAT-T v7",
    NAT_T_03: "NAT-T v3",
    NAT_T_02: "NAT-T v2",
    DPD: "DPD",
    XAUTH: "XAUTH",
    UNITY: "Unity",
}

ISAKMP, ESP = 1, 3
ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV4_ADDR_SUBNET = 1, 2, 3, 4
UDP = 17

NO_PROPOSAL_CHOSEN = 14
RESPONDER_LIFETIME = 24576
INITIAL_CONTACT = 24578
R_U_THERE = 36136
R_U_THERE_ACK = 36137

NOTIFY_NAMES = {
    1: "INVALID_PAYLOAD_TYPE",
    2: "DOI_NOT_SUPPORTED",
    4: "INVALID_COOKIE",
    7: "INVALID_EXCHANGE_TYPE",
    9: "INVALID_MESSAGE_ID",
    11: "INVALID_SPI",
    NO_PROPOSAL_CHOSEN: "PROPOSAL_NOT_CHOSEN",
    16: "PAYLOAD_MALFORMED",
    17: "INVALID_KEY_INFO",
    18: "INVALID_ID_INFO",
    23: "INVALID_HASH_INFO",
    24: "AUTHENTICATION_FAILED",
    RESPONDER_LIFETIME: "RESPONDER_LIFETIME",
    24577: "REPLAY_STATUS",
    INITIAL_CONTACT: "INITIAL_CONTACT",
    R_U_THERE: "R_U_THERE",
    R_U_THERE_ACK: "R_U_THERE_ACK",
}

_IOS_MARK = bytes.fromhex("f5c7a71d00010000")

P = TypeVar("P")


def notify_name(notify_type: int) -> str:
    return NOTIFY_NAMES.get(notify_type, f"type {notify_type}")


def own_vendor_id(noise: bytes, cookie: bytes) -> bytes:
    """The 16 bytes by which IOS routers know each other.

    In every capture of IOS at hand the first half is the sender's cookie under one constant
    mask, and the second half (`noise`, 8 bytes) is another in each exchange.
    """
    return _masked(cookie) + noise


def vendor_name(data: bytes, cookie: bytes) -> str:
    """A name for a vendor ID from the owner of `cookie`."""
    if data in VENDOR_NAMES:
        return VENDOR_NAMES[data]
    return "IOS" if len(data) == 16 and data[:8] == _masked(cookie) else "unknown"


def _masked(cookie: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(cookie, _IOS_MARK, strict=True))


def only(payloads: Iterable[Payload], kind: type[P]) -> P:
    """The one payload of a kind; raises DecodeError if there is none, or more."""
    found = [each for each in payloads if isinstance(each, kind)]
    if len(found) != 1:
        raise DecodeError(f"ISAKMP: {len(found)} {kind.__name__} payloads, not 1")
    return found[0]


def phase1_identity(address: IPv4Address, *, nat: bool, name: str | None = None) -> Identification:
    """The ID payload of main mode: our address or name, UDP port 500 (RFC 2407 §4.6.2).

    Behind or before a NAT the port means nothing, and is 0.
    """
    port = 0 if nat else 500
    if name is not None:
        return Identification(ID_FQDN, name.encode(), UDP, port)
    return Identification(ID_IPV4_ADDR, address.packed, UDP, port)


def identity_text(identity: Identification) -> str:
    """An address, a name, or the bytes of what is neither."""
    data = identity.data
    if identity.id_type == ID_IPV4_ADDR and len(data) == 4:
        return str(IPv4Address(data))
    if identity.id_type in (ID_FQDN, ID_USER_FQDN):
        return "".join(chr(octet) if 32 < octet < 127 else "?" for octet in data)
    return data.hex()


def aggressive_identity(address: IPv4Address, name: str | None) -> Identification:
    """The ID payload of aggressive mode: a name, a name with an @, or else our address."""
    if name is None:
        return phase1_identity(address, nat=True)
    id_type = ID_USER_FQDN if "@" in name else ID_FQDN
    return Identification(id_type, name.encode(), UDP, 0)


def identity_of(selector: Selector) -> Identification:
    """The ID payload of quick mode for one side."""
    if selector.mask == HOST_MASK:
        data, id_type = selector.address.packed, ID_IPV4_ADDR
    else:
        data, id_type = selector.address.packed + selector.mask.packed, ID_IPV4_ADDR_SUBNET
    return Identification(id_type, data, selector.protocol, selector.port)


def selector_of(identity: Identification) -> Selector:
    """The selector that a quick mode ID names; raises DecodeError for a kind we do not know."""
    data = identity.data
    if identity.id_type == ID_IPV4_ADDR and len(data) == 4:
        return Selector(IPv4Address(data), HOST_MASK, identity.protocol, identity.port)
    if identity.id_type == ID_IPV4_ADDR_SUBNET and len(data) == 8:
        mask = IPv4Address(data[4:])
        address = IPv4Address(int.from_bytes(data[:4], "big") & int(mask))
        return Selector(address, mask, identity.protocol, identity.port)
    raise DecodeError(f"ISAKMP: ID type {identity.id_type} of {len(data)} bytes")
