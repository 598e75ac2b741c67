"""A recording of real routers in the sniffer: its points, its keys, and where it comes from."""

from __future__ import annotations

import pytest

from labkit.capture import CaptureError
from labkit.capture.recordings import open_recording
from labkit.desk.sniffer.widget import Sniffer


def test_a_recording_is_shown_with_its_provenance_and_opened_with_its_own_keys() -> None:
    sniffer = Sniffer(open_recording("tunnel"), "sniffer", decrypt=True).show("icmp")
    assert "tunnel. Main mode" in sniffer.title
    assert "Recorded 2026-" in sniffer.title
    assert "FRR 8.4.4" in sniffer.title
    assert "strongSwan 5.9.8" in sniffer.title
    assert sniffer.points == ["a-access", "r2-r6", "sniffer"]
    said = sniffer.report()
    assert said.count("ESP opened: Echo ") == 8
    assert "of the recording tunnel. Main mode" in said.splitlines()[0]


def test_a_recording_without_ipsec_has_no_keys_to_open_anything_with() -> None:
    sniffer = Sniffer(open_recording("cleartext"))
    assert repr(sniffer) == "Sniffer at a-access"
    with pytest.raises(CaptureError, match="no keys"):
        sniffer.decrypt()


def test_a_point_that_the_recording_lacks_is_answered_with_those_it_has() -> None:
    with pytest.raises(LookupError, match="no capture point 'b-backup' in tunnel; there are: a-ac"):
        Sniffer(open_recording("tunnel"), "b-backup")


@pytest.mark.parametrize("given", [{}, {"where": "tunnel"}, {"file": "x", "where": "y"}])
def test_neither_a_lab_nor_a_recording_nor_a_file_is_an_error(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a sniffer wants a lab"):
        Sniffer(**given)  # type: ignore[arg-type]
