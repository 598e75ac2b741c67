"""Captures of any size and kind are indexed, merged, searched and laid side by side."""

from __future__ import annotations

import os
import struct
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.capture import CaptureError
from labkit.capture.alignment import Sighting, align
from labkit.capture.conversation import follow
from labkit.capture.decrypt import Keys
from labkit.capture.dissect import dissect
from labkit.capture.index import CaptureFile, Ring
from labkit.capture.keys import read_secrets
from labkit.capture.packet_list import PacketList
from labkit.capture.pcap import read
from labkit.capture.taps import LiveCapture, Tap
from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import ACK, PSH, Tcp


def finish(packets: PacketList) -> PacketList:
    packets.grow()
    while packets.search():
        pass
    return packets


def sightings(folder: Path, link: str) -> list[Sighting]:
    packets = PacketList({link: CaptureFile(folder / f"{link}.pcap")})
    packets.open_with(Keys(read_secrets(folder / "keys")))
    finish(packets)
    return [
        Sighting(number, packets.packet(number).time, packets.dissection(number))
        for number in range(1, packets.total + 1)
    ]


def test_the_index_finds_what_the_reader_reads(lab_captures: Path) -> None:
    path = lab_captures / "r1-r2.pcap"
    file = CaptureFile(path)
    assert file.extend(5) >= 5
    count = file.extend()
    assert [file.packet(number) for number in range(count)] == list(read(path))
    file.close()


def test_a_capture_is_read_on_where_its_tap_has_put_it_aside(tmp_path: Path) -> None:
    """Another one is at its path by then; its bytes are nobody's packets."""
    tap = Tap("r1-r2", tmp_path)
    tap.record(0, b"first")
    tap.flush()
    file = CaptureFile(tap.path, grows=True)
    assert file.extend() == 1
    tap.record(1, b"second")
    tap.rotate()
    tap.record(2, b"of the next run, and longer than both")
    tap.record(3, b"of the next run, too")
    tap.flush()
    assert file.extend() == 2
    assert [file.packet(number).data for number in range(2)] == [b"first", b"second"]
    tap.path.with_name("r1-r2.1.pcap").unlink()
    with pytest.raises(CaptureError, match="another capture is in its place"):
        file.packet(0)
    tap.close()


def test_pcapng_is_indexed_too(lab_captures: Path, tshark: str, tmp_path: Path) -> None:
    """tshark writes pcapng, with nanoseconds and interfaces of its own."""
    path = tmp_path / "a.pcapng"
    source = lab_captures / "r1-r2.pcap"
    subprocess.run([tshark, "-r", source, "-w", path, "-F", "pcapng"], check=True)
    file = CaptureFile(path)
    file.extend(3)
    assert not file.complete
    count = file.extend()
    assert [file.packet(each).data for each in range(count)] == [p.data for p in read(source)]
    assert [file.time(each) for each in range(count)] == [p.time for p in read(source)]
    file.close()


def test_a_tap_is_followed_while_it_writes_and_when_it_begins_anew(tmp_path: Path) -> None:
    tap = Tap("x", tmp_path)
    tap.record(1, b"one")
    tap.flush()
    file = CaptureFile(tap.path, grows=True)
    assert (file.extend(), file.trouble) == (1, "")
    tap.record(2, b"two")
    tap.flush()
    assert file.extend() == 2
    assert file.packet(1).data == b"two"
    assert not file.replaced
    tap.rotate()
    tap.flush()
    assert file.replaced
    assert file.find_again() and not file.replaced, "it is read on where the tap put it aside"
    assert (file.extend(), file.packet(1).data) == (2, b"two")
    tap.close()


def test_a_lab_without_files_still_has_its_last_frames() -> None:
    live = LiveCapture()
    live.record("a", 1, b"one")
    ring = Ring(live, "a")
    assert ring.extend() == 1
    live.record("b", 2, b"other")
    live.record("a", 3, b"two")
    assert [ring.extend(), ring.packet(1).data] == [2, b"two"]


def test_a_broken_file_gives_what_it_has_and_one_sentence(
    lab_captures: Path, tmp_path: Path
) -> None:
    whole = (lab_captures / "r1-r2.pcap").read_bytes()
    (tmp_path / "cut.pcap").write_bytes(whole[:-10])
    cut = CaptureFile(tmp_path / "cut.pcap")
    count = cut.extend()
    assert count == len(list(read(lab_captures / "r1-r2.pcap"))) - 1
    assert cut.trouble == f"cut.pcap: the file ends within packet {count + 1}"
    (tmp_path / "big.pcap").write_bytes(
        whole[:24] + bytes(8) + (10_000_000).to_bytes(4, "little") * 2 + bytes(100)
    )
    big = CaptureFile(tmp_path / "big.pcap")
    assert big.extend() == 0
    assert "packet 1 claims 10000000 bytes" in big.trouble
    for data, says in ((b"\x7fELF" * 9, "neither pcap nor pcapng"), (whole[:20], "its header")):
        (tmp_path / "no.pcap").write_bytes(data)
        with pytest.raises(CaptureError, match=says):
            CaptureFile(tmp_path / "no.pcap")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for work in (CaptureFile, lambda path: list(read(path))):
        with pytest.raises(CaptureError, match="pipe: no file, but a pipe or a device"):
            work(tmp_path / "pipe")


def test_a_time_beyond_all_calendars_is_one_sentence(tmp_path: Path) -> None:
    """pcapng has 64 bits of ticks and 64 of seconds beside; an index has 64 for both."""

    def block(kind: int, body: bytes) -> bytes:
        size = struct.pack("<I", 12 + len(body))
        return struct.pack("<I", kind) + size + body + size

    path = tmp_path / "far.pcapng"
    path.write_bytes(
        block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        + block(1, struct.pack("<HHIHHq", 1, 0, 0, 14, 8, 1 << 62))
        + block(6, struct.pack("<5I", 0, 0, 0, 4, 4) + b"data")
    )
    far = CaptureFile(path)
    assert far.extend() == 0
    assert far.trouble == "far.pcapng: a packet of an impossible time"


def test_points_are_merged_by_time_and_filtered_with_keys(lab_captures: Path) -> None:
    names = ("a-access", "r1-r2")
    packets = PacketList({name: CaptureFile(lab_captures / f"{name}.pcap") for name in names})
    packets.filter("icmp.type == 8 and not mpls")
    assert finish(packets).shown == 0
    packets.open_with(Keys(read_secrets(lab_captures / "keys")))
    finish(packets)
    rows = packets.rows(0, 1000)
    assert rows and {row.point for row in rows} == {"a-access"}
    assert {row.about for row in rows} == {"opened"}
    assert [row.seconds for row in rows] == sorted(row.seconds for row in rows)
    assert [packets.place(row.number) for row in rows] == list(range(len(rows)))


def test_keys_that_come_and_go_change_what_a_filter_chooses(lab_captures: Path) -> None:
    packets = PacketList({"x": CaptureFile(lab_captures / "a-access.pcap")})
    packets.open_with(Keys(read_secrets(lab_captures / "keys")))
    packets.filter("icmp")
    opened = finish(packets).shown
    assert opened > 0
    packets.open_with(None)
    assert finish(packets).shown < opened


def test_a_packet_is_found_at_both_points_with_what_changed(lab_captures: Path) -> None:
    """Site B's LAN sees it clear, the access link sealed, the core below labels."""
    lan, access, core = (sightings(lab_captures, each) for each in ("lan-b", "a-access", "r1-r2"))
    crossings = [each for each in align(lan, access) if each.here and each.there]
    assert crossings
    assert all("ESP on" in each.changes or "ESP off" in each.changes for each in crossings)
    assert any(change.startswith("TTL ") for each in crossings for change in each.changes)
    crossings = [each for each in align(access, core) if each.here and each.there]
    assert len(crossings) > 20
    words = [change for each in crossings for change in each.changes]
    assert any(each.startswith("labels ") and each.endswith(" pushed") for each in words)
    assert any(each.startswith("labels ") and each.endswith(" popped") for each in words)
    assert "202 → 224 bytes" in words and "224 → 202 bytes" in words


def test_each_packet_is_paired_once_and_none_is_lost(lab_captures: Path) -> None:
    here, there = (sightings(lab_captures, each) for each in ("r1-r2", "r2-r6"))
    crossings = align(here, there)
    assert sorted(each.here.number for each in crossings if each.here) == [s.number for s in here]
    assert sorted(each.there.number for each in crossings if each.there) == [
        s.number for s in there
    ]


def test_what_a_thief_reads_of_telnet() -> None:
    a, b = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")

    def segment(
        src: IPv4Address, dst: IPv4Address, ports: tuple[int, int], number: int, text: bytes
    ) -> bytes:
        data = Tcp(*ports, number, 1, PSH | ACK, payload=text).encode(src, dst)
        return Ethernet(bytes(6), bytes(6), 0x0800, IPv4(src, dst, 6, data).encode()).encode()

    frames = [
        segment(b, a, (23, 4000), 1, b"\xff\xfd\x01Password: "),
        segment(a, b, (4000, 23), 1, b"se"),
        segment(a, b, (4000, 23), 1, b"se"),  # sent again
        segment(a, b, (4000, 23), 3, b"cret\r\n"),
        segment(a, b, (4001, 23), 1, b"another connection"),
    ]
    taken = [dissect(frame) for frame in frames]
    assert follow(taken[1], taken) == "10.0.0.2:23: Password: \n10.0.0.1:4000: secret⏎"
    with pytest.raises(LookupError, match="no TCP"):
        follow(dissect(bytes(60)), taken)
