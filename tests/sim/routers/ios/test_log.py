"""What an IOS router logs of its own accord."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.wire.icmp import echo_request
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.udp import Udp
from labkit.sim.model.facts import Ace, Acl
from labkit.sim.net import events
from labkit.sim.net.bgp.speaker import BgpNeighborChange, BgpNotification
from labkit.sim.routers.ios.log import messages
from tests.sim.net import facts as given
from tests.sim.net import tunnel
from tests.sim.net.tunnel import A, B

SRC, DST, PE = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2"), IPv4Address("198.51.100.1")
UDP_500 = IPv4(SRC, DST, 17, Udp(500, 500, b"").encode(SRC, DST))
ECHO = IPv4(SRC, DST, 1, echo_request(1, 1, b"").encode())
ESP = IPv4(SRC, DST, 50, b"\0" * 8)
WAN = "GigabitEthernet0/1"

MESSAGES = [
    (events.InterfaceChange(WAN, "up"), [f"%LINK-3-UPDOWN: Interface {WAN}, changed state to up"]),
    (
        events.InterfaceChange(WAN, "down"),
        [f"%LINK-3-UPDOWN: Interface {WAN}, changed state to down"],
    ),
    (
        events.InterfaceChange(WAN, "administratively down"),
        [f"%LINK-5-CHANGED: Interface {WAN}, changed state to administratively down"],
    ),
    (events.InterfaceChange("Loopback0", "up"), []),
    (
        events.LineProtocolChange(WAN, False),
        [f"%LINEPROTO-5-UPDOWN: Line protocol on Interface {WAN}, changed state to down"],
    ),
    (events.IsakmpSwitched(True), ["%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"]),
    (events.IsakmpSwitched(False), ["%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"]),
    (
        events.NotIpsec(SRC, DST, 1, WAN),
        [
            "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. "
            "(ip) vrf/dest_addr= /198.51.100.2, src_addr= 192.0.2.28, prot= 1"
        ],
    ),
    (
        events.InvalidSpi(SRC, DST, 0x1A2B3C4D),
        [
            "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
            "destaddr=198.51.100.2, prot=50, spi=0x1A2B3C4D(439041101), srcaddr=192.0.2.28"
        ],
    ),
    (
        events.ReplayError(SRC, DST, 1, 7, 3),
        [
            "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed\n"
            "        connection id=3, sequence number=7"
        ],
    ),
    (
        BgpNeighborChange("", PE, True, ""),
        ["%BGP-5-ADJCHANGE: neighbor 198.51.100.1 Up "],
    ),
    (
        BgpNeighborChange("", PE, False, "Interface flap"),
        [
            "%BGP-5-ADJCHANGE: neighbor 198.51.100.1 Down Interface flap",
            "%BGP_SESSION-5-ADJCHANGE: neighbor 198.51.100.1 IPv4 Unicast topology base "
            "removed from session  Interface flap",
        ],
    ),
    (
        BgpNotification("", PE, True, 4, 0, b""),
        ["%BGP-3-NOTIFICATION: sent to neighbor 198.51.100.1 4/0 (hold time expired) 0 bytes"],
    ),
    (
        BgpNotification("", PE, False, 2, 2, b"\xfd\xe8"),
        [
            "%BGP-3-NOTIFICATION: received from neighbor 198.51.100.1 2/2 (peer in wrong AS) "
            "2 bytes FDE8"
        ],
    ),
    (
        events.AclLogged("EDGE", 10, False, UDP_500, WAN),
        [
            "%SEC-6-IPACCESSLOGP: list EDGE denied udp "
            "192.0.2.28(500) -> 198.51.100.2(500), 1 packet"
        ],
    ),
    (
        events.AclLogged("EDGE", 10, True, ECHO, WAN),
        [
            "%SEC-6-IPACCESSLOGDP: list EDGE permitted icmp "
            "192.0.2.28 -> 198.51.100.2 (8/0), 1 packet"
        ],
    ),
    (
        events.AclLogged("EDGE", 10, False, ESP, WAN),
        ["%SEC-6-IPACCESSLOGNP: list EDGE denied 50 192.0.2.28 -> 198.51.100.2, 1 packet"],
    ),
    (object(), []),
]


@pytest.mark.parametrize(("event", "expected"), MESSAGES)
def test_an_event_is_logged_in_the_vendors_words(event: object, expected: list[str]) -> None:
    assert list(messages.lines(event)) == expected


def test_bad_packets_are_limited_by_kind_and_flows_by_their_ends() -> None:
    first = messages.limit(events.NotIpsec(SRC, DST, 1, WAN))
    assert first == messages.limit(events.NotIpsec(DST, SRC, 6, WAN)) != None  # noqa: E711
    assert first != messages.limit(events.InvalidSpi(SRC, DST, 1))
    udp = messages.limit(events.AclLogged("EDGE", 10, False, UDP_500, WAN))
    assert udp != messages.limit(events.AclLogged("EDGE", 10, False, ESP, WAN))
    assert messages.limit(events.IsakmpSwitched(True)) is None


def test_leaving_configuration_is_logged_with_who_and_where() -> None:
    assert messages.configured("console") == "%SYS-5-CONFIG_I: Configured from console by console"
    assert messages.configured("vty0", "student", "127.0.0.1") == (
        "%SYS-5-CONFIG_I: Configured from console by student on vty0 (127.0.0.1)"
    )


def test_a_clear_packet_that_a_map_protects_is_logged_where_it_arrives() -> None:
    told = given.with_interface(given.gateway(B), given.WAN, crypto_map=None)
    stage = tunnel.tunnel(b=told)
    stage.ping(B, tunnel.GW_A, tunnel.GW_B, count=1)
    said = [line for event in stage.events[A] for line in messages.lines(event)]
    assert said == [
        "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. "
        "(ip) vrf/dest_addr= /192.168.1.1, src_addr= 172.16.1.1, prot= 1"
    ]


def test_a_logging_entry_reports_the_packet_it_met() -> None:
    told = given.with_interface(given.gateway(A, crypto=False), given.WAN, acl_in="EDGE")
    acl = Acl("EDGE", (Ace(10, False, 1, log=True), Ace(20, True)))
    told = replace(told, acls=(acl,))
    stage = tunnel.tunnel(a=told, b=given.gateway(B, crypto=False))
    stage.ping(B, given.A_WAN, given.B_WAN, count=1)
    said = [line for event in stage.events[A] for line in messages.lines(event)]
    assert said == [
        "%SEC-6-IPACCESSLOGDP: list EDGE denied icmp 198.51.100.2 -> 198.51.100.1 (8/0), 1 packet"
    ]
