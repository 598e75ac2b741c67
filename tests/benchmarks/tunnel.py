"""Tunnel up: from the first ping typed to its first reply, against the arithmetic inside it.

Main mode with group 5 is four exponentiations: two public values, two shared secrets.  No
implementation in Python's `pow` can be quicker, so the ratio is what all the rest costs: nine
ISAKMP messages, two command lines, the provider between them, and every tap.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from labkit.protocols.ike import dh
from labkit.sim.lab.lab import Lab
from labkit.sim.serve.port import Window
from tests.benchmarks.measure import Comparison, Figures, Reading, seconds, take_turns

GATEWAY = "Site-B-GW-Router"
PING = "ping 192.168.1.1 source GigabitEthernet0/0"
GROUP = 5
PATIENCE = 60.0


class FirstSight:
    """A screen that waits for one text at a time."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._text = ""

    def show(self, text: str) -> None:
        with self._news:
            self._text += text
            self._news.notify()

    def close(self, status: int) -> None:
        pass

    def wait_for(self, text: str) -> None:
        """Return once `text` is on the screen and forget it.  Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(lambda: text in self._text, PATIENCE):
                raise TimeoutError(f"no {text!r} on the screen, but {self._text[-60:]!r}")
            self._text = self._text.partition(text)[2]


def rows() -> Iterator[Comparison]:
    """One row; every round is a lab that was started anew."""
    yield Comparison(
        "tunnel up, first ping to first reply",
        "its four group 5 exponentiations alone",
        "s",
        Reading.COST,
        _tunnel_up,
    )


def _tunnel_up() -> Figures:
    exponentiate()  # the prime is worked out once
    with (
        tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder,
        Lab("crypto-map", capture_dir=Path(folder)) as lab,
    ):
        return take_turns(lambda: first_reply(lab), lambda: seconds(exponentiate))


def first_reply(lab: Lab) -> float:
    """Seconds from typing the ping to the first `!`, in a tunnel that never was."""
    lab.start("crypto-map")
    screen = FirstSight()
    session = lab.open(GATEWAY, screen, Window(), None)
    screen.wait_for(GATEWAY)

    def type_and_wait() -> None:
        session.feed(f"{PING}\r")
        screen.wait_for("!")

    spent = seconds(type_and_wait)
    screen.wait_for(GATEWAY)
    session.hang_up()
    return spent


def exponentiate() -> None:
    """Two peers' public values and their common secret, computed by each."""
    group = dh.GROUPS[GROUP]
    assert isinstance(group, dh.Modp)
    p, bits = group.prime, group.private_size * 8
    x, y = (secrets.randbits(bits) | 1 << bits - 1 for _ in range(2))
    gx, gy = pow(2, x, p), pow(2, y, p)
    if pow(gy, x, p) != pow(gx, y, p):
        raise ArithmeticError("the peers disagree")
