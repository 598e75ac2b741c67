"""Commands that send packets, and services built by typing that then carry them."""

from __future__ import annotations

import re

import pytest
from ntc_templates.parse import parse_output

from tests.sim.routers.sros.bench import Bench, Terminal

R1_MIRROR = """
configure mirror mirror-dest 200 create
    remote-source far-end 10.10.10.6
    sap 1/1/3 create
    exit
    no shutdown
exit all
"""
R6_MIRROR = """
configure mirror mirror-dest 200 create
    spoke-sdp 61:200 create
        no shutdown
    exit
    no shutdown
exit all
debug mirror-source 200 port 1/1/1 egress ingress
"""


def enter(terminal: Terminal, lines: str) -> None:
    for line in lines.strip().splitlines():
        printed = terminal(line.strip())
        assert printed == "", (line, printed)


def ping(terminal: Terminal, command: str) -> dict[str, str]:
    (row,) = parse_output(platform="alcatel_sros", command="ping", data=terminal(command))
    return row  # type: ignore[no-any-return]


# --------------------------------------------------------------------------- ping, traceroute


def test_a_ping_into_the_vpn_is_answered_and_timed(quiet: Bench) -> None:
    text = quiet.terminal("R6")("ping 10.15.15.15 router 100")
    assert text.startswith("PING 10.15.15.15 56 data bytes\n64 bytes from 10.15.15.15: icmp_seq=1 ")
    assert "\n---- 10.15.15.15 PING Statistics ----\n" in text
    assert "5 packets transmitted, 5 packets received, 0.00% packet loss" in text


def test_a_rapid_ping_prints_marks_that_parse(quiet: Bench) -> None:
    row = ping(quiet.terminal("R6"), "ping 198.51.100.2 router 100 rapid count 3 size 100")
    assert (row["response_stream"], row["success_qty"], row["pkt_size"]) == ("!!!", "3", "100")


def test_a_ping_of_nobody_times_out(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    text = r6("ping 198.51.100.77 router 100 count 2")
    assert "Request timed out. icmp_seq=2." in text
    assert "2 packets transmitted, 0 packets received, 100% packet loss" in text


def test_a_source_that_is_not_ours_is_not_sent_from(quiet: Bench) -> None:
    text = quiet.terminal("R6")("ping 198.51.100.2 router 100 source 10.1.1.1 count 2")
    assert text.count("Send failed. Source IP address is not local to the system") == 2


def test_a_size_beyond_the_mtu_does_not_pass_with_do_not_fragment(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    command = "ping 198.51.100.2 router 100 rapid count 2 size {} do-not-fragment"
    assert ping(r6, command.format(1472))["success_qty"] == "2"
    assert ping(r6, command.format(1473))["success_qty"] == "0"


def test_control_c_ends_a_long_ping_with_its_statistics(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    r6.shell.feed("ping 198.51.100.2 router 100 count 100000\r")
    for _ in range(5):
        wait = r6.shell.waiting()
        assert wait is not None
        r6.clock.run_until(wait.until)
        r6.shell.resume()
    text = r6.type("\x03")
    assert "PING Statistics" in text and text.endswith("A:R6# ")


def test_traceroute_names_the_hops_of_the_core(quiet: Bench) -> None:
    text = quiet.terminal("R3")("traceroute 10.10.10.6")
    hops = re.findall(r"^ +(\d+)  (\S+)", text, re.M)
    assert [address for _, address in hops] == ["10.0.13.1", "10.0.12.2", "10.10.10.6"]


def test_the_core_is_hidden_from_a_traceroute_in_the_vpn(quiet: Bench) -> None:
    text = quiet.terminal("R6")("traceroute router 100 192.0.2.28")
    assert [line.split()[1] for line in text.splitlines()[1:]] == ["192.0.2.26", "192.0.2.28"]


# --------------------------------------------------------------------------- the mirror


@pytest.fixture
def mirrored(bench: Bench) -> Bench:
    enter(bench.terminal("R1"), R1_MIRROR)
    enter(bench.terminal("R6"), R6_MIRROR)
    return bench


def heard(bench: Bench) -> int:
    """How many frames of a ping from R6 to its customer reach the sniffer."""
    frames = bench.sniffed()
    bench.terminal("R6")("ping 198.51.100.2 router 100 rapid count 3")
    return sum(frame[12:14] == b"\x08\x00" and frame[23] == 1 for frame in frames)


def test_a_mirror_typed_from_nothing_shows_the_sniffer_both_directions(mirrored: Bench) -> None:
    assert heard(mirrored) == 6
    page = mirrored.terminal("R6")("show mirror mirror-dest 200")
    assert re.search(r"^61:200 +10\.10\.10\.1 +None +\d+ +TLDP +No +None +None$", page, re.M)
    assert re.search(r"^-Port +1/1/1 +Egr Ing$", page, re.M)


@pytest.mark.parametrize(
    ("router", "command"),
    [
        ("R6", "no debug mirror-source 200"),
        ("R6", "debug mirror-source 200 shutdown"),
        ("R6", "configure mirror mirror-dest 200 shutdown"),
        ("R6", "configure mirror mirror-dest 200 no spoke-sdp 61:200"),
        ("R6", "configure service sdp 61 shutdown"),
        ("R1", "configure mirror mirror-dest 200 shutdown"),
        ("R1", "configure mirror mirror-dest 200 no sap 1/1/3"),
        ("R1", "configure mirror mirror-dest 200 remote-source no far-end 10.10.10.6"),
        ("R1", "configure service sdp 16 shutdown"),
    ],
)
def test_without_any_one_part_of_it_the_sniffer_is_silent(
    mirrored: Bench, router: str, command: str
) -> None:
    assert mirrored.terminal(router)(command) == ""
    assert heard(mirrored) == 0


def test_the_mirror_checkpoint_is_the_same_as_typing_it(mirrored: Bench) -> None:
    stored = Bench("mirror")
    for name in ("R1", "R6"):
        assert stored.devices[name].render() == mirrored.devices[name].render()


# --------------------------------------------------------------------------- services


def test_a_vprn_typed_from_nothing_on_r4_joins_the_vpn(bench: Bench) -> None:
    """R4 gets VPRN 100 with a loopback; site B's PE then routes to it over a new LSP pair."""
    lsp = """
        configure router mpls lsp "to-R{0}"
        to 10.10.10.{0}
        primary "loose"
        exit
        no shutdown
        exit all
        """
    enter(
        bench.terminal("R4"),
        'configure router mpls path "loose" no shutdown\n'
        + lsp.format(6)
        + """
        configure router bgp group "iBGP"
        family vpn-ipv4
        peer-as 65000
        neighbor 10.10.10.6
        exit all
        configure service vprn 100 customer 1 create
        route-distinguisher 65000:100
        auto-bind-tunnel resolution any
        vrf-target target:65000:100
        interface "test" create
        address 10.44.44.4/32
        loopback
        exit
        no shutdown
        exit all
        """,
    )
    enter(
        bench.terminal("R6"),
        lsp.format(4) + '\nconfigure router bgp group "iBGP" neighbor 10.10.10.4\nexit all',
    )
    bench.network.run(5_000_000)
    r6 = bench.terminal("R6")
    assert "10.44.44.4/32" in r6("show router 100 route-table")
    assert ping(r6, "ping 10.44.44.4 router 100 rapid count 2")["success_qty"] == "2"


def test_a_wrong_route_target_empties_the_far_tables(bench: Bench) -> None:
    r2 = bench.terminal("R2")
    r2("configure service vprn 100 vrf-target target:65000:999")
    text = r2("show router 100 route-table")
    assert "No. of Routes: 2" in text and "BGP VPN" not in text


# --------------------------------------------------------------------------- faults of the course


def test_a_second_mirror_on_the_backup_port_reaches_the_same_sniffer(mirrored: Bench) -> None:
    enter(
        mirrored.terminal("R5"),
        R6_MIRROR.replace("61:200", "51:200").replace("port 1/1/1", "port 1/1/3"),
    )
    mirrored.terminal("R1")("configure mirror mirror-dest 200 remote-source far-end 10.10.10.5")
    frames = mirrored.sniffed()
    mirrored.terminal("R5")("ping 203.0.113.2 router 100 rapid count 2")
    assert sum(frame[12:14] == b"\x08\x00" and frame[23] == 1 for frame in frames) == 4


def test_different_vrids_make_two_masters(bench: Bench) -> None:
    r3 = bench.terminal("R3")
    enter(
        r3,
        """
        configure service vprn 100 interface "toCustomerSiteA"
        no vrrp 101
        vrrp 102
        backup 192.0.2.25
        exit all
        """,
    )
    bench.network.run(5_000_000)
    command = "show router 100 vrrp instance"
    assert "Master" in r3(command) and "Master" in bench.terminal("R2")(command)


def test_a_spoke_that_is_down_takes_the_routed_interface_with_it_and_says_why(
    bench: Bench,
) -> None:
    bench.terminal("R1")("configure service vpls 101 spoke-sdp 13:101 shutdown")
    r3 = bench.terminal("R3")
    assert re.search(r"^toCustomerSiteA +Up +Down/Down", r3("show router 100 interface"), re.M)
    table = r3("show router 100 route-table")
    assert "toCustomerSiteA" not in table and "10.15.15.0/24" in table
    assert re.search(r"31:101 +Spok +10\.10\.10\.1 +Up +Down", r3("show service id 101 sdp"))
    assert "PWPeerFaultStatusBits" in r3("show service id 101 sdp detail")


def test_the_fdb_knows_the_virtual_gateway_behind_the_masters_spoke(bench: Bench) -> None:
    text = bench.terminal("R1")("show service id 101 fdb")
    assert re.search(r"^101 +00:00:5e:00:01:65 sdp:12:101 ", text, re.M)


def test_a_shut_port_is_down_in_ports_saps_sessions_and_routes(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("configure port 1/1/1 shutdown")
    bench.network.run(1_000_000)
    assert re.search(r"^1/1/1 +Down +No +Down", r6("show port"), re.M)
    assert re.search(r"^1/1/1 .* Up +Down$", r6("show service sap-using"), re.M)
    assert "PortOperDown" in r6("show service id 100 all")
    assert "(IPv4)" not in r6("show router 100 bgp summary")
    routes = r6("show router 100 route-table")
    assert re.search(r"10\.16\.16\.0/24 .*\n +10\.10\.10\.5 \(tunneled", routes)
