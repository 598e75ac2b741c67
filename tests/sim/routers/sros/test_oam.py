"""`oam`: what a path is really like, asked of the path itself."""

from __future__ import annotations

import re

from labkit.sim.net.link import LinkChange
from tests.sim.routers.sros.bench import Bench


def test_an_lsp_ping_is_answered_by_the_lsps_far_end(quiet: Bench) -> None:
    text = quiet.terminal("R6")('oam lsp-ping "to-R1" send-count 2')
    assert text.startswith("LSP-PING to-R1: 92 bytes MPLS payload\nSeq=1, send from intf toR2, ")
    assert text.count("reply from 10.10.10.1\n       udp-data-len=32 ttl=") == 2
    assert "rc=3 (EgressRtr)\n\n---- LSP to-R1 PING Statistics ----\n" in text
    assert "2 packets sent, 2 packets received, 0.00% packet loss\nround-trip min = " in text


def test_an_lsp_ping_into_a_link_that_loses_everything_times_out(bench: Bench) -> None:
    bench.network.set_link("r1-r2", LinkChange(loss=1.0))
    text = bench.terminal("R6")("oam lsp-ping to-R1")
    assert "Request timed out. Seq=1" in text
    assert text.endswith("1 packets sent, 0 packets received, 100% packet loss")


def test_an_lsp_trace_names_the_routers_that_the_path_goes_through(bench: Bench) -> None:
    r6 = bench.terminal("R6")

    def hops(text: str) -> list[tuple[str, str]]:
        return re.findall(r"^\d+  (\S+)  rtt=\S+ rc=(\d)", text, re.M)

    assert hops(r6("oam lsp-trace to-R2")) == [("10.10.10.2", "3")]
    bench.network.set_link("r2-r6", LinkChange(up=False))
    bench.network.run(1_000_000)
    around = [("10.10.10.5", "8"), ("10.10.10.4", "8"), ("10.10.10.2", "3")]
    assert hops(r6("oam lsp-trace to-R2")) == around


def test_an_lsp_that_is_down_or_not_there_is_not_pinged(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6('configure router mpls lsp "to-R1" shutdown')
    assert r6("oam lsp-ping to-R1") == 'MINOR: CLI LSP "to-R1" is not operationally up.'
    assert r6("oam lsp-trace to-R9") == 'MINOR: CLI LSP "to-R9" does not exist.'


def test_an_sdp_ping_tells_both_ends(bench: Bench) -> None:
    r1 = bench.terminal("R1")
    text = r1("oam sdp-ping 12 resp-sdp 21")
    assert "Request Result: Sent - Reply Received\nRTT: " in text
    assert re.search(r"^    SDP-ID: +12 +21$", text, re.M)
    assert re.search(r"^    Operative State: +Up +Up$", text, re.M)
    text = r1("oam sdp-ping 12 resp-sdp 99")
    assert re.search(r"^    Administrative State: +Up +Non-Existent$", text, re.M)
    assert "Sent:     3    Received:     3" in r1("oam sdp-ping 12 count 3")


def test_an_sdp_that_cannot_be_used_is_not_pinged_and_says_why(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert r6("oam sdp-ping 12").endswith("Request Result: Not Sent - Non-Existent Local SDP-ID")
    r6('configure router mpls lsp "to-R1" shutdown')
    assert r6("oam sdp-ping 61").endswith("Request Result: Not Sent - Local SDP-ID Down")


def test_an_sdp_ping_that_nobody_answers_times_out(bench: Bench) -> None:
    bench.network.set_link("r1-r2", LinkChange(loss=1.0))
    assert bench.terminal("R6")("oam sdp-ping 61").endswith("Sent - Request Timeout")


def test_ctrl_c_ends_a_row_of_lsp_pings(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6.shell.feed("oam lsp-ping to-R1 send-count 100\r")
    r6.shell.output()
    r6.shell.feed("\x03")
    assert "^C" in (text := r6.read()) and "1 packets sent" in text
