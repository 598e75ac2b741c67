"""A captured packet and the account of its bytes agree, byte for byte."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.capture.decrypt import Keys
from labkit.capture.dissect import dissect
from labkit.capture.keys import read_secrets
from labkit.capture.pcap import read
from labkit.capture.recordings import open_recording
from labkit.desk.bytes.explain import packing_of
from labkit.desk.bytes.model import account
from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim import Lab


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captures")
    with Lab("tunnel", capture_dir=folder) as lab:
        lab.run("PC-B", "ping -c 2 -s 72 192.168.1.10")
        lab.run("PC-B", "ping -c 1 -s 1200 192.168.1.10")
    return folder


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "sealed"])
@pytest.mark.parametrize("link", ["a-access", "r2-r6", "sniffer", "lan-b"])
def test_every_frame_is_as_long_as_its_account_says(
    captures: Path, link: str, opened: bool
) -> None:
    """The sums are those of the frames, at every place, of ESP and of what is in the clear."""
    secrets = read_secrets(captures / "keys")
    keys = Keys(secrets) if opened else None
    seen = 0
    for packet in read(captures / f"{link}.pcap"):
        taken = dissect(packet.data, keys)
        sealed = "esp" in taken.protocols
        if not sealed and "icmp" not in taken.protocols:
            continue
        result = account(packing_of(taken, secrets))
        frames = (result.after_sizes[0], result.before_size)
        assert len(packet.data) == frames[0 if sealed else 1], taken.protocols
        seen += 1
    assert seen >= 6


def test_a_recording_of_real_gateways_has_the_same_account() -> None:
    recording = open_recording("tunnel")
    keys = Keys(recording.secrets())
    taken = [dissect(packet.data, keys) for packet in recording.packets("a-access")]
    sealed = [each for each in taken if "esp" in each.protocols]
    assert sealed
    for each in sealed:
        result = account(packing_of(each, recording.secrets()))
        assert result.after_sizes == (len(each.buffers[0][1]),)


def test_what_has_no_account_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="no IPv4 packet in this frame"):
        packing_of(dissect(bytes(60)))
    packet = IPv4(IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"), 89, bytes(20)).encode()
    ospf = Ethernet(bytes(6), bytes(6), 0x0800, packet).encode()
    with pytest.raises(ValueError, match="carries data: the account knows ICMP, UDP and TCP"):
        packing_of(dissect(ospf))
