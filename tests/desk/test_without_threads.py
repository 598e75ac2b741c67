"""Where no thread can start, as in a browser's tab, the widgets work all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

PROGRAM = """
import threading, time

def refuse(thread):
    raise RuntimeError("can't start new thread")

threading.Thread.start = refuse
from labkit.desk import Ladder, Map, Sniffer, StatusLine
from labkit.sim import Lab

def press(widget, kind, **content):
    widget._route(widget, {"kind": kind, **content}, [])
    for _ in range(5):  # as a timer of the page would
        time.sleep(0.05)
        lab.runner.turn()
    assert widget.trouble == "" and widget.work == {}, (widget.trouble, widget.work)

with Lab("tunnel") as lab:
    status, plan, sniffer, ladder = StatusLine(lab), Map(lab), Sniffer(lab, "sniffer"), Ladder(lab)
    press(status, "advance", seconds=60)
    print(status.facts["since"], status.said)
    press(plan, "link", name="b-primary", up=False)
    print([link.name for link in lab.snapshot().links if link.state == "cut"])
    lab.run("PC-B", "ping -c 2 192.168.1.10")
    print(sniffer.report())
    print(ladder.report())
    for widget in (status, plan, sniffer, ladder):
        widget.close()
"""


def test_buttons_pictures_and_captures_work_without_a_thread() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "1 min 4 s 1 min later: " in done.stdout
    assert "['b-primary']" in done.stdout
    assert "KEEPALIVE" in done.stdout
    assert "QM 3" in done.stdout
    assert "failed" not in done.stderr, done.stderr
