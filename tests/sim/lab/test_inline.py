"""A lab without a thread is the same lab, and the desk's news leave without one too."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labkit.desk.sender import BEAT, BURST, Pulse, Sender
from labkit.sim import Inline
from labkit.sim.lab.lab import Lab
from tests.sim.lab.inline_walk import Paper

ROOT = Path(__file__).parents[2]


def walked(kind: str, folder: Path) -> tuple[str, dict[str, str]]:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.sim.lab.inline_walk", kind, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    return done.stdout.decode(), digests


def test_the_walk_without_threads_sockets_and_ssh_leaves_the_same_bytes(tmp_path: Path) -> None:
    inline, threaded = (walked(kind, tmp_path / kind) for kind in ("inline", "threaded"))
    assert inline == threaded
    said, files = inline
    assert "4 packets transmitted, 3 received" in said
    assert "Status: ACTIVE(ACTIVE)" in said
    assert {"captures/sniffer.pcap", "saved.yaml"} <= files.keys()


def test_a_session_answers_before_feed_returns_and_ctrl_c_reaches_what_is_paced() -> None:
    runner = Inline()
    with Lab("tunnel", runner=runner) as lab:
        paper = Paper()
        session = lab.open("PC-B", paper)
        before = lab.now()
        session.feed("ping 192.168.1.10\r")
        time.sleep(0.05)
        runner.turn()
        assert "64 bytes from 192.168.1.10" in paper.text
        assert lab.now() - before < 5_000_000, "a ping without end keeps to the wall's pace"
        session.feed("\x03")
        assert "packets transmitted" in paper.text
        session.feed("exit\r")
        assert paper.status == 0


def test_in_real_time_a_turn_lets_go_by_what_the_wall_says() -> None:
    runner = Inline()
    with Lab(realtime=True, runner=runner) as lab:
        before, began = lab.now(), time.monotonic()
        lab.advance(0.2)
        assert 0.2 <= time.monotonic() - began < 5
        assert lab.now() - before >= 200_000
        before = lab.now()
        time.sleep(0.1)
        runner.turn()
        lab.status()
        assert 100_000 <= lab.now() - before < 5_000_000


def test_a_lab_without_threads_refuses_to_serve() -> None:
    with Lab(runner=Inline()) as lab, pytest.raises(OSError, match="without threads"):
        lab.serve()


class Widget:
    def __init__(self) -> None:
        self.beats = self.looks = 0

    def beat(self) -> None:
        self.beats += 1

    def look(self) -> None:
        self.looks += 1


def test_news_leave_at_once_and_under_load_wait_for_the_next_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    runner, widget = Inline(), Widget()
    sender = Sender(runner)
    for _ in range(1000):
        sender.touch(widget)
    assert widget.beats == BURST
    now[0] += 2 * BEAT
    runner.turn()
    assert widget.beats == BURST + 1


def test_the_pulse_beats_by_turns_and_rests_where_nobody_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    runner, widget = Inline(), Widget()
    pulse = Pulse(runner)
    pulse.watch(widget)
    assert widget.looks == 0, "a widget is not looked at while it is being made"
    for looks in (1, 2):
        now[0] += 0.25
        runner.turn()
        assert widget.looks == looks
    pulse.forget(widget)
    now[0] += 1
    runner.turn()
    assert widget.looks == 2
