"""netmiko's way in, and one command: both platforms, against the least and the nearest servers.

Every server runs in a process of its own, so that the client side is alike; disconnecting is not
counted.  FakeNOS asks for `enable` before it knows `show version`, so all are enabled first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from netmiko import BaseConnection, ConnectHandler

from labkit.drive.platforms import open_connection
from tests.benchmarks import labs
from tests.benchmarks.labs import FakeLab, netmiko_of
from tests.benchmarks.measure import Comparison, Figures, Reading, seconds, take_turns

IOS_COST, SROS_SPEED = 1.3, 5
COMMAND = "show version"
ROUNDS = 7
UNKNOWN = ("Invalid input", "Unknown command", "Bad command")
Opening = Callable[[], BaseConnection]


def rows() -> Iterator[Comparison]:
    """Connecting against its two targets, then both platforms against FakeNOS."""
    with ExitStack() as stack:
        lab = stack.enter_context(labs.ours())
        bare = stack.enter_context(labs.bare("cisco_ios"))
        ios, sros = netmiko_of(lab, "cisco_ios"), netmiko_of(lab, "nokia_sros")
        yield Comparison(
            "netmiko connect, cisco_ios",
            "a bare paramiko server",
            "s",
            Reading.COST,
            lambda: _connects(plain(ios), plain(bare.told)),
            IOS_COST,
        )
        yield Comparison(
            "netmiko connect, nokia_sros, labkit's driver",
            "the same with plain netmiko",
            "s",
            Reading.SPEED,
            lambda: _connects(partial(open_connection, "nokia_sros", sros), plain(sros)),
            SROS_SPEED,
        )
        yield from _against_fakenos(stack, {"cisco_ios": ios, "nokia_sros": sros})


def _against_fakenos(stack: ExitStack, logins: dict[str, dict[str, Any]]) -> Iterator[Comparison]:
    """Plain netmiko on both sides; FakeNOS is started by the first row that needs it."""
    started: list[FakeLab] = []

    def fakenos(platform: str) -> dict[str, Any]:
        if not started:
            started.append(stack.enter_context(FakeLab()))
        return started[0].netmiko(platform)

    for platform, login in logins.items():
        for name, measure in ((f"netmiko connect, {platform}", _connects), (COMMAND, _commands)):
            name = name if platform in name else f"{name}, {platform}"
            work = partial(_both, measure, login, fakenos, platform)
            yield Comparison(name, "FakeNOS", "s", Reading.SPEED, work)


def _both(
    measure: Callable[[Opening, Opening], Figures],
    login: dict[str, Any],
    other: Callable[[str], dict[str, Any]],
    platform: str,
) -> Figures:
    return measure(plain(login), plain(other(platform)))


def plain(arguments: dict[str, Any]) -> Opening:
    """netmiko as anybody calls it."""
    return lambda: ConnectHandler(**arguments)


def _connects(ours: Opening, theirs: Opening) -> Figures:
    def one(opening: Opening) -> float:
        start = time.perf_counter()
        connection = opening()
        spent = time.perf_counter() - start
        connection.disconnect()
        return spent

    return take_turns(lambda: one(ours), lambda: one(theirs), ROUNDS)


def _commands(ours: Opening, theirs: Opening) -> Figures:
    """One command on a connection that stands; says so if the other side does not know it."""
    with ours() as our, theirs() as their:
        for connection in (our, their):
            if connection.device_type == "cisco_ios":
                connection.enable()
        answer = str(our.send_command(COMMAND))
        if any(word in answer for word in UNKNOWN):
            raise RuntimeError(f"our device answers {COMMAND!r} with {answer.strip()!r}")
        answer = str(their.send_command(COMMAND))
        figures = take_turns(
            lambda: seconds(lambda: our.send_command(COMMAND)),
            lambda: seconds(lambda: their.send_command(COMMAND)),
        )
    unknown = any(word in answer for word in UNKNOWN)
    return figures._replace(note=f"it only answers {answer.strip()!r}" if unknown else "")
