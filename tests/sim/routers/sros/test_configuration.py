"""Typing an SR OS configuration: contexts, objects, refusals, and what it means as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest

from labkit.sim.grammar.syntax import Keyword, Rest, Term, Value
from labkit.sim.model.facts import DeviceFacts, Interface
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.sros import grammar
from labkit.sim.routers.sros.device import SrosDevice
from labkit.sim.routers.sros.kinds import KINDS
from labkit.sim.routers.sros.schema import BAD_PARAMETER, Row, name_of
from tests.sim.net import provider_facts
from tests.sim.routers.sros.bench import ROUTERS, Bench


@pytest.fixture(scope="module")
def factory() -> Bench:
    return Bench()


def fresh(factory: Bench) -> SrosDevice:
    return factory.bare("R4")


def refusal(device: SrosDevice, *lines: str) -> str:
    """The message for the first line that is refused, which must be the last."""
    before = device.render()
    with pytest.raises(ConfigError) as caught:
        device.load(lines[-1:] if len(lines) == 1 else lines)
    assert caught.value.line == lines[-1]
    if len(lines) == 1:
        assert device.render() == before
    return caught.value.message


# --------------------------------------------------------------------------- the baseline


@pytest.mark.parametrize("name", ROUTERS)
def test_the_baseline_means_the_provider_as_facts_describe_it(quiet: Bench, name: str) -> None:
    typed = plain(quiet.devices[name].facts())
    assert typed == plain(provider_facts.network_facts()[name])


def plain(facts: DeviceFacts) -> DeviceFacts:
    """Without descriptions, spare ports and the order of things."""

    def by_name(interface: Interface) -> str:
        return interface.name

    ports = {port.name: replace(port, description="") for port in facts.ports if port.enabled}
    return replace(
        facts,
        ports=tuple(ports[name] for name in sorted(ports)),
        interfaces=tuple(sorted(facts.interfaces, key=by_name)),
        sdps=tuple(sorted(facts.sdps, key=lambda sdp: sdp.sdp_id)),
    )


@pytest.mark.parametrize("name", ROUTERS)
def test_a_displayed_configuration_loads_into_a_fresh_router_as_it_was(
    quiet: Bench, name: str
) -> None:
    text = quiet.devices[name].render()
    other = quiet.bare(name)
    other.load(text.splitlines())
    assert other.render() == text
    assert other.facts() == quiet.devices[name].facts()


# --------------------------------------------------------------------------- objects and lines


def test_contexts_nest_on_one_line_and_a_later_line_starts_where_the_last_context_is(
    factory: Bench,
) -> None:
    device = fresh(factory)
    device.load(
        [
            "configure service vprn 7 customer 1 create",
            'interface "toX" create address 10.1.1.1/24',
            "route-distinguisher 1:7",
        ]
    )
    (interface,) = [each for each in device.facts().interfaces if each.vrf == "7"]
    assert str(interface.address) == "10.1.1.1/24"
    assert device.facts().vrfs[0].rd == "1:7"


@pytest.mark.parametrize(
    "line",
    [
        "configure service vprn 7 customer 1",
        "configure service sdp 99 mpls",
        "configure mirror mirror-dest 200",
    ],
)
def test_a_new_object_needs_the_word_create(factory: Bench, line: str) -> None:
    assert refusal(fresh(factory), line).startswith("MINOR: CLI Could not create")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("configure service vprn 7 create", "Error: Missing parameter"),
        ("configure service vprn 0 customer 1 create", "Error: Invalid parameter."),
        ("configure port 9/9/9 no shutdown", "Error: Invalid parameter."),
        ('configure router interface "system" address 10.0.0.1/24', "MINOR: CLI The system"),
        ('configure router interface "x" address 10.0.0.0/24', "Error: Invalid parameter."),
        ('configure router interface "x" address 10.0.0.1/33', "Error: Invalid parameter."),
        ('configure router interface "x" address 10.0.0.300/24', "Error: Invalid parameter."),
        ('configure router isis interface "nowhere"', "MINOR: CLI Interface"),
        ("configure service vpls 9 customer 5 create", "MINOR: SVCMGR Customer 5"),
        ("configure router frobnicate", "Error: Bad command."),
        ("configure router static-route 10.0.0.0/8", "Error: Missing parameter"),
        ("configure s", "Error: Ambiguous command."),
        ('configure system name "open', "Error: Bad command."),
        ("configure router policy-options policy-statement x", "MINOR: CLI The policy-options"),
        ("show version", "version is no configuration line"),
    ],
)
def test_what_is_refused_leaves_the_configuration_as_it_was(
    factory: Bench, line: str, message: str
) -> None:
    assert refusal(fresh(factory), line).startswith(message)


def test_a_line_that_fails_late_creates_nothing_on_its_way(factory: Bench) -> None:
    device = fresh(factory)
    refusal(
        device, "configure service vprn 7 customer 1 create interface x create sap 9/9/9 create"
    )
    assert not device.facts().vrfs


def test_a_sap_belongs_to_one_service_and_its_port_to_the_access_side(factory: Bench) -> None:
    device = fresh(factory)
    vpls = ["configure service vpls 5 customer 1 create", "sap 1/1/5 create"]
    assert "not in access mode" in refusal(device, *vpls)
    device.load(["configure port 1/1/5 ethernet mode access", *vpls])
    again = ["configure service vpls 6 customer 1 create", "sap 1/1/5 create"]
    assert refusal(device, *again) == "MINOR: SVCMGR #1003 sap is already in use"


def test_no_takes_a_line_away_and_defaults_are_not_written(factory: Bench) -> None:
    device = fresh(factory)
    clean = device.render()
    line = 'configure router interface "x"'
    device.load([f"{line} address 10.0.0.1/24", f"{line} no address", f"{line} shutdown"])
    assert "            shutdown" in device.render()
    device.load(['configure router no interface "x"', "configure router bgp hold-time 90"])
    device.load(["configure router no bgp"])
    assert device.render() == clean


def test_an_enabled_service_is_not_removed_before_it_is_shut_down(factory: Bench) -> None:
    device = fresh(factory)
    device.load(["configure service vprn 7 customer 1 create", "no shutdown"])
    assert "shutdown first" in refusal(device, "configure service no vprn 7")
    device.load(["configure service vprn 7 shutdown", "configure service no vprn 7"])
    assert not device.facts().vrfs


@pytest.mark.parametrize(
    ("router", "line"),
    [
        ("R1", "configure service vpls 101 no sap 1/1/2"),
        ("R1", "configure service vpls 101 no spoke-sdp 12:101"),
        ("R6", 'configure router no interface "toR2"'),
        ("R6", "configure router bgp group iBGP no neighbor 10.10.10.2"),
        ("R6", "configure router bgp no group iBGP"),
        ("R6", 'configure service vprn 100 no interface "toCustomerSiteB-SideB"'),
        ("R6", 'configure service vprn 100 interface "toCustomerSiteB-SideB" no sap 1/1/1'),
    ],
)
def test_what_carries_traffic_is_shut_down_before_it_is_removed(
    bench: Bench, router: str, line: str
) -> None:
    """7750 SR Services and Routing Protocols Guides, at the `no` form of each."""
    assert refusal(bench.devices[router], line).endswith("it must be shutdown first.")


def test_a_service_goes_only_once_nothing_is_attached_to_it(bench: Bench) -> None:
    device = bench.devices["R1"]
    device.load(["configure service vpls 101 shutdown"])
    assert "still has saps" in refusal(device, "configure service no vpls 101")
    device.load(["configure service vpls 101", "sap 1/1/2 shutdown", "no sap 1/1/2"])
    assert "still has spoke-sdps" in refusal(device, "configure service no vpls 101")
    for spoke in ("12:101", "13:101"):
        device.load([f"configure service vpls 101 spoke-sdp {spoke} shutdown"])
        device.load([f"configure service vpls 101 no spoke-sdp {spoke}"])
    device.load(["configure service no vpls 101"])
    assert not device.facts().vpls


@pytest.mark.parametrize(
    ("router", "line", "message"),
    [
        (
            "R1",
            "configure mirror mirror-dest 9 create spoke-sdp 12:101 create",
            "in use by service",
        ),
        ("R1", "configure port 1/1/1 ethernet mode access", 'in use by interface "toR2"'),
        ("R1", "configure port 1/1/1 ethernet mode hybrid", 'in use by interface "toR2"'),
        ("R1", 'configure router interface "x" port 1/1/1', 'in use by interface "toR2"'),
        ("R1", 'configure router interface "x" port 1/1/2', "in access mode"),
        ("R1", 'configure router interface "x" address 10.0.12.3/29', "overlaps"),
        ("R6", "debug mirror-source 200 port 1/1/1 egress", "Invalid service id"),
    ],
)
def test_nothing_is_used_twice_nor_named_before_it_is_there(
    bench: Bench, router: str, line: str, message: str
) -> None:
    device = bench.devices[router]
    before = device.render()
    assert message in refusal(device, line)
    assert device.render() == before and device.debug_commands() == []


def test_a_mirror_source_names_a_port_that_exists_and_goes_with_its_service(bench: Bench) -> None:
    """7750 SR OAM and Diagnostics Guide: removing a mirror-dest removes its sources."""
    device = bench.devices["R6"]
    device.load(["configure mirror mirror-dest 200 create"])
    assert refusal(device, "debug mirror-source 200 port 9/1/1 egress") == BAD_PARAMETER
    device.load(["debug mirror-source 200 port 1/1/1 egress"])
    device.load(["configure mirror no mirror-dest 200"])
    assert device.debug_commands() == []


def test_policies_are_in_force_only_once_they_are_committed(factory: Bench) -> None:
    device = fresh(factory)
    device.load(
        [
            "configure router policy-options",
            "begin",
            'policy-statement "P"',
            "entry 10",
            'from prefix-list "L"',
            "action accept",
            "exit",
            "exit",
            "exit",
            'prefix-list "L" prefix 10.0.0.0/8 longer',
        ]
    )
    assert device.facts().policies == ()
    device.load(["configure router policy-options commit"])
    (policy,) = device.facts().policies
    assert policy.name == "P" and policy.default == "reject"
    assert policy.terms[0].prefixes is not None and policy.terms[0].prefixes[0].le == 32
    device.load(["configure router policy-options", "begin", 'no policy-statement "P"', "abort"])
    assert device.facts().policies == (policy,)


def test_policies_being_edited_are_not_displayed_nor_saved(factory: Bench) -> None:
    device = fresh(factory)
    clean = device.render()
    device.load(["configure router policy-options begin"])
    device.load(['configure router policy-options prefix-list "L" prefix 10.0.0.0/8'])
    assert device.render() == clean
    device.load(["configure router policy-options commit"])
    assert 'prefix-list "L"' in device.render()


def test_an_lsp_is_wanted_only_with_a_primary_path_that_is_enabled(factory: Bench) -> None:
    device = fresh(factory)
    device.load(
        [
            "configure router mpls",
            'path "loose"',
            "exit",
            'lsp "to-R1" to 10.10.10.1',
            'lsp "to-R1" primary "loose"',
            "exit",
            'lsp "to-R1" no shutdown',
        ]
    )
    assert device.facts().mpls is not None
    assert not device.facts().mpls.lsps[0].enabled  # type: ignore[union-attr]
    device.load(['configure router mpls path "loose" no shutdown'])
    assert device.facts().mpls.lsps[0].enabled  # type: ignore[union-attr]


def test_rsvp_follows_the_interfaces_of_mpls(factory: Bench) -> None:
    device = fresh(factory)
    device.load(
        ['configure router interface "a" port 1/1/1', 'configure router mpls interface "a"']
    )
    mpls = device.facts().mpls
    assert mpls is not None
    assert mpls.rsvp_interfaces == {"a", "system"}
    assert not mpls.rsvp_enabled


# --------------------------------------------------------------------------- any configuration

VALUES = {
    "name": ["a", "b c"],
    "text": ["some words"],
    "word": ["word"],
    "ip": ["10.10.10.1", "192.0.2.1"],
    "address": ["10.1.2.3/24"],
    "prefix": ["10.0.0.0/8", "192.0.2.0/24"],
    "port": ["1/1/1", "1/1/2"],
    "spoke": ["61:200"],
    "target": ["target:65000:100"],
    "rd": ["65000:1"],
    "area": ["49.0001"],
    "instance": ["Base"],
    "route": ["10.0.0.0/8"],
    "protocol": ["bgp", "isis", "static"],
}
NAMES = {id(kind): name for name, kind in KINDS.items()}
ALL_ROWS = [row for row in grammar.root().children if row.keyword == "configure"]


def every(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from every(row.children)


ROWS = list(every(ALL_ROWS))


def line(random: Random) -> str:
    """A line the grammar knows, from the root, with values of the right kinds."""
    row: Row | None = random.choice(ROWS)
    parts: list[str] = []
    no = random.random() < 0.15
    while row is not None and row.parent is not None:
        parts.insert(0, ("no " if no and not parts else "") + typed(random, row.terms))
        row = row.parent
    return " ".join(parts)


def typed(random: Random, terms: Rest) -> str:
    return " ".join(word for term in terms for word in words(random, term))


def words(random: Random, term: Term) -> list[str]:
    """A term with any value of the right kind; `create` is always said."""
    if isinstance(term, Keyword):
        return [term.text]
    if isinstance(term, Value):
        span = re.fullmatch(r"<(\d+)-(\d+)>", term.kind.label)
        text = random.choice(span.groups() if span else VALUES[NAMES[id(term.kind)]])
        return [f'"{text}"' if term.kind.quoted else text]
    if name_of(term):
        return [typed(random, random.choice(term.ways))]
    ways = [typed(random, way) for way in term.ways]
    return [way for way in ways if way == "create" or random.random() < 0.5]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_was_typed_the_display_of_it_loads_back_as_itself(
    factory: Bench, seed: int
) -> None:
    random = Random(seed)
    with factory.network.batch():
        device, other = factory.bare("R4"), factory.bare("R4")
        device.load(["configure router policy-options begin"])
        for _ in range(60):
            with suppress(ConfigError):
                device.load([line(random)])
        text = device.render()
        other.load(text.splitlines())
        assert other.render() == text


@pytest.mark.parametrize(
    "line",
    [
        "configure service no customer 1",
        'configure router no interface "system"',
        'configure router no interface "toR2"',
        'configure router mpls no path "loose"',
        "configure port 1/1/1 ethernet mode network",
        "configure port 1/1/1 ethernet no mode",
        "configure port 1/1/1 ethernet no mode access",
        "configure router no rsvp",
        'configure router rsvp no interface "toR2"',
        "configure no system",
        "configure card 1 no card-type",
        "no configure",
    ],
)
def test_what_others_stand_on_cannot_be_taken_away(bench: Bench, line: str) -> None:
    refusal(bench.devices["R6"], line)


def test_an_lsp_or_sdp_in_use_stays_even_when_it_is_shut_down(bench: Bench) -> None:
    device = bench.devices["R6"]
    device.load(['configure router mpls lsp "to-R1" shutdown'])
    assert "in use" in refusal(device, 'configure router mpls no lsp "to-R1"')
    device.load(["configure router mpls shutdown"])
    refusal(device, "configure router no mpls")
    one = bench.devices["R1"]
    one.load(["configure service sdp 12 shutdown"])
    assert "in use" in refusal(one, "configure service no sdp 12")
