"""Taps: a file a link, rotation, and the ring for live watchers."""

from __future__ import annotations

from pathlib import Path

from labkit.capture.keys import Secrets, write_keys
from labkit.capture.pcap import read
from labkit.capture.taps import LiveCapture, Taps


def data_of(path: Path) -> list[bytes]:
    return [packet.data for packet in read(path)]


def test_each_link_has_its_file_complete_after_a_flush(tmp_path: Path) -> None:
    taps = Taps(["lan-a", "lan-b"], tmp_path / "new" / "folder")
    taps.record("lan-a", 1, b"first")
    taps.record("lan-b", 2, b"other")
    taps.record("lan-a", 3, b"second")
    taps.flush()
    assert data_of(taps.paths["lan-a"]) == [b"first", b"second"]
    assert data_of(taps.paths["lan-b"]) == [b"other"]
    taps.close()


def test_a_link_without_frames_has_a_valid_file(tmp_path: Path) -> None:
    taps = Taps(["sniffer"], tmp_path)
    taps.flush()
    assert data_of(tmp_path / "sniffer.pcap") == []
    taps.close()


def test_rotation_keeps_the_old_files_under_numbers(tmp_path: Path) -> None:
    taps = Taps(["lan-a"], tmp_path)
    for frame in (b"one", b"two", b"three"):
        taps.record("lan-a", 0, frame)
        taps.rotate()
    taps.record("lan-a", 0, b"now")
    taps.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["lan-a.1.pcap", "lan-a.2.pcap", "lan-a.3.pcap", "lan-a.pcap"]
    assert data_of(tmp_path / "lan-a.1.pcap") == [b"one"]
    assert data_of(tmp_path / "lan-a.3.pcap") == [b"three"]
    assert data_of(tmp_path / "lan-a.pcap") == [b"now"]


def test_without_a_folder_only_the_ring_is_kept(tmp_path: Path) -> None:
    taps = Taps(["lan-a"])
    taps.record("lan-a", 5, b"frame")
    taps.flush()
    assert taps.paths == {}
    assert [(frame.link, frame.time, frame.data) for frame in taps.live.since()] == [
        ("lan-a", 5, b"frame")
    ]
    taps.close()


def test_after_a_rotation_the_ring_holds_the_new_frames_only() -> None:
    taps = Taps(["lan-a"])
    taps.record("lan-a", 5, b"the same")
    taps.rotate()
    taps.record("lan-a", 5, b"the same")
    assert [frame.number for frame in taps.live.since()] == [1]


def test_the_ring_forgets_the_oldest_frames_but_not_their_number() -> None:
    ring = LiveCapture(3)
    for number in range(5):
        ring.record("lan-a", number, bytes([number]))
    assert [frame.number for frame in ring.since()] == [2, 3, 4]
    assert [frame.number for frame in ring.since(4)] == [4]
    assert ring.since(ring.total) == []


def test_captures_and_keys_are_their_owners_alone_and_follow_no_link(tmp_path: Path) -> None:
    """The folder may be one that others write in: what they laid there is not written through."""
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder = tmp_path / "shared"
    (folder / "keys").mkdir(parents=True)
    for name in ("lan-a.pcap", "keys/esp_sa", "keys/.esp_sa.new"):
        (folder / name).symlink_to(precious)
    taps = Taps(["lan-a"], folder)
    taps.record("lan-a", 1, b"first")
    taps.rotate()
    taps.close()
    write_keys(folder / "keys", Secrets())
    assert precious.read_text() == "mine"
    written = [folder / "lan-a.pcap", folder / "lan-a.1.pcap", folder / "keys" / "esp_sa",
               folder / "keys" / "secrets.json"]  # fmt: skip
    assert {each.stat().st_mode & 0o777 for each in written} == {0o600}
    assert not any(each.is_symlink() for each in written)
    write_keys(tmp_path / "made", Secrets())
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
