"""A packet is followed over the links by what it is, through labels and ESP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.desk.map.text import way_text
from labkit.desk.map.way import follow
from labkit.sim import Lab

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


@pytest.fixture(scope="module")
def tunnel() -> Iterator[Lab]:
    with Lab("tunnel") as lab:
        lab.run("PC-B", "ping -c 2 192.168.1.10")
        yield lab


def test_a_ping_goes_there_and_back_over_the_links_that_LAB_names(tunnel: Lab) -> None:
    way = follow(tunnel)
    there = ["lan-b", "b-primary", "r2-r6", "r1-r2", "a-access", "lan-a"]
    assert [hop.link for hop in way.hops] == there + there[::-1]
    assert [hop.source for hop in way.hops][:6] == ["PC-B", B, "R6", "R2", "R1", A]
    assert [hop.target for hop in way.hops][-1] == "PC-B"
    assert way.end == ""


def test_esp_goes_on_and_off_and_the_lengths_are_those_of_LAB(tunnel: Lab) -> None:
    hops = follow(tunnel).hops
    assert any("encrypts" in change for change in hops[1].changes)
    assert any("decrypts" in change for change in hops[5].changes)
    assert [hop.length for hop in hops[:3]] == [98, 186, 194]
    assert [header.name for header in hops[1].headers if header.sealed] == ["IPv4", "ICMP"]


def test_labels_are_pushed_and_popped_and_ttl_falls_where_it_is_routed() -> None:
    with Lab("mirror") as lab:
        lab.run(B, "ping 10.15.15.15 source Loopback0")
        hops = follow(lab).hops
    labels = [sum(header.name == "MPLS" for header in hop.headers) for hop in hops]
    assert labels == [0, 2, 2, 0, 0, 2, 2, 0]
    assert hops[1].changes[0].startswith("pushes labels") and hops[1].changes[1] == "TTL 255 → 254"
    assert hops[2].changes[0].startswith("pops labels")
    assert hops[2].changes[1].endswith("(pseudowire)")
    assert hops[4].changes == ("answers",)
    assert [hop.length for hop in hops[:3]] == [114, 122, 136]


def test_the_mirrors_copies_stand_apart(tunnel: Lab) -> None:
    way = follow(tunnel)
    assert [hop.link for hop in way.copies] == ["r2-r6", "r1-r2", "sniffer"] * 2
    assert not any(hop.link == "sniffer" for hop in way.hops)


def test_a_packet_that_ends_says_where_and_why() -> None:
    with Lab("baseline") as lab:
        lab.run("PC-B", "ping -c 1 192.168.1.10")
        way = follow(lab)
    assert [hop.link for hop in way.hops] == ["lan-b"]
    assert way.end == f"ends at {B}: no route"


def test_what_is_not_there_is_a_lookup_error(tunnel: Lab) -> None:
    with pytest.raises(LookupError, match="no TELNET among the last frames"):
        follow(tunnel, "TELNET")
    with pytest.raises(LookupError, match="no frame number 99999"):
        follow(tunnel, 99999)


def test_the_text_is_the_same_in_every_run(tunnel: Lab) -> None:
    with Lab("tunnel") as other:
        other.run("PC-B", "ping -c 2 192.168.1.10")
        assert way_text(follow(other)) == way_text(follow(tunnel))


def test_the_same_bytes_of_an_earlier_start_are_no_part_of_the_way() -> None:
    """A checkpoint started again sends what it sent before, byte for byte."""
    with Lab("baseline") as lab:
        for _ in range(2):
            lab.start("baseline")
            lab.run(B, "ping 10.15.15.15 source Loopback0")
        links = [hop.link for hop in follow(lab).hops]
    there = ["b-primary", "r2-r6", "r1-r2", "a-access"]
    assert links == there + there[::-1]
