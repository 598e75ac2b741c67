"""`show router ldp`, `mpls` and `tunnel-table`: the same labels as in the packets, seen by LDP."""

from __future__ import annotations

import re

from tests.cli.nokia_sros.bench import Bench

BINDING = re.compile(
    r"^(\S)-Eth +(\d+) +(\S+(?: Src)?) +(--|\d+)U? +(\S+)\n(\S+):0 +(\S+) +(--|\d+)([SD]?) +(\S+)$",
    re.M,
)


def bound(text: str) -> list[dict[str, str]]:
    """The service bindings of a page."""
    names = ("kind", "vc", "sdp", "ingress", "mtu", "peer", "service", "egress", "status", "far")
    return [dict(zip(names, found, strict=True)) for found in BINDING.findall(text)]


def test_what_one_end_gave_out_the_other_end_uses(quiet: Bench) -> None:
    near = bound(quiet.terminal("R1")("show router ldp bindings"))
    assert [(b["sdp"], b["peer"], b["status"]) for b in near] == [
        ("12", "10.10.10.2", "S"),
        ("13", "10.10.10.3", "S"),
    ]
    far = bound(quiet.terminal("R2")("show router ldp bindings services service-id 101"))[0]
    assert (far["ingress"], far["egress"]) == (near[0]["egress"], near[0]["ingress"])
    labels = quiet.terminal("R1")("show service sdp-using")
    assert near[0]["ingress"] in labels and near[0]["egress"] in labels


def test_a_label_for_a_service_that_is_not_here_is_kept_as_unknown(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("configure service vpls 777 customer 1 create spoke-sdp 61:777 create")
    bench.network.run(1_000_000)
    kept = next(
        b for b in bound(bench.terminal("R1")("show router ldp bindings")) if b["vc"] == "777"
    )
    assert (kept["kind"], kept["service"], kept["ingress"]) == ("?", "Ukwn", "--")
    own = bound(r6("show router ldp bindings service-id 777"))[0]
    assert own["ingress"] == kept["egress"] and own["egress"] == "--"


def test_mtus_that_differ_are_seen_side_by_side(bench: Bench) -> None:
    r1 = bench.terminal("R1")
    r1("configure service vpls 101 service-mtu 1400")
    assert {(b["mtu"], b["far"]) for b in bound(r1("show router ldp bindings"))} == {
        ("1386", "1500")
    }


def test_a_mirrors_remote_source_has_a_label_of_its_own() -> None:
    bench = Bench("mirror")
    found = next(
        b for b in bound(bench.terminal("R1")("show router ldp bindings")) if b["vc"] == "200"
    )
    assert (found["kind"], found["sdp"], found["peer"]) == ("M", "R. Src", "10.10.10.6")
    far = next(
        b for b in bound(bench.terminal("R6")("show router ldp bindings")) if b["vc"] == "200"
    )
    assert far["egress"] == found["ingress"] and far["sdp"] == "61"


def test_a_peer_that_does_not_answer_hellos_is_being_tried(bench: Bench) -> None:
    bench.terminal("R2")("configure service sdp 21 shutdown")
    bench.network.run(1_000_000)
    r1 = bench.terminal("R1")
    assert "Trying\ntarg                             10.10.10.2 " in r1("show router ldp discovery")
    assert re.search(r"^10\.10\.10\.2 +Up +Down ", r1("show router ldp targ-peer"), re.M)
    assert re.search(r"Active Peers +: 3 +Inactive Peers +: 1$", r1("show router ldp status"), re.M)
    assert "10.10.10.2" not in r1("show router ldp session detail")


def test_a_session_in_detail_counts_the_labels_it_carries(quiet: Bench) -> None:
    text = quiet.terminal("R1")("show router ldp session 10.10.10.2 detail")
    assert "Session with Peer 10.10.10.2:0, Local 10.10.10.1:0" in text
    assert re.search(r"^FECs Sent +: 1 +FECs Recv +: 1$", text, re.M)
    assert text.count("Session with") == 1


def test_every_lsp_ends_once_and_passes_where_its_path_says(quiet: Bench) -> None:
    """What all routers say of LSPs adds up."""
    counts = []
    for name in ("R1", "R2", "R3", "R4", "R5", "R6"):
        text = quiet.terminal(name)("show router mpls status")
        found = re.search(r"^Dynamic LSPs +(\d+) +(\d+) +(\d+)$", text, re.M)
        assert found
        counts.append(tuple(map(int, found.groups())))
        for role, at in (("transit", 1), ("terminate", 2)):
            page = quiet.terminal(name)(f"show router mpls lsp {role}")
            assert f"LSPs : {counts[-1][at]}\n" in page
    assert sum(c[0] for c in counts) == sum(c[2] for c in counts) == 20
