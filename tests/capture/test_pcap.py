"""Capture files: ours are read by others, others' by us, and broken ones are refused."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scapy.layers.l2 import Ether
from scapy.utils import PcapNgWriter, RawPcapReader

from labkit.capture import CaptureError
from labkit.capture.pcap import SNAP_LENGTH, Packet, PcapWriter, read

FRAMES = [(0, bytes(60)), (1_700_000_000_123_456, bytes(range(200))), (1_700_000_001_000_000, b"")]


def write(path: Path, frames: list[tuple[int, bytes]] = FRAMES) -> bytes:
    with PcapWriter(path) as writer:
        for time, frame in frames:
            writer.write(time, frame)
    return path.read_bytes()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.pcap")
    assert list(read(tmp_path / "a.pcap")) == [Packet(time, frame) for time, frame in FRAMES]


def test_scapy_reads_what_was_written(tmp_path: Path) -> None:
    write(tmp_path / "a.pcap")
    with RawPcapReader(str(tmp_path / "a.pcap")) as reader:
        found = [(each.sec * 1_000_000 + each.usec, data) for data, each in reader]
    assert found == FRAMES


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.pcap") == write(tmp_path / "b.pcap")


def test_after_a_flush_the_open_file_is_complete(tmp_path: Path) -> None:
    with PcapWriter(tmp_path / "a.pcap") as writer:
        for time, frame in FRAMES:
            writer.write(time, frame)
            writer.flush()
            assert list(read(tmp_path / "a.pcap"))[-1].data == frame


@pytest.mark.parametrize(("order", "magic", "unit"), [
    ("<", 0xA1B2C3D4, 1), (">", 0xA1B2C3D4, 1), ("<", 0xA1B23C4D, 1000), (">", 0xA1B23C4D, 1000),
])  # fmt: skip
def test_both_byte_orders_and_resolutions_are_read(
    order: str, magic: int, unit: int, tmp_path: Path
) -> None:
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    record = struct.pack(f"{order}IIII", 5, 7 * unit, 4, 90)
    (tmp_path / "a.pcap").write_bytes(head + record + b"data")
    assert list(read(tmp_path / "a.pcap")) == [Packet(5_000_007, b"data", length=90)]


def test_pcapng_as_scapy_writes_it_is_read(tmp_path: Path) -> None:
    frame = Ether(bytes(range(60)))
    frame.time = 1_700_000_000.5
    with PcapNgWriter(str(tmp_path / "a.pcapng")) as writer:
        writer.write(frame)
        writer.write(frame)
    assert list(read(tmp_path / "a.pcapng")) == [Packet(1_700_000_000_500_000, bytes(frame))] * 2


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def section(order: str, resolution: int) -> bytes:
    header = struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)
    options = struct.pack(f"{order}HHB3xHHqHH", 9, 1, resolution, 14, 8, 100, 0, 0)
    interface = struct.pack(f"{order}HHI", 1, 0, 96) + options
    return block(order, 0x0A0D0D0A, header) + block(order, 1, interface)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("resolution", "count"), [(9, 2_500_000_000), (0x81, 5), (6, 2_500_000)])
def test_pcapng_blocks_resolutions_and_offsets_are_understood(
    order: str, resolution: int, count: int, tmp_path: Path
) -> None:
    enhanced = struct.pack(f"{order}5I", 0, count >> 32, count & 0xFFFFFFFF, 5, 5) + b"frame"
    simple = struct.pack(f"{order}I", 5) + b"plain"
    unknown = block(order, 0x0BAD, b"whatever")
    data = section(order, resolution) + unknown + block(order, 6, enhanced)
    (tmp_path / "a.pcapng").write_bytes(data + section(order, 6) + block(order, 3, simple))
    assert list(read(tmp_path / "a.pcapng")) == [
        Packet(102_500_000, b"frame"),
        Packet(100_000_000, b"plain"),
    ]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "neither pcap nor pcapng"),
        (b"GIF89a", "neither pcap nor pcapng"),
        (b"\xd4\xc3\xb2\xa1\x02\0", "within its header"),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0", "within a section header"),
        (b"\x0a\x0d\x0d\x0a" + b"\xff" * 8 + bytes(40), "a block of 4294967295 bytes"),
        (section("<", 6) + block("<", 6, bytes(8)), "short packet block"),
        (section("<", 6) + block("<", 6, struct.pack("<5I", 3, 0, 0, 0, 0)), "interface 3"),
        (section("<", 6) + block("<", 6, struct.pack("<5I", 0, 0, 0, 9, 9)), "packet of 9 bytes"),
        (section("<", 6)[:-4] + b"\0\0\0\0", "lengths differ"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(
    data: bytes, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pcap").write_bytes(data)
    with pytest.raises(CaptureError, match=complaint):
        list(read(tmp_path / "a.pcap"))


def test_the_packets_before_the_break_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(write(path, FRAMES[:2])[:-1])
    packets = read(path)
    assert next(packets).data == FRAMES[0][1]
    with pytest.raises(CaptureError, match="within a packet"):
        next(packets)


def test_a_packet_of_absurd_length_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(write(path, []) + struct.pack("<IIII", 0, 0, SNAP_LENGTH + 1, 1))
    with pytest.raises(CaptureError, match="a packet of 262145 bytes"):
        list(read(path))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_raise_nothing_but_capture_error(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    enhanced = struct.pack("<5I", 0, 0, 1, 5, 5) + b"frame"
    good = [section("<", 6) + block("<", 6, enhanced), write(path)]
    damaged = bytearray(data.draw(st.sampled_from(good)))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged[: data.draw(st.integers(4, len(damaged)))])
    with suppress(CaptureError):
        list(read(path))


def test_real_captures_are_read_as_scapy_reads_them(real_captures: Path) -> None:
    for path in sorted(real_captures.glob("*cap")):
        with RawPcapReader(str(path)) as reader:
            theirs = [data for data, _ in reader]
        assert [packet.data for packet in read(path)] == theirs
