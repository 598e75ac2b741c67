"""`oam svc-ping`: both ends of a service side by side, and which line does not agree."""

from __future__ import annotations

import re

from labkit.net.link import LinkChange
from tests.cli.nokia_sros.bench import Bench

PING = "oam svc-ping 10.10.10.2 service 101"


def wrong(text: str) -> list[str]:
    """The lines that are marked."""
    return re.findall(r"^==> ([^:]+):", text, re.M)


def row(text: str, name: str) -> tuple[str, str]:
    found = re.search(rf"^\S* +{name}: *(.+?)  +(\S.*)$", text, re.M)
    assert found, name
    return found[1], found[2].strip()


def test_a_healthy_service_agrees_in_everything(quiet: Bench) -> None:
    text = quiet.terminal("R1")(PING + " local-sdp remote-sdp")
    assert "Request Result: Sent - Reply Received" in text and wrong(text) == []
    assert row(text, "SDP-ID") == ("12", "21")
    assert row(text, "SDP Path Used") == ("Yes", "Yes")
    assert row(text, "Egress Label") == row(text, "Ingress Label")[::-1]
    assert row(text, "Actual IP Addr") == row(text, "Expected Peer IP")[::-1]
    assert text.endswith("\n\nRequest Result: Sent - Reply Received")


def test_without_an_sdp_it_asks_by_plain_ip(quiet: Bench) -> None:
    text = quiet.terminal("R1")(PING)
    assert "Sent - Reply Received" in text and row(text, "SDP Path Used") == ("No", "No")


def test_a_service_that_is_not_there_is_told_apart(quiet: Bench) -> None:
    r1 = quiet.terminal("R1")
    assert "Not Sent - Non-Existent Service-ID" in r1("oam svc-ping 10.10.10.2 service 9")
    far = r1("oam svc-ping 10.10.10.5 service 101")
    assert "Sent - Reply Received" in far and row(far, "Admin State") == ("Up", "Non-Existent")
    over = r1("oam svc-ping 10.10.10.5 service 101 local-sdp")
    assert "Not Sent - Non-Existent SDP for Service" in over


def test_customers_may_differ_as_they_do_on_real_routers(bench: Bench) -> None:
    """Each router has customers of its own: a published session shows 40 and 55, unmarked."""
    r6 = bench.terminal("R6")
    r6("configure service customer 55 create")
    r6("configure service vpls 101 customer 55 create")
    text = bench.terminal("R1")("oam svc-ping 10.10.10.6 service 101")
    assert row(text, "Customer ID") == ("1", "55") and "Customer ID" not in wrong(text)
    r6("configure service vprn 300 customer 55 create")
    assert row(r6("oam svc-ping 10.10.10.1 service 300"), "Customer ID")[0] == "55"


def test_mtus_that_differ_are_marked(bench: Bench) -> None:
    r1 = bench.terminal("R1")
    r1("configure service vpls 101 service-mtu 1400")
    text = r1(PING)
    assert row(text, "Service-MTU") == ("1400", "1514")
    assert {"Service-MTU", "Oper State", "Binding Oper State"} <= set(wrong(text))


def test_a_broken_path_times_out_and_a_dead_sdp_is_not_used(bench: Bench) -> None:
    r1 = bench.terminal("R1")
    bench.network.set_link("r1-r2", LinkChange(loss=1.0))
    text = r1(PING + " local-sdp")
    assert "Sent - Request Timeout" in text and row(text, "Type") == ("TLS", "N/A")
    r1("configure service sdp 12 shutdown")
    assert "Not Sent - SDP For Service Down" in r1(PING + " local-sdp")
