"""tshark, which we did not write, reads the provider's frames as what they are meant to be."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from labkit.capture.pcap import PcapWriter
from labkit.sim.model.topology import PortRef
from labkit.sim.net.clock import SECOND
from labkit.sim.net.link import LinkChange
from labkit.sim.net.network import Network
from labkit.sim.net.tables import ToPseudowire
from tests.sim.net.test_provider import SITE_B, SOURCE, given, ping

pytestmark = pytest.mark.needs("tshark")

CHECKSUMS = [
    option
    for name in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum")
    for option in ("-o", f"{name}:TRUE")
]


@dataclass(frozen=True)
class Captures:
    """A file a link, and the labels below which there is an Ethernet frame."""

    files: dict[str, Path]
    pseudowires: frozenset[int]


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Captures:
    """A boot, a minute of a mirrored lab with a ping, a flap of b-primary, a reload of site B."""
    folder = tmp_path_factory.mktemp("captures")
    network = Network()
    writers = {}
    for name, link in network.links.items():
        writer = writers[name] = PcapWriter(folder / f"{name}.pcap")

        def tap(time: int, frame: bytes, port: PortRef, writer: PcapWriter = writer) -> None:
            writer.write(time, frame)

        link.taps.append(tap)
    network.configure(given.with_mirror(given.network_facts()))
    network.boot(30 * SECOND)
    provider = network.router("R6").provider
    assert provider is not None
    provider.mirrors.set_source(SOURCE)
    ping(network)
    network.set_link("b-primary", LinkChange(up=False))
    network.run(5 * SECOND)
    network.set_link("b-primary", LinkChange(up=True))
    network.run(30 * SECOND)
    network.nodes[SITE_B].reload()
    network.run(20 * SECOND)
    for writer in writers.values():
        writer.close()
    labels = {
        label
        for node in given.TOPOLOGY.nodes
        for label, action in network.nodes[node].tables.lfib.items()
        if isinstance(action, ToPseudowire)
    }
    return Captures({name: folder / f"{name}.pcap" for name in writers}, frozenset(labels))


def read(
    tshark: str, captures: Captures, link: str, condition: str, *fields: str
) -> list[list[str]]:
    """One row a frame that meets the display filter, one column a field."""
    wanted = [part for field in fields for part in ("-e", field)]
    for label in sorted(captures.pseudowires):
        wanted += ["-d", f"mpls.label=={label},pwethnocw"]
    command = [tshark, "-n", "-r", str(captures.files[link]), *CHECKSUMS, "-Y", condition]
    command += ["-T", "fields", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_nothing_is_malformed_and_every_checksum_is_good(tshark: str, captures: Captures) -> None:
    """On every link, labels and pseudowires and mirror copies included."""
    bad = (
        "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0"
        " || udp.checksum.status == 0 || vrrp.checksum.status == 0"
    )
    for name in ("b-primary", "b-backup", "r2-r6", "r1-r2", "r1-r3", "a-access", "sniffer"):
        assert read(tshark, captures, name, bad, "frame.number", "_ws.col.Info") == [], name


def test_the_core_shows_a_ping_under_two_labels(tshark: str, captures: Captures) -> None:
    """And the mirror's copies beside it, as Ethernet under two labels."""
    rows = read(tshark, captures, "r2-r6", "mpls && icmp", "frame.len", "mpls.bottom")
    assert ["122", "0,1"] in rows
    assert ["136", "0,1"] in rows


def test_vrrp_adverts_cross_the_pseudowire_and_reach_site_a(
    tshark: str, captures: Captures
) -> None:
    """R2 is heard with priority 201; R3 is not heard at all."""
    rows = read(tshark, captures, "a-access", "vrrp", "ip.src", "vrrp.prio", "ip.ttl")
    assert len(rows) > 60
    assert set(map(tuple, rows)) == {("192.0.2.26", "201", "255")}


def test_the_pseudowire_carries_adverts_from_the_virtual_mac(
    tshark: str, captures: Captures
) -> None:
    """An Ethernet frame under two labels, without a control word."""
    rows = read(tshark, captures, "r1-r2", "vrrp", "eth.src", "vrrp.virt_rtr_id")
    assert len(rows) > 60
    assert all("00:00:5e:00:01:65" in row[0] and row[1] == "101" for row in rows)


def test_bgp_opens_and_updates_are_read_as_such(tshark: str, captures: Captures) -> None:
    """OPENs of both ends, the prefix of site B, and the prepend on the backup link."""
    opens = read(tshark, captures, "b-primary", "bgp.type == 1", "bgp.open.myas", "ip.ttl")
    assert {tuple(row) for row in opens} == {("65116", "1"), ("65000", "1")}
    field = "bgp.update.path_attribute.as_path_segment.as4"
    condition = "bgp.type == 2 && ip.src == 203.0.113.2 && bgp.nlri_prefix == 10.16.16.0"
    rows = read(tshark, captures, "b-backup", condition, field)
    assert rows
    assert all("65116,65116" in row[0] for row in rows)
