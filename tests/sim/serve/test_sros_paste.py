"""`admin display-config` of one lab, pasted over SSH into factory-new routers of another.

What comes out is what went in, and it works: the VPN carries packets and the mirror replays them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.capture.pcap import read
from labkit.sim.lab.lab import Lab
from labkit.sim.routers.sros.device import SrosDevice
from tests.sim.serve.served import B, Typist

PASTED = ("R1", "R2", "R6")
DATED = re.compile(r"^# (Generated|Finished) .*$", re.MULTILINE)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The displays of a lab with its mirror."""
    with Lab("mirror") as lab:
        return {name: lab.run(name, "admin display-config") for name in PASTED}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> Iterator[Lab]:
    """A lab whose R1, R2 and R6 were started without a configuration, and pasted into."""
    with Lab("baseline", capture_dir=tmp_path_factory.mktemp("captures")) as lab:
        devices = {d["name"]: d["netmiko"] for d in lab.serve()["devices"]}
        for name in PASTED:
            device = lab.world.devices[name]
            assert isinstance(device, SrosDevice)
            device.saved = None  # nothing on its card
            lab.run(name, "admin reboot now")
        for name in PASTED:
            assert "vprn" not in lab.run(name, "admin display-config")
            paste(devices[name], texts[name])
        lab.run("R6", "debug mirror-source 200 port 1/1/1 egress ingress")
        lab.advance(60)
        lab.run(B, "ping 10.15.15.15 source Loopback0")  # the ARP caches are warm again
        yield lab


def paste(login: dict[str, object], text: str) -> None:
    """Put a whole text on the terminal at once, and wait for the prompt after its last line."""
    with Typist(login, height=0) as typist:
        typist.settle()
        typist.type(text.replace("\n", "\r") + '\recho "all of it"\r')
        answer = typist.until(re.compile(rb"\nall of it\r?\n"))
        typist.settle()
    assert not re.search(r"(Error|MINOR|MAJOR):", answer), answer


@pytest.mark.parametrize("name", PASTED)
def test_a_pasted_display_displays_as_itself(lab: Lab, texts: dict[str, str], name: str) -> None:
    assert DATED.sub("", lab.run(name, "admin display-config")) == DATED.sub("", texts[name])


def test_the_vpn_carries_packets_through_pasted_routers(lab: Lab) -> None:
    assert "No. of Routes: 5" in lab.run("R2", "show router 100 route-table")
    assert "(5/5)" in lab.run(B, "ping 10.15.15.15 source Loopback0")
    assert "Master" in lab.run("R2", "show router 100 vrrp instance")


def test_the_mirror_between_pasted_routers_replays_a_ping_both_ways(lab: Lab) -> None:
    sniffer = Path(lab.description()["captures"]["sniffer"])
    before = len(echoes(sniffer))
    assert "(5/5)" in lab.run(B, "ping 10.15.15.15 source Loopback0")
    assert echoes(sniffer)[before:] == [8, 0] * 5


def echoes(capture: Path) -> list[int]:
    """The types of the ICMP echoes in a capture of plain Ethernet frames."""
    frames = [packet.data for packet in read(capture)]
    return [f[34] for f in frames if f[12:14] == b"\x08\x00" and f[23] == 1 and f[34] in (0, 8)]
