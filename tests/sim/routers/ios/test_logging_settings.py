"""`logging`, `service timestamps` and `logging synchronous` do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

B = "Site-B-GW-Router"
FLAP = "configure terminal\ninterface Loopback0\nshutdown\nno shutdown\nend"


def flap(terminal: Any) -> list[str]:
    """Shut a loopback and open it again; the lines that were logged."""
    terminal.keys("clear logging\r\r")
    terminal.lines(FLAP)
    lines: list[str] = terminal.type("show logging").splitlines()
    return [line for line in lines if "%" in line and "filtering" not in line]


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("service timestamps log datetime msec", r"\*Mar +2 09:\d\d:\d\d\.\d{3}: %"),
        ("service timestamps log datetime", r"\*Mar +2 09:\d\d:\d\d: %"),
        ("service timestamps log datetime msec show-timezone", r"\*Mar .*\.\d{3} UTC: %"),
        ("service timestamps log uptime", r"00:0\d:\d\d: %"),
        ("no service timestamps log", "%"),
        ("service sequence-numbers", r"0000\d\d: \*Mar"),
    ],
)
def test_lines_are_stamped_as_service_says(b: Any, line: str, begins: str) -> None:
    b.lines(f"configure terminal\n{line}\nend")
    logged = flap(b)
    assert logged and all(re.match(begins, each) for each in logged), logged


def test_the_buffer_takes_messages_up_to_its_level(b: Any) -> None:
    """A level in words or as a number; SYS-5 is above warnings, LINEPROTO-5 too."""
    b.lines("configure terminal\nlogging buffered 4\nend")
    assert "logging buffered warnings" in b.type("show running-config")
    assert flap(b) == []
    assert "Buffer logging:  level warnings, " in b.type("show logging")
    b.lines("configure terminal\nlogging buffered 16000 debugging\nend")
    assert "logging buffered 16000\n" in b.type("show running-config")
    assert len(flap(b)) >= 3


def test_what_is_switched_off_is_shown_as_off_and_gets_nothing(b: Any) -> None:
    b.lines("configure terminal\nno logging console\nno logging buffered\nno logging monitor\nend")
    b.type("terminal monitor")
    assert "%LINEPROTO" not in b.lines(FLAP)
    shown = b.type("show logging")
    for name in ("Console", "Monitor", "Buffer"):
        assert re.search(rf"    {name} logging: +disabled\n", shown)
    assert "Log Buffer" not in shown


def test_a_message_tears_the_line_unless_logging_is_synchronous(
    bench: Callable[[str], Any],
) -> None:
    """With `logging synchronous` the prompt and the half-typed line come again."""
    lab = bench("crypto-map")
    here, other = lab.shell(), lab.shell()
    here.type("terminal monitor")

    def interrupted() -> str:
        here.keys("show ip int")
        other.lines(FLAP)
        said: str = here.run()
        here.keys("\x15")
        return said

    torn = interrupted()
    assert "%LINEPROTO-5-UPDOWN" in torn and "show ip int" not in torn
    other.lines("configure terminal\nline vty 0 4\nlogging synchronous\nend")
    assert interrupted().endswith(f"{B}#show ip int")
