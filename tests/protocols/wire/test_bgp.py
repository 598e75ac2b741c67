"""BGP beyond the round trip: streams, capabilities, AS numbers of two sizes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.protocols.wire import DecodeError, bgp

ROUTER_ID = IPv4Address("10.16.16.16")


@pytest.mark.parametrize("cut", [0, 1, 18, 19, 20, 40])
def test_a_stream_is_cut_into_messages_wherever_tcp_split_it(cut: int) -> None:
    sent = [bgp.Keepalive().encode(), bgp.Notification(6, 2, b"bye").encode()]
    stream = b"".join(sent)
    first, rest = bgp.split_stream(stream[:cut])
    second, rest = bgp.split_stream(rest + stream[cut:])
    assert first + second == sent
    assert rest == b""


@pytest.mark.parametrize("start", [b"\0" * 19, b"\xff" * 16 + b"\0\x12\x04", b"\xff" * 19])
def test_a_stream_out_of_step_is_an_error_at_once(start: bytes) -> None:
    with pytest.raises(DecodeError, match="not synchronized"):
        bgp.split_stream(start)


@pytest.mark.parametrize("grouped", [False, True])
def test_capabilities_travel_alone_or_together(grouped: bool) -> None:
    offered = (bgp.IPV4_UNICAST, bgp.Capability(2), bgp.four_octet_as_capability(65116))
    message = bgp.Open(65116, 180, ROUTER_ID, offered, grouped)
    again = bgp.decode_message(message.encode())
    assert again == message
    assert isinstance(again, bgp.Open)
    assert again.four_octet_as == 65116


def test_an_as_number_of_four_octets_hides_behind_as_trans() -> None:
    asn = 4_200_000_001
    message = bgp.Open(asn, 180, ROUTER_ID, (bgp.four_octet_as_capability(asn),))
    again = bgp.decode_message(message.encode())
    assert isinstance(again, bgp.Open)
    assert (again.asn, again.four_octet_as) == (bgp.AS_TRANS, asn)


@pytest.mark.parametrize(("four_octet_as", "size"), [(False, 6), (True, 10)])
def test_the_as_path_has_the_negotiated_size(four_octet_as: bool, size: int) -> None:
    path = bgp.AsPath.sequence([65116, 65000])
    assert len(path.body(four_octet_as)) == size
    update = bgp.Update((IPv4Network("10.16.16.0/24"),), (path,))
    again = bgp.decode_message(update.encode(four_octet_as), four_octet_as)
    assert isinstance(again, bgp.Update)
    assert again.attribute(bgp.AsPath) == path
    assert again.attribute(bgp.MultiExitDisc) is None


def test_a_long_attribute_gets_an_extended_length() -> None:
    long = bgp.OpaqueAttribute(0xC0, 8, bytes(400))
    again = bgp.decode_message(bgp.Update((), (long,)).encode())
    assert again == bgp.Update((), (long,))
