"""Every recording is what its provenance says, shows what it must, and opens with its own keys."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from labkit import resources
from labkit.capture import CaptureError
from labkit.capture.decrypt import Outcome, decrypt_file
from labkit.capture.recordings import (
    PROVENANCE,
    Recording,
    names,
    open_recording,
    read_folder,
)
from labkit.openlab import scenarios, verify

SCENARIOS = scenarios.load()
POINTS = [(name, point) for name, scenario in SCENARIOS.items() for point in scenario.points]
LIMIT = 5_000_000


@pytest.fixture(params=SCENARIOS)
def recording(request: pytest.FixtureRequest) -> Recording:
    return open_recording(request.param)


def test_every_scenario_was_recorded_and_nothing_else() -> None:
    assert names() == sorted(SCENARIOS)
    assert [open_recording(each).id for each in names()] == names()


def test_all_of_them_are_small() -> None:
    files = resources.data("recordings").rglob("*")
    assert sum(path.stat().st_size for path in files if path.is_file()) < LIMIT


def test_every_file_is_the_one_that_was_recorded(recording: Recording) -> None:
    told = recording.provenance["sha256"]
    there = {
        path.relative_to(recording.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in recording.folder.rglob("*")
        if path.is_file() and path.name != PROVENANCE
    }
    assert there == told


def test_provenance_names_versions_date_and_commands(recording: Recording) -> None:
    scenario = SCENARIOS[recording.id]
    assert recording.title == scenario.title
    assert recording.provenance["commands"] == [*scenario.before, *scenario.commands]
    assert set(recording.captures) == set(scenario.points)
    assert recording.source().splitlines()[0] == scenario.title
    assert "FRR 8." in recording.source()


def test_tshark_sees_in_it_what_its_scenario_says(recording: Recording, tshark: str) -> None:
    missed = verify.missed(SCENARIOS[recording.id], recording.folder)
    assert [(str(check), found) for check, found in missed] == []


FIELDS = (
    "esp.spi", "icmp.type", "esp.icv_bad", "isakmp.exchangetype", "isakmp.flag_e",
    "isakmp.hash", "udp.checksum",
)  # fmt: skip


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_tshark_and_labkit_decrypt_open_all_of_it(
    name: str, point: str, tshark: str, tmp_path: Path
) -> None:
    """Quick modes show their payloads; each ESP packet shows the ICMP inside, to both of us.

    Wireshark takes a mirror's copy of an IKE message for the next one of its CBC chain, so of
    two copies it opens one.
    """
    recording = open_recording(name)
    capture = recording.captures[point]
    rows = verify.fields(capture, "esp || icmp || isakmp", FIELDS, recording.keys)
    sealed = [row for row in rows if row[0]]
    assert all(row[1] for row in sealed)
    assert all(row[2] in ("", "0", "False") for row in sealed)
    quick = [row for row in rows if row[3] == "32" and row[4] in ("1", "True")]
    assert {row[6] for row in quick if row[5]} == {row[6] for row in quick}
    assert len(quick) >= (name in ("tunnel", "transform", "pfs", "proxy-id"))

    opened = tmp_path / "opened.pcap"
    report = decrypt_file(capture, opened, recording.keys)
    assert report[Outcome.DECRYPTED] == report.esp == len(sealed)
    after = verify.fields(opened, "esp || icmp || isakmp", FIELDS[:2])
    assert [row[0] for row in after if row[0]] == []
    assert [row[1] for row in after] == [row[1] for row in rows]


def test_the_tunnels_keys_are_those_that_rfc_2409_derives() -> None:
    """SKEYID of a pre-shared key, checked against the nonces on the wire would need the wire:
    its children need only what the file holds (RFC 2409 section 5)."""
    import hmac

    (sa,) = open_recording("tunnel").secrets().ike

    def prf(data: bytes) -> bytes:
        return hmac.digest(sa.skeyid, data, "sha256")

    cookies = sa.icookie + sa.rcookie
    assert sa.skeyid_d == prf(sa.gxy + cookies + b"\0")
    assert sa.skeyid_a == prf(sa.skeyid_d + sa.gxy + cookies + b"\1")
    assert sa.skeyid_e == prf(sa.skeyid_a + sa.gxy + cookies + b"\2")
    assert sa.ka == sa.skeyid_e[:16]


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="there is no recording 'x'; there are: baseline"):
        open_recording("x")
    with pytest.raises(LookupError, match="no capture point 'x' in tunnel; there are: a-access"):
        open_recording("tunnel").packets("x")


def test_a_broken_provenance_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / PROVENANCE).write_text("points: [1")
    with pytest.raises(CaptureError, match=PROVENANCE):
        read_folder(tmp_path)
    (tmp_path / PROVENANCE).write_text("- no mapping\n")
    with pytest.raises(CaptureError, match=PROVENANCE):
        read_folder(tmp_path)
