"""MPLS echo on the provider's links: answered by whoever the label leads to, read by tshark."""

from __future__ import annotations

import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.capture.pcap import PcapWriter
from labkit.protocols.wire import mpls_echo
from labkit.protocols.wire.mpls_echo import MplsEcho, RsvpLsp
from labkit.sim.net.clock import SECOND
from labkit.sim.net.link import LinkChange
from labkit.sim.net.lsp_ping import EchoAnswer
from labkit.sim.net.network import Network
from labkit.sim.net.provider import Provider
from tests.sim.net.test_provider import booted


def provider(network: Network, name: str) -> Provider:
    found = network.router(name).provider
    assert found is not None
    return found


def ask(network: Network, name: str, lsp: str, ttl: int = 255, size: int = 0) -> EchoAnswer | None:
    """One request along an LSP and half a second: the answer."""
    answers: list[EchoAnswer] = []
    ours = provider(network, name).lsp_ping
    stop = ours.listen(answers.append)
    state = next(each for each in network.nodes[name].state.lsps if each.name == lsp)
    ours.send(state, 7, 1, ttl=ttl, size=size)
    network.run(SECOND // 2)
    stop()
    return answers[0] if answers else None


def test_the_egress_answers_and_says_that_it_is_the_egress() -> None:
    answer = ask(booted(), "R6", "to-R1")
    assert answer is not None
    assert str(answer.source) == "10.10.10.1"
    assert answer.message.code == mpls_echo.EGRESS
    assert (answer.message.handle, answer.message.sequence) == (7, 1)
    assert answer.message.received > answer.message.sent


def test_a_label_ttl_that_runs_out_is_answered_by_the_router_in_between() -> None:
    network = booted()
    hops = [ask(network, "R6", "to-R1", ttl) for ttl in (1, 2)]
    assert [str(hop.source) for hop in hops if hop is not None] == ["10.10.10.2", "10.10.10.1"]
    assert [hop.message.code for hop in hops if hop] == [mpls_echo.LABEL_SWITCHED, mpls_echo.EGRESS]


def test_nobody_answers_when_the_core_loses_everything() -> None:
    network = booted()
    network.set_link("r1-r2", LinkChange(loss=1.0))
    assert ask(network, "R6", "to-R1") is None


def test_an_lsp_that_is_down_takes_no_request() -> None:
    network = booted()
    network.set_link("r2-r6", LinkChange(up=False))
    network.set_link("r5-r6", LinkChange(up=False))
    network.run(SECOND)
    state = next(each for each in network.nodes["R6"].state.lsps if each.name == "to-R1")
    assert provider(network, "R6").lsp_ping.send(state, 7, 1) is None


def test_a_message_is_read_back_as_it_was_written() -> None:
    fec = RsvpLsp(IPv4Address("10.10.10.1"), 3, IPv4Address("10.10.10.6"), 2560)
    told = MplsEcho(mpls_echo.REQUEST, 9, 2, 1_772_441_943_123_457, tlvs=fec.encode())
    assert MplsEcho.decode(told.encode()) == told
    assert RsvpLsp.decode(told.tlvs) == fec


@pytest.mark.needs("tshark")
def test_tshark_reads_request_and_reply(tmp_path: Path) -> None:
    network = booted()
    writer = PcapWriter(tmp_path / "r1-r2.pcap")
    network.links["r1-r2"].taps.append(lambda time, frame, port: writer.write(time, frame))
    ask(network, "R6", "to-R1", size=200)
    writer.close()
    fields = ["mpls_echo.msg_type", "mpls_echo.return_code", "mpls_echo.tlv.fec.rsvp_ip_tun_id"]
    fields += ["ip.len", "udp.checksum.status", "_ws.col.Info"]
    command = ["tshark", "-r", str(writer.path), "-o", "udp.check_checksum:TRUE", "-Y", "mpls-echo"]
    command += ["-T", "fields", *(word for field in fields for word in ("-e", field))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    request, reply = (line.split("\t") for line in done.stdout.splitlines())
    assert request == ["1", "0", "1", "200", "1", "MPLS Echo Request"]
    assert reply == ["2", "3", "", "60", "1", "MPLS Echo Reply"]
