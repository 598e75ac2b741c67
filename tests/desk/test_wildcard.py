"""What an entry matches and how two lists compare, against the router's own matching."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.desk.wildcard import entry as wildcard
from labkit.desk.wildcard import mirror
from labkit.sim.model.facts import ANY, Wildcard
from labkit.sim.routers.device import ConfigError

addresses = st.integers(0, 0xFFFFFFFF).map(IPv4Address)
ends = st.builds(Wildcard, addresses, addresses)


def end(address: str, mask: str) -> Wildcard:
    return Wildcard(IPv4Address(address), IPv4Address(mask))


def compare(example: str) -> mirror.Comparison:
    a, b = mirror.examples()[example]
    return mirror.compare(wildcard.read(a, "A"), wildcard.read(b, "B"))


@given(ends)
def test_ranges_hold_what_matches_and_border_on_what_does_not(each: Wildcard) -> None:
    """Every end of a run matches, and its neighbours outside match only in another run."""
    runs = wildcard.ranges(each, 4)
    assert runs == sorted(runs)
    for first, last in runs:
        assert each.matches(first) and each.matches(last)
        if int(first):
            assert not each.matches(first - 1) or wildcard.run_count(each) > 1
        assert int(last) - int(first) + 1 == wildcard.count(each) // wildcard.run_count(each)


@given(ends, addresses)
def test_bits_say_whether_an_address_matches(each: Wildcard, address: IPv4Address) -> None:
    """An address matches exactly if it agrees with every bit that is not x."""
    agrees = all(
        b in ("x", a) for a, b in zip(f"{int(address):032b}", wildcard.bits(each), strict=True)
    )
    assert agrees == each.matches(address)


@pytest.mark.parametrize(
    ("each", "says"),
    [
        (end("192.168.1.0", "0.0.0.255"), "the network 192.168.1.0/24"),
        (ANY, "Any address."),
        (end("192.0.2.28", "0.0.0.0"), "The one address 192.0.2.28."),
        (end("0.0.0.0", "255.255.255.0"), "the wildcard for that is 0.0.0.255"),
        (end("10.0.0.0", "0.0.254.255"), "separate runs"),
    ],
)
def test_an_end_is_told_in_a_sentence(each: Wildcard, says: str) -> None:
    """Networks, hosts, any, netmasks by mistake and scattered addresses each have their words."""
    assert says in wildcard.sentence(each)


def test_reads_as_the_router_does() -> None:
    """A netmask typed as wildcard becomes what the router stores: cleared address bits."""
    acl = wildcard.read("permit ip 192.168.1.0 255.255.255.0 any")
    assert wildcard.words(acl.entries[0]) == "permit ip 0.0.0.0 255.255.255.0 any"


def test_refuses_in_the_routers_words() -> None:
    """A line that no router would take is named, with the router's reason."""
    with pytest.raises(ConfigError, match="Invalid input"):
        wildcard.read("permit ipp any any")


def test_a_list_may_bring_its_header() -> None:
    """Pasted with its header, the list has its own name."""
    acl = wildcard.read("ip access-list extended VPN-TRAFFIC\n permit ip any host 192.0.2.28")
    assert (acl.name, len(acl.entries)) == ("VPN-TRAFFIC", 1)


def test_mirror_images_are_recognised() -> None:
    """The course's two lists are each other turned around."""
    result = compare("mirror images")
    assert result.mirror and result.verdict == "A and B are mirror images."


def test_a_wider_list_works_from_the_narrow_side_only() -> None:
    """What A proposes lies within B's entry; what B proposes does not lie within A's."""
    pair = compare("wider at B").pairs[0]
    assert "comes up when A's end begins" in pair.sentence and "wider" in pair.sentence


def test_the_same_list_twice_is_no_mirror() -> None:
    """Copied over without exchanging the ends, it is refused from both sides."""
    pair = compare("not turned around").pairs[0]
    assert "exchange source and destination" in pair.sentence
    assert "refused whoever begins" in pair.sentence


def test_an_entry_without_counterpart_says_what_is_missing() -> None:
    """The line to type at the other end is named, and the pair that fits stays a mirror."""
    good, missing = compare("one entry missing").pairs
    assert good.mirror
    assert missing.theirs is None
    assert "permit ip 10.16.16.0 0.0.0.255 10.15.15.0 0.0.0.255" in missing.sentence


def test_a_netmask_as_wildcard_is_refused_by_both() -> None:
    """Scattered bits lie within no prefix, nor a prefix within them."""
    pair = compare("netmask typed as wildcard").pairs[0]
    assert not pair.mirror
    assert "refused whoever begins" in pair.sentence
