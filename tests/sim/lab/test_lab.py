"""The lab as a whole, by its Python calls: worlds, captures, keys, what is saved and injected."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.capture import pcap
from labkit.sim.lab.checkpoints import CheckpointError
from labkit.sim.lab.lab import Lab
from labkit.sim.model import topology

B = "Site-B-GW-Router"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One lab for tests that start it where they want it."""
    with Lab() as lab:
        yield lab


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def some_work(folder: Path, seed: int) -> dict[str, str]:
    with Lab("tunnel", seed, folder) as lab:
        lab.run("PC-B", "ping -c 3 -s 72 192.168.1.10")
        lab.link("r2-r6", loss=0.2)
        lab.run(B, "ping 192.168.1.1 source GigabitEthernet0/0 repeat 20")
        lab.advance(100)
        lab.start("mirror")
        lab.run(B, "ping 10.15.15.15 source Loopback0")
    return digests(folder)


def test_the_same_seed_and_commands_give_the_same_bytes_in_every_file(tmp_path: Path) -> None:
    first = some_work(tmp_path / "1", 1)
    assert some_work(tmp_path / "2", 1) == first
    other = some_work(tmp_path / "3", 2)
    assert other.keys() == first.keys()
    assert other["keys/esp_sa"] != first["keys/esp_sa"]
    assert {f"{link}.pcap" for link in topology.load().links} <= first.keys()
    assert "sniffer.1.pcap" in first


def test_the_tunnels_first_ping_and_its_keys_are_on_disk_when_the_lab_has_started(
    tmp_path: Path,
) -> None:
    with Lab("tunnel", capture_dir=tmp_path / "dir") as lab:
        sniffed = list(pcap.read(lab.records.captures["sniffer"]))
        protocols = [packet.data[23] for packet in sniffed]
        assert protocols.count(17) == 9
        assert protocols.count(50) == 8
        assert {len(packet.data) for packet in sniffed if packet.data[23] == 50} == {202}
        assert lab.records.keys is not None
        secrets = json.loads((lab.records.keys / "secrets.json").read_text())
        assert [len(sa["quick_modes"]) for sa in secrets["ike"]] == [1]
        assert {(sa["src"], sa["cipher"]) for sa in secrets["esp"]} == {
            ("192.0.2.28", "aes-cbc"),
            ("198.51.100.2", "aes-cbc"),
        }
        if sys.platform != "win32":
            assert stat.S_IMODE((tmp_path / "dir").stat().st_mode) == 0o700


def test_a_command_finds_its_packets_on_disk(tmp_path: Path) -> None:
    with Lab("mirror", capture_dir=tmp_path) as lab:
        lab.run(B, "ping 10.15.15.15 source Loopback0")
        frames = [packet.data for packet in pcap.read(tmp_path / "sniffer.pcap")]
        echoes = [frame for frame in frames if frame[23] == 1]
        assert [len(frame) for frame in echoes] == [114] * 10


def test_start_makes_a_fresh_network_and_keeps_the_old_captures(tmp_path: Path) -> None:
    with Lab("mirror", capture_dir=tmp_path) as lab:
        lab.run("PC-B", "ip route del default")
        lab.link("lan-b", up=False)
        before = (tmp_path / "b-primary.pcap").read_bytes()
        lab.start("baseline", seed=3)
        assert (tmp_path / "b-primary.1.pcap").read_bytes() == before
        assert "default via 172.16.1.1" in lab.run("PC-B", "ip route")
        assert "Links       all up, unimpaired" in lab.status()
        assert lab.description()["seed"] == 3


def test_time_moves_by_commands_and_by_nothing_else(lab: Lab) -> None:
    lab.start("baseline")
    began = lab.now()
    lab.run("PC-A", "")
    lab.run("lab", "status")
    assert lab.now() == began
    lab.run("PC-A", "hostname")
    assert lab.now() == began + 1_000_000
    lab.advance(2.5)
    assert lab.now() == began + 3_500_000
    lab.run("lab", "advance 1")
    assert lab.now() == began + 4_500_000


def test_a_saved_lab_loads_as_it_was_and_saves_the_same_again(lab: Lab, tmp_path: Path) -> None:
    lab.start("tunnel")
    lab.run("PC-A", "ip link set eth0 mtu 1400")
    lab.link("r1-r2", loss=0.1, delay_ms=7)
    lab.save(tmp_path / "one.yaml")
    lab.start("baseline")
    lab.load(tmp_path / "one.yaml")
    assert "Link        r1-r2: loss 0.1, delay 7000" in lab.status()
    assert "mtu 1400" in lab.run("PC-A", "ip link")
    lab.save(tmp_path / "two.yaml")
    assert (tmp_path / "one.yaml").read_text() == (tmp_path / "two.yaml").read_text()
    lab.link("r1-r2", loss=0)
    assert ".!!!!" in lab.run(B, "ping 192.168.1.1 source GigabitEthernet0/0")


def test_replayed_esp_is_refused_and_counted(tmp_path: Path) -> None:
    with Lab("tunnel", capture_dir=tmp_path) as lab:
        capture = tmp_path / "a-access.pcap"
        protocols = [packet.data[23] for packet in pcap.read(capture)]
        first = 1 + next(
            i
            for i, packet in enumerate(pcap.read(capture))
            if protocols[i] == 50 and packet.data[26:30] == bytes((198, 51, 100, 2))
        )
        lab.inject("a-access", capture, [first])
        assert "PKT_REPLAY_ERR" in lab.run("Site-A-GW-Router", "show logging")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda lab: lab.start("nowhere"), "there is no checkpoint 'nowhere'"),
        (lambda lab: lab.link("nolink", up=False), "there is no link 'nolink'"),
        (lambda lab: lab.link("lan-a", loss=2), "loss is a part of 1"),
        (lambda lab: lab.link("lan-a", mtu=3), "an MTU is from 68"),
        (lambda lab: lab.link("lan-a", delay_ms=-1), "a delay is from 0"),
        (lambda lab: lab.advance(-1), "SECONDS is from 0"),
        (lambda lab: lab.shell("R9"), "there is no device 'R9'"),
        (lambda lab: lab.fault("psk"), "there is no fault 'psk'"),
        (lambda lab: lab.inject("lan-a", __file__), "pcap"),
        (lambda lab: lab.load("/nowhere/x"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_lab_goes_on(
    lab: Lab, call: object, message: str
) -> None:
    before = lab.status()
    with pytest.raises((ValueError, LookupError, OSError), match=message):
        call(lab)  # type: ignore[operator]
    assert lab.status() == before


def test_a_line_that_a_device_refuses_is_named_with_its_file(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("config:\n  PC-A: |\n    ip addr add 1.1.1.1/24 dev eth0\n    ip nonsense\n")
    with pytest.raises(CheckpointError, match=r"mine\.yaml, line 4: PC-A: .*nonsense"):
        lab.load(path)


def test_a_device_counts_as_changed_when_it_is_not_as_the_lab_began(lab: Lab) -> None:
    lab.start("tunnel")
    assert lab.changed() == []
    lab.run("R1", "configure system location Rack-1")
    lab.run("PC-A", "sudo ip route add 203.0.113.0/24 via 192.168.1.1")
    assert lab.changed() == ["R1", "PC-A"]


def test_a_start_leaves_the_hosts_garbage_collector_as_it_was(lab: Lab, tmp_path: Path) -> None:
    """On or off, after a start that works and after one that a device refuses."""
    path = tmp_path / "mine.yaml"
    path.write_text("config:\n  PC-A: |\n    ip nonsense\n")
    for switch, enabled in ((gc.disable, False), (gc.enable, True)):
        switch()
        lab.start("baseline")
        assert gc.isenabled() is enabled
        with pytest.raises(CheckpointError):
            lab.load(path)
        assert gc.isenabled() is enabled


def test_the_control_channel_does_what_the_calls_do(lab: Lab, tmp_path: Path) -> None:
    lab.start("baseline")
    assert lab.run("lab", "link r1-r2 loss 10%") == ""
    assert "r1-r2: loss 0.1" in lab.status()
    assert lab.run("lab", "link r1-r2 sideways").startswith("% usage: link NAME up|down|")
    assert lab.run("lab", "frobnicate").startswith("% Unknown command 'frobnicate'; there are: ")
    assert lab.run("lab", f"save {tmp_path}/x.yaml").startswith("Saved in ")
    assert lab.run("lab", f"load {tmp_path}/none.yaml").endswith(
        "none.yaml: No such file or directory\n"
    )
    assert lab.run("lab", "start mirror 5") == ""
    assert (lab.description()["checkpoint"], lab.description()["seed"]) == ("mirror", 5)
    assert "start CHECKPOINT" in lab.run("lab", "help")


def test_in_real_time_a_lab_second_is_a_second() -> None:
    with Lab(realtime=True) as lab:
        began, wall = lab.now(), time.monotonic()
        lab.advance(0.3)
        assert time.monotonic() - wall >= 0.3
        time.sleep(0.2)
        lab.run("PC-A", "")
        assert lab.now() - began >= 500_000


def test_a_web_page_crosses_the_tunnel_in_segments_that_fit(lab: Lab) -> None:
    lab.start("tunnel")
    page = lab.run("PC-B", "curl http://192.168.1.10/5000")
    assert len(page) == 5000
    assert lab.run("PC-B", "curl 192.168.1.10") == "This is PC-A.\n"


def test_several_labs_may_live_in_one_process() -> None:
    with Lab() as one, Lab("mirror") as two:
        one.advance(5)
        assert one.now() != two.now()
        assert one.login.password != two.login.password


def test_a_dialogue_that_nobody_continues_is_an_error_and_no_endless_wait() -> None:
    """A Telnet client waits for keys for ever; without an answer the prompt is given up."""
    with Lab("baseline") as lab:
        with pytest.raises(ValueError, match="asks a question: telnet"):
            lab.run("Site-B-GW-Router", "telnet 10.15.15.15")
        assert "UTC" in lab.run("Site-B-GW-Router", "show clock")


def test_a_dialogue_with_wrong_answers_ends_when_they_are_used_up() -> None:
    with Lab("baseline") as lab:
        for answers in (("x",), ("wrong", "wrong"), ("student", "no", "student", "no", "x", "y")):
            with contextlib.suppress(ValueError):
                said = lab.run("Site-B-GW-Router", "telnet 10.15.15.15", *answers)
                assert "closed by foreign host" in said
        assert "UTC" in lab.run("Site-B-GW-Router", "show clock")
