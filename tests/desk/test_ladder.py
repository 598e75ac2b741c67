"""The ladder says what flew, what was in it, and why a negotiation stopped."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.capture import pcap
from labkit.desk.ladder import text as ladder_text
from labkit.desk.ladder.model import Ladder, of, of_frames
from labkit.desk.ladder.said import Tapped
from labkit.sim import Lab

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
PING = "ping 192.168.1.1 source GigabitEthernet0/0"


@pytest.fixture(scope="module")
def tunnel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab("tunnel", capture_dir=tmp_path_factory.mktemp("tunnel")) as lab:
        yield lab


def broken(*lines: str, at: str = A, wait: float = 0) -> Ladder:
    """The ladder after a ping from B with these lines typed first."""
    with Lab("crypto-map") as lab:
        for line in ("configure terminal", *lines, "end"):
            lab.run(at, line)
        lab.run(B, PING)
        if wait:
            lab.advance(wait)
        return of(lab.snapshot())


def test_main_mode_and_quick_mode_are_nine_messages_from_the_initiator_on(tunnel: Lab) -> None:
    ladder = of(tunnel.snapshot())
    assert [rung.name for rung in ladder.messages] == [
        *(f"MM {number}" for number in range(1, 7)),
        *(f"QM {number}" for number in range(1, 4)),
    ]
    assert [rung.sender for rung in ladder.messages] == [B, A, B, A, B, A, B, A, B]
    assert all(rung.arrived is not None and not rung.reasons for rung in ladder.messages)
    assert ladder.messages[-1].left.state == ladder.messages[-1].right.state == "QM_IDLE"
    assert ladder.outcome.startswith("Up:")


@pytest.mark.needs("tshark")
def test_tshark_with_the_same_keys_reads_the_same_payloads(tunnel: Lab, tshark: str) -> None:
    """Both open the messages of one capture: Wireshark by the key table, we by the reader."""
    description = tunnel.description()
    keys = Path(description["keys"]) / "ikev1_decryption_table"
    rows = [line for line in keys.read_text().splitlines() if line]
    run = subprocess.run(
        [
            *(tshark, "-r", description["captures"]["b-primary"], "-Y", "isakmp"),
            *[part for row in rows for part in ("-o", f"uat:ikev1_decryption_table:{row}")],
            *("-T", "fields", "-e", "isakmp.typepayload", "-E", "occurrence=a"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    frames = [(p.time, p.data) for p in pcap.read(Path(description["captures"]["b-primary"]))]
    ladder = of_frames(frames, tunnel.snapshot())
    inside = {2, 3}  # tshark counts proposals and transforms as payloads
    theirs = [
        [int(each) for each in line.split(",") if int(each) not in inside]
        for line in run.stdout.splitlines()
    ]
    ours = [[each.type for each in rung.reading.payloads] for rung in ladder.messages]
    assert ours == theirs


def test_without_keys_what_is_encrypted_stays_closed(tunnel: Lab) -> None:
    ladder = of(tunnel.snapshot(), decrypt=False)
    assert [bool(rung.opened) for rung in ladder.messages] == [True] * 4 + [False] * 5


def test_the_sniffer_shows_the_same_messages_once_each_and_other_links_none(tunnel: Lab) -> None:
    def names(link: str) -> list[str]:
        frames = [(f.time, f.data) for f in tunnel.live.since() if f.link == link]
        return [rung.name for rung in of_frames(frames, tunnel.snapshot()).messages]

    assert names("sniffer") == [r.name for r in of(tunnel.snapshot()).messages]
    assert names("b-backup") == []


def test_two_pre_shared_keys_stop_at_message_5_and_only_the_senders_keys_open_it() -> None:
    ladder = broken(
        "no crypto isakmp key WowWhatAPassword! address 198.51.100.2",
        "crypto isakmp key another address 198.51.100.2",
        wait=80,
    )
    assert ladder.outcome.startswith(f"Stopped at MM 5: {A} says: not understood")
    assert "pre-shared keys differ" in ladder.outcome
    again = [rung.attempt for rung in ladder.messages if rung.name == "MM 5"]
    assert again == [0, 1, 2, 3, 4, 5]
    assert any("Death by retransmission" in rung.name for rung in ladder.rungs if rung.is_note)


@pytest.mark.parametrize(
    ("line", "attribute"),
    [("encr 3des", "encryption"), ("hash sha", "hash"), ("group 14", "group"),
     ("encr aes 256", "key length")],
)  # fmt: skip
def test_a_policy_that_differs_is_named_with_its_attribute(line: str, attribute: str) -> None:
    ladder = broken("crypto isakmp policy 10", line)
    assert ladder.outcome.startswith(f"Stopped at MM 1: {A} says: policy 10 differs")
    assert f"in {attribute} (" in ladder.outcome


def test_a_transform_set_that_differs_stops_phase_2_with_what_was_offered() -> None:
    ladder = broken("crypto ipsec transform-set TSET esp-aes 128 esp-sha-hmac")
    assert "Phase 1 is complete (QM_IDLE), Phase 2 is not. Stopped at QM 1" in ladder.outcome
    assert "offered: esp-aes 256 esp-sha512-hmac, tunnel" in ladder.outcome


def test_without_a_key_nothing_flies_and_a_note_says_so() -> None:
    ladder = broken("no crypto isakmp key WowWhatAPassword! address 192.0.2.28", at=B)
    assert not ladder.messages
    assert "there is no pre-shared key for 192.0.2.28" in ladder.outcome


def test_a_cut_link_leaves_the_first_message_without_an_arrival() -> None:
    with Lab("crypto-map") as lab:
        lab.link("a-access", up=False)
        lab.run(B, PING)
        ladder = of(lab.snapshot())
    assert ladder.messages[0].arrived is None
    assert "MM 1" in ladder.outcome and "never arrived" in ladder.outcome


def test_the_text_is_the_same_in_every_run(tunnel: Lab) -> None:
    with Lab("tunnel") as other:
        texts = [
            ladder_text.text(of(lab.snapshot()), lab.snapshot().esp) for lab in (tunnel, other)
        ]
    assert texts[0] == texts[1]
    assert "   0.012  MM_KEY_EXCH    <──────── MM 5 ─────────  MM_KEY_EXCH" in texts[0]
    assert texts[0].endswith("encaps 4, decaps 4")


def test_clearing_the_sas_shows_a_delete_and_ends_them() -> None:
    with Lab("tunnel") as lab:
        lab.run(A, "clear crypto sa")
        lab.advance(1)
        ladder = of(lab.snapshot())
    assert any(rung.name == "DELETE" for rung in ladder.messages)
    assert not ladder.outcome.startswith("Up:")


@pytest.mark.parametrize("on_disk", [True, False])
def test_what_a_capture_point_saw_is_kept_under_load_and_begins_anew_with_the_lab(
    on_disk: bool, tmp_path: Path
) -> None:
    with Lab("tunnel", capture_dir=tmp_path if on_disk else None) as lab:
        tapped = Tapped(lab, "sniffer")
        assert len(tapped.frames()) == 9
        lab.run(B, "ping 192.168.1.1 source GigabitEthernet0/0 repeat 250")
        assert len(lab.live.since()) == 2000  # the ring is full, its beginning forgotten
        assert len(tapped.frames()) == 9
        late = Tapped(lab, "sniffer").frames()
        assert len(late) == (9 if on_disk else 0)
        lab.start("baseline")
        assert tapped.frames() == []
