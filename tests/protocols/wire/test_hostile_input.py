"""Bytes from anybody: a codec returns a value or raises DecodeError, never anything else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.protocols.wire import DecodeError, bgp, isakmp, mpls
from labkit.protocols.wire.arp import Arp
from labkit.protocols.wire.esp import Esp
from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.icmp import Icmp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import Tcp
from labkit.protocols.wire.udp import Udp
from labkit.protocols.wire.vrrp import Vrrp

DECODERS: dict[str, Callable[[bytes], object]] = {
    "ethernet": Ethernet.decode,
    "arp": Arp.decode,
    "mpls": mpls.decode_stack,
    "ipv4": IPv4.decode,
    "ipv4 excerpt": lambda data: IPv4.decode(data, excerpt=True),
    "icmp": Icmp.decode,
    "udp": Udp.decode,
    "tcp": Tcp.decode,
    "vrrp": Vrrp.decode,
    "esp": Esp.decode,
    "isakmp": isakmp.Message.decode,
    "bgp": bgp.decode_message,
    "bgp stream": bgp.split_stream,
}

_ATTRIBUTES = (isakmp.Attribute(1, 7), isakmp.Attribute(12, bytes(4)))
_TRANSFORMS = (isakmp.Transform(1, 1, _ATTRIBUTES), isakmp.Transform(2, 1))
IKE = isakmp.Message(
    isakmp.Header(b"initiate", b"responds", isakmp.MAIN_MODE),
    (
        isakmp.SecurityAssociation((isakmp.Proposal(1, 3, b"spi4", _TRANSFORMS),)),
        isakmp.KeyExchange(bytes(16)),
        isakmp.Nonce(bytes(8)),
        isakmp.Identification(1, bytes(4), 17, 500),
        isakmp.Notification(1, 24578, bytes(16), b"data"),
        isakmp.Delete(3, (b"spi1", b"spi2")),
        isakmp.NatDetection(bytes(20)),
        isakmp.NatDetection(bytes(20), 130),
        isakmp.NatOriginalAddress(IPv4Address("192.0.2.1")),
        isakmp.Opaque(200, b"?"),
    ),
).encode()
OPEN = bgp.Open(
    65116,
    90,
    IPv4Address("10.16.16.16"),
    (bgp.Capability(2), bgp.four_octet_as_capability(65116)),
).encode()
UPDATE = bgp.Update(
    (IPv4Network("10.16.16.0/24"),),
    (bgp.Origin(0), bgp.AsPath.sequence([65116]), bgp.OpaqueAttribute(0xC0, 8, bytes(4))),
    (IPv4Network("10.0.0.0/8"),),
).encode()


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """A good message with a few bytes changed, perhaps cut, its length field perhaps set right."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data) - 1))
        data[place] = draw(st.sampled_from([0, 1, 3, 4, 8, 127, 255]))
    del data[draw(st.integers(0, len(data))) if draw(st.booleans()) else len(data) :]
    if good is IKE and len(data) >= 28:
        data[24:28] = len(data).to_bytes(4, "big")
    elif len(data) >= 18:
        data[16:18] = len(data).to_bytes(2, "big")
    return bytes(data)


@pytest.mark.parametrize("decode", DECODERS.values(), ids=DECODERS.keys())
@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=120))
def test_random_bytes_raise_nothing_but_decode_error(
    decode: Callable[[bytes], object], data: bytes
) -> None:
    with suppress(DecodeError):
        decode(data)


@settings(max_examples=600, deadline=None)
@given(damaged(IKE))
def test_a_damaged_ike_message_is_refused_or_encodes_back(data: bytes) -> None:
    try:
        message = isakmp.Message.decode(data)
    except DecodeError:
        return
    assert message.encode() == data


@settings(max_examples=400, deadline=None)
@given(damaged(OPEN) | damaged(UPDATE), st.booleans())
def test_a_damaged_bgp_message_is_refused_or_read(data: bytes, four_octet_as: bool) -> None:
    try:
        message = bgp.decode_message(data, four_octet_as)
    except DecodeError:
        return
    again = message.encode(four_octet_as)
    assert bgp.decode_message(again, four_octet_as) == message


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\x45" + bytes(19), "total length"),
        (b"\x60" + bytes(39), "version"),
        (IPv4(IPv4Address(1), IPv4Address(2), 1, bytes(8)).encode()[:24], "24 bytes of 28"),
        (b"\x45\0\0\x14" + bytes(16), "checksum"),
    ],
)
def test_a_bad_ipv4_header_is_refused_with_the_reason(data: bytes, complaint: str) -> None:
    with pytest.raises(DecodeError, match=complaint):
        IPv4.decode(data)


def test_a_wrong_checksum_is_refused_by_every_protocol_that_has_one() -> None:
    src, dst = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")

    def flip(data: bytes) -> bytes:
        return data[:-1] + bytes([data[-1] ^ 1])

    with pytest.raises(DecodeError, match="checksum"):
        Icmp.decode(flip(Icmp(8, 0, payload=b"ping").encode()))
    with pytest.raises(DecodeError, match="checksum"):
        Udp.decode(flip(Udp(1, 2, b"data").encode(src, dst)), src, dst)
    with pytest.raises(DecodeError, match="checksum"):
        Tcp.decode(flip(Tcp(1, 2, payload=b"data").encode(src, dst)), src, dst)
    with pytest.raises(DecodeError, match="checksum"):
        Vrrp.decode(flip(Vrrp(101, 201, (src,)).encode()))
