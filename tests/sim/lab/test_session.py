"""What somebody at a prompt sees of the lab's starts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.drive.screen import Screen as Lines
from labkit.sim.lab.lab import Lab
from labkit.sim.lab.session import ShellSession
from labkit.sim.serve.port import ANEW

B = "Site-B-GW-Router"


class Terminal:
    """A screen that can be read, as `serve.port.Screen` has it."""

    def __init__(self) -> None:
        self._lines = Lines()
        self.status: int | None = None

    def show(self, text: str) -> None:
        self._lines.feed(text)

    def close(self, status: int) -> None:
        self.status = status

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._lines.lines]


def sit_down(lab: Lab, device: str, command: str | None = None) -> tuple[ShellSession, Terminal]:
    screen = Terminal()
    session = lab.open(device, screen, None, command)
    lab.owner.call(session.push)
    return session, screen


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab("baseline") as lab:
        yield lab


def test_starts_leave_one_line_and_one_prompt_however_many_there_are(lab: Lab) -> None:
    screens = [sit_down(lab, device)[1] for device in (B, "R2", "PC-A")]
    before = [screen.lines for screen in screens]
    assert [lines[-1] for lines in before[:2]] == [f"{B}#", "A:R2#"]
    for checkpoint in ("tunnel", "baseline"):
        lab.start(checkpoint)
        for screen, lines in zip(screens, before, strict=True):
            assert screen.lines == [*lines[:-1], ANEW, lines[-1]]


def test_what_was_said_and_typed_stays_above_the_line(lab: Lab) -> None:
    session, screen = sit_down(lab, B)
    session.feed("show clock\r")
    lab.advance(2)
    lab.start("baseline")
    session.feed("configure terminal\rinterface Gig")
    lab.advance(2)
    lab.start("baseline")
    session.feed("show clock\r")
    lab.advance(2)
    assert [line for line in screen.lines if "UTC" not in line] == [
        f"{B}#show clock",
        ANEW,
        f"{B}#configure terminal",
        "Enter configuration commands, one per line.  End with CNTL/Z.",
        f"{B}(config)#interface Gig",
        ANEW,
        f"{B}#show clock",
        f"{B}#",
    ]


def test_a_command_under_way_ends_with_the_lab_that_it_was_given_to(lab: Lab) -> None:
    """At a prompt the new device's follows; given alone over SSH it is over, without success."""
    session, screen = sit_down(lab, "Kali")
    session.feed("tcpdump -i eth0\r")
    _, alone = sit_down(lab, "Kali", "tcpdump -i eth0")
    lab.start("baseline")
    assert screen.lines[-2] == alone.lines[-2] == ANEW
    assert "Kali" in screen.lines[-1] and screen.status is None
    assert (alone.lines[-1], alone.status) == ("", 1)
