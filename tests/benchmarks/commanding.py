"""A command over netmiko, and thirty sessions at once: our lab against the least that could answer.

The alternative is a paramiko server in a process of its own that prints, for the same command,
the very bytes that our device prints, and looks nothing up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from netmiko import BaseConnection, ConnectHandler

from tests.benchmarks import labs
from tests.benchmarks.labs import netmiko_of
from tests.benchmarks.measure import Comparison, Figures, Reading, seconds, take_turns

COST = 1.3
COMMANDS = {"cisco_ios": "show running-config", "nokia_sros": "admin display-config"}
SESSIONS = 30
ROUNDS = 15
AGAINST = "a bare paramiko server that prints as many bytes"


def rows() -> Iterator[Comparison]:
    """A command on each platform, then thirty sessions at once."""
    with ExitStack() as stack:
        lab = stack.enter_context(labs.ours())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        bare = {}
        for platform, command in COMMANDS.items():
            login = netmiko_of(lab, platform)
            file = folder / platform
            file.write_bytes(_answer(login, command))
            bare[platform] = stack.enter_context(labs.bare(platform, command, file)).told
            work = partial(_command, login, bare[platform], command)
            yield Comparison(f"{command}, {platform}", AGAINST, "s", Reading.COST, work, COST)
        ios = netmiko_of(lab, "cisco_ios")
        yield Comparison(
            f"{SESSIONS} sessions at once, a command each",
            AGAINST,
            "s",
            Reading.COST,
            partial(_many, ios, bare["cisco_ios"]),
        )


def _answer(login: dict[str, Any], command: str) -> bytes:
    """What our device prints for a command, as it goes over the wire."""
    with ConnectHandler(**login) as connection:
        text = str(connection.send_command(command))
    return text.replace("\n", "\r\n").encode() + b"\r\n"


def _command(ours: dict[str, Any], theirs: dict[str, Any], command: str) -> Figures:
    with ConnectHandler(**ours) as our, ConnectHandler(**theirs) as their:
        sizes = [len(_said(connection, command)) for connection in (our, their)]
        if abs(sizes[0] - sizes[1]) > 100:  # a date may be longer
            raise RuntimeError(f"{command}: {sizes[0]} characters against {sizes[1]}")
        figures = take_turns(
            lambda: seconds(lambda: _said(our, command)),
            lambda: seconds(lambda: _said(their, command)),
            ROUNDS,
        )
    return figures._replace(note=f"{sizes[0]} characters")


def _said(connection: BaseConnection, command: str) -> str:
    return str(connection.send_command(command))


def _many(ours: dict[str, Any], theirs: dict[str, Any]) -> Figures:
    """Connect, wait for the last to be in, give the command; an error anywhere is raised."""

    def at_once(login: dict[str, Any]) -> None:
        everybody = threading.Barrier(SESSIONS)

        def session() -> None:
            patient = {"conn_timeout": 60, "banner_timeout": 60, "auth_timeout": 60}
            with ConnectHandler(**login, **patient) as connection:
                everybody.wait(timeout=120)
                command = COMMANDS["cisco_ios"]
                if len(str(connection.send_command(command, read_timeout=60))) < 100:
                    raise RuntimeError(f"{command} was not answered")

        with ThreadPoolExecutor(SESSIONS) as pool:
            for done in [pool.submit(session) for _ in range(SESSIONS)]:
                done.result()

    return take_turns(
        lambda: seconds(lambda: at_once(ours)), lambda: seconds(lambda: at_once(theirs)), 3
    )
