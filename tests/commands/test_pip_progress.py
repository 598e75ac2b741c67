"""One line of progress in place of pip's hundreds."""

from __future__ import annotations

import io
import sys

import pytest

from labkit.commands import CommandError
from labkit.commands.pip_progress import install, show


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_terminal_sees_one_line_rewritten() -> None:
    screen = Terminal()
    said = list(show(["Collecting scapy==2.6.1 (from -r x)\n", "noise\n"], screen, total=40))
    assert screen.getvalue() == "\r\x1b[K  1/40 scapy"
    assert said == ["Collecting scapy==2.6.1 (from -r x)", "noise"]


def test_log_gets_a_line_every_25_packages() -> None:
    screen = io.StringIO()
    list(show([f"Collecting p{n}==1\n" for n in range(60)], screen, total=60))
    assert screen.getvalue() == "  25/60 p24\n  50/60 p49\n"


def test_failure_of_pip_is_told_in_its_own_words() -> None:
    with pytest.raises(CommandError, match=r"no-such-file\.txt"):
        install(sys.executable, "-r", "no-such-file.txt")
