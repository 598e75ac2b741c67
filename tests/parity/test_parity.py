"""The simulator's exchange beside the recorded real one, message for message.

What may differ is `data/openlab/parity.yaml`, each with its reason; anything else fails.  And a
simulator that was made wrong on purpose does fail: without that this test would prove nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from labkit import resources
from labkit.capture import pcap
from labkit.capture.exchange import Difference, Step, bare, differences, side_by_side, steps
from labkit.capture.keys import read_secrets
from labkit.capture.recordings import open_recording
from labkit.course.desk import Desk
from labkit.openlab import verify
from labkit.sim.lab.lab import Lab
from tests.interop.wrong import MISTAKES

PARITY: dict[str, Any] = yaml.safe_load(resources.data("openlab", "parity.yaml").read_text("utf-8"))
POINT = "a-access"
PING = "ping -c 6 -s 72 192.168.1.10"
ENOUGH = 20
"""Seconds of lab time in which everything is retransmitted that the recordings saw again."""


def simulate(story: str, folder: Path) -> list[Step]:
    """The steps of a story in the simulator."""
    with Lab("crypto-map", capture_dir=folder) as lab:
        for node, lines in PARITY["stories"][story].items():
            for line in ("configure terminal", *lines.splitlines(), "end"):
                assert "%" not in lab.run(node, line), line
        lab.run("PC-B", PING)
        lab.advance(ENOUGH)
        told = lab.description()
        frames = (packet.data for packet in pcap.read(Path(told["captures"][POINT])))
        return steps(frames, read_secrets(Path(told["keys"])))


def recorded(story: str) -> list[Step]:
    recording = open_recording(story)
    return steps((packet.data for packet in recording.packets(POINT)), recording.secrets())


def allows(entry: dict[str, Any], story: str, found: Difference) -> bool:
    told = {
        "what": found.what, "step": found.step, "simulator": found.ours, "recorded": found.theirs,
    }  # fmt: skip
    return story in entry.get("scenarios", [story]) and all(
        entry.get(key, value) == value for key, value in told.items()
    )


def surprises(story: str, found: Iterable[Difference]) -> list[str]:
    """The differences that no entry of the list allows."""
    return [
        f"{story}: {each}"
        for each in found
        if not any(allows(entry, story, each) for entry in PARITY["allowed"])
    ]


@pytest.mark.parametrize("story", PARITY["stories"])
def test_the_simulator_says_what_real_gateways_said(story: str, tmp_path: Path) -> None:
    ours, theirs = simulate(story, tmp_path), recorded(story)
    assert len(theirs) >= 2
    found = surprises(story, differences(ours, theirs))
    assert found == [], "\n" + side_by_side(ours, theirs, ("simulator", "recorded"))


def test_every_allowed_difference_is_one_that_there_is(tmp_path: Path) -> None:
    """The list grows no moss."""
    found = [
        (story, each)
        for story in PARITY["stories"]
        for each in differences(simulate(story, tmp_path / story), recorded(story))
    ]
    for entry in PARITY["allowed"]:
        assert any(allows(entry, story, each) for story, each in found), entry
        assert entry["reason"].strip()


def test_every_recorded_ike_scenario_has_its_story() -> None:
    with_ike = set(PARITY["stories"]) | {"baseline", "cleartext", "redundancy"}
    assert with_ike == {path.parent.name for path in resources.data("recordings").glob("*/keys")}


TSHARK_KINDS = {
    1: "SA", 4: "KE", 5: "ID", 8: "HASH", 10: "NONCE", 11: "NOTIFY", 12: "DELETE", 13: "VENDOR",
    20: "NAT-D",
}  # fmt: skip


@pytest.mark.parametrize("story", ["tunnel", "transform", "group"])
def test_tshark_reads_the_same_steps(story: str, tshark: str) -> None:
    """Our reading of a recording is not what makes it agree with us."""
    recording = open_recording(story)
    rows = verify.fields(
        recording.captures[POINT], "isakmp", ("isakmp.typepayload", "isakmp.notify.msgtype"),
        recording.keys,
    )  # fmt: skip
    theirs = []
    for kinds, notify in rows:
        # tshark lists what is inside an SA payload, proposal and transform (2, 3), too.
        numbers = [int(kind) for kind in kinds.split(",") if kind not in ("2", "3")]
        theirs.append((tuple(TSHARK_KINDS[kind] for kind in numbers), notify))
    ours = [
        (step.payloads, "" if step.notify is None else str(step.notify))
        for step in recorded(story)
        if step.exchange != "ESP"
    ]
    assert ours == theirs


# --------------------------------------------------------------------------- wrong on purpose


STORIES = {"notify code": "transform"}
"""Where a mistake shows; the tunnel shows the others."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_simulator_made_wrong_on_purpose_fails(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = STORIES.get(mistake, "tunnel")
    MISTAKES[mistake](monkeypatch)
    assert surprises(story, differences(simulate(story, tmp_path), recorded(story)))


# --------------------------------------------------------------------------- what a learner sees


def test_the_walks_end_lays_the_labs_capture_beside_the_recorded_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Desk("tunnel") as desk:
        desk.compare_with_recording("tunnel")
        said = capsys.readouterr().out
        with pytest.raises(LookupError, match="there is no recording 'x'"):
            desk.compare_with_recording("x")
    lines = said.splitlines()
    assert lines[0] == open_recording("tunnel").title
    assert "strongSwan 5.9.8" in lines[1]
    main, quick = ("main mode: ID HASH", "quick mode: HASH SA NONCE 2 ID")
    assert sum(line.count(main) for line in lines) == 4
    assert sum(line.count(quick) for line in lines) == 4
    assert not [line for line in lines[3:] if line.startswith("!")]


def test_a_difference_is_named_where_it_is() -> None:
    """Vendor IDs do not hide a difference behind them."""
    one = Step(True, "main mode", ("SA", "VENDOR"))
    other = dataclasses.replace(one, payloads=("SA", "KE"))
    found = differences([one], [other])
    assert [str(each) for each in found] == [
        "step 1, payloads: SA, SA KE",
        "step 1, vendor IDs: 1, 0",
    ]
    assert bare(one) == "-> main mode: SA"
    assert str(differences([one], [])[0]) == "step 1, message: -> main mode: SA, nothing"
