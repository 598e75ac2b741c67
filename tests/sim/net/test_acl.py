"""Access lists, entry by entry."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from labkit.protocols.wire import icmp, tcp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import Tcp
from labkit.protocols.wire.udp import Udp
from labkit.sim.model.facts import ALL_ONES, Ace, Acl, PortMatch, Wildcard
from labkit.sim.net.acl import Filters, first_match, matches, mirrored, port_matches
from tests.sim.net.facts import permit, wildcard

SOURCE, TARGET = IPv4Address("192.168.1.10"), IPv4Address("172.16.1.10")


def segment(flags: int = 0, port: int = 23) -> IPv4:
    return IPv4(SOURCE, TARGET, 6, Tcp(1025, port, flags=flags).encode(SOURCE, TARGET))


def datagram(port: int) -> IPv4:
    return IPv4(SOURCE, TARGET, 17, Udp(500, port).encode(SOURCE, TARGET))


def ping() -> IPv4:
    return IPv4(SOURCE, TARGET, 1, icmp.echo_request(1, 1).encode())


@pytest.mark.parametrize(
    ("operator", "values", "inside", "outside"),
    [
        ("eq", (500,), 500, 4500),
        ("neq", (500,), 4500, 500),
        ("lt", (1024,), 1023, 1024),
        ("gt", (1023,), 1024, 1023),
        ("range", (20, 23), 23, 24),
    ],
)
def test_port_operators(operator, values, inside, outside) -> None:
    condition = PortMatch(operator, values)
    assert port_matches(condition, inside)
    assert not port_matches(condition, outside)


def test_the_first_entry_that_matches_decides() -> None:
    deny = Ace(5, False, 1)
    acl = Acl("X", (deny, permit(10, "192.168.1.0/24", "172.16.1.0/24")))
    assert first_match(acl, ping()) is deny
    assert first_match(acl, segment()) is acl.entries[1]


def test_a_netmask_typed_as_wildcard_matches_only_addresses_that_end_in_zero() -> None:
    mask = IPv4Address("255.255.255.0")
    wrong = Ace(10, True, source=Wildcard(IPv4Address(0), mask))
    assert not matches(wrong, ping())
    zero = IPv4(IPv4Address("9.9.9.0"), TARGET, 1)
    assert matches(wrong, zero)


def test_udp_port_50_is_not_esp() -> None:
    ace = Ace(10, True, 17, destination_port=PortMatch("eq", (50,)))
    assert not matches(ace, IPv4(SOURCE, TARGET, 50, bytes(40)))
    assert matches(ace, datagram(50))
    assert not matches(ace, datagram(500))


def test_established_means_ack_or_rst() -> None:
    ace = Ace(10, True, 6, established=True)
    assert not matches(ace, segment(tcp.SYN))
    assert matches(ace, segment(tcp.SYN | tcp.ACK))
    assert matches(ace, segment(tcp.RST))


def test_icmp_types_are_told_apart() -> None:
    reply = Ace(10, True, 1, icmp_type=0)
    echo = Ace(20, True, 1, icmp_type=8, icmp_code=0)
    assert not matches(reply, ping())
    assert matches(echo, ping())


def test_a_later_fragment_meets_a_permit_with_ports_but_not_a_deny() -> None:
    later = IPv4(SOURCE, TARGET, 17, bytes(64), fragment_offset=100)
    condition = PortMatch("eq", (500,))
    assert matches(Ace(10, True, 17, destination_port=condition), later)
    assert not matches(Ace(10, False, 17, destination_port=condition), later)


def test_the_mirror_image_matches_the_way_back() -> None:
    there = permit(10, "192.168.1.0/24", "172.16.1.0/24")
    back = IPv4(TARGET, SOURCE, 1, icmp.echo_reply(1, 1).encode())
    assert not matches(there, back)
    assert matches(mirrored(there), back)


def test_hits_are_counted_where_they_happen_and_kept_for_entries_that_stay() -> None:
    filters = Filters()
    entry = permit(10, "192.168.1.0/24", "172.16.1.0/24")
    filters.configure([Acl("X", (entry, Ace(20, False)))])
    assert filters.check("X", ping()) == (True, entry)
    assert filters.check("X", IPv4(TARGET, SOURCE, 1, bytes(8)))[0] is False
    assert filters.hits == {("X", 10): 1, ("X", 20): 1}
    filters.configure([Acl("X", (entry, Ace(20, True)))])
    assert filters.hits == {("X", 10): 1}


def test_a_list_that_is_missing_or_empty_permits_and_a_list_denies_at_its_end() -> None:
    filters = Filters()
    filters.configure([Acl("EMPTY"), Acl("OTHER", (Ace(10, True, source=wildcard("9.0.0.0/8")),))])
    assert filters.check("MISSING", ping())[0]
    assert filters.check("EMPTY", ping())[0]
    assert filters.check("OTHER", ping()) == (False, None)


def test_a_wildcard_of_all_ones_is_any() -> None:
    assert Wildcard(SOURCE, ALL_ONES).matches(TARGET)
