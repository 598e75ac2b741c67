"""Hostile and unlucky people at a served lab's terminals: nobody else is harmed.

After every test: no traceback on standard error, every kind of device answers a newcomer, and
the configurations are what they were (or what was really typed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

import pytest

from tests.sim.serve.served import A, B, Served, Typist

EVERY_KIND = (A, "R6", "PC-A", "lab")
SHOWN = {A: "show running-config", B: "show running-config", "R6": "admin display-config"}
NOT_COMPARED = re.compile(r"^(#|!|Current configuration|Building).*$", re.MULTILINE)
CONTROLS = (
    bytes(range(32)) + b"\x7f" + b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[5~\x1bOP\x1b[\x1b\x9b\xff\xfe"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("served"), "tunnel")
    yield served
    assert served.close() == 0
    assert served.complaints() == ""


def configuration(served: Served, device: str) -> str:
    """What is configured, without dates and sizes."""
    return NOT_COMPARED.sub("", served.ask(device, SHOWN[device]))


@pytest.fixture
def lab(served: Served) -> Iterator[Served]:
    """The lab, which must be unharmed afterwards."""
    yield served
    alive(served)


def alive(served: Served) -> None:
    """Every kind of device answers a newcomer, and the lab has complained of nothing."""
    assert "uptime is" in served.ask(A, "show version")
    assert "TiMOS" in served.ask("R6", "show version")
    with served.open("PC-A") as host, served.open("lab") as control:
        assert "192.168.1.10" in host.line("ip addr")
        assert "tunnel" in control.line("status")
    assert served.complaints() == ""


def sessions(served: Served, device: str) -> int:
    """How many sessions a router tells of: at last the asking one alone, if no other lives on.

    A lost connection is noticed by a thread of its own, so the router may be asked again.
    """
    count = 0
    for _ in range(20):
        rows = served.ask(device, "show users")
        count = len(re.findall(r"^\*?\s+\d+ vty|^student ", rows, re.MULTILINE))
        if count == 1:
            break
    return count


# --------------------------------------------------------------------------- noise


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("device", EVERY_KIND)
def test_random_bytes_change_nothing(lab: Served, device: str, seed: int) -> None:
    """No line of chance is a command that changes something: the odds are next to none."""
    before = {name: configuration(lab, name) for name in SHOWN}
    typist = lab.open(device)
    noise = Random(seed)
    try:
        for _ in range(20):
            typist.type(noise.randbytes(400))
    except OSError:
        pass  # Ctrl-D among them has ended the session
    typist.vanish()
    assert {name: configuration(lab, name) for name in SHOWN} == before


@pytest.mark.parametrize("device", EVERY_KIND)
def test_control_characters_within_a_line_leave_the_session_usable(
    lab: Served, device: str
) -> None:
    typist = lab.open(device)
    quiet = bytes(each for each in CONTROLS if each not in b"\x04\x1a")  # these end a session
    typist.type(b"sh" + quiet + b"ow" + quiet)
    typist.type(b"\x03\x15\r")
    typist.type("echo-of-me\r")
    typist.until("echo-of-me")
    typist.settle()
    typist.close()


@pytest.mark.parametrize("device", EVERY_KIND)
def test_a_line_of_a_hundred_thousand_characters_is_refused_and_forgotten(
    lab: Served, device: str
) -> None:
    with lab.open(device) as typist:
        for filling in ("x", "x ", '"', "1/", "é", "x\x08"):
            typist.type((filling * 100_000)[:100_000] + "\r")
        typist.type("\x15nearly-there\r")
        typist.until("nearly-there")
        typist.settle()


@pytest.mark.parametrize(
    ("device", "way", "line", "back"),
    [
        (A, ("configure terminal", "interface Loopback0"), "description ", ("end",)),
        ("R6", ('configure router interface "system"',), "description ", ("exit all",)),
    ],
)
def test_a_description_of_a_hundred_thousand_characters_leaves_a_configuration_that_loads(
    lab: Served, device: str, way: tuple[str, ...], line: str, back: tuple[str, ...]
) -> None:
    with lab.open(device) as typist:
        for each in way:
            typist.line(each)
        typist.type(line + "y" * 100_000 + "\r")
        typist.type("\x15\r")
        typist.settle()
        for each in ("no description", *back):
            typist.type(each + "\r")
            typist.until(each)
            typist.settle()
    assert "y" * 100 not in configuration(lab, device)


# --------------------------------------------------------------------------- leaving early


@pytest.mark.parametrize(
    ("device", "lines", "begun", "kept", "lost"),
    [
        (
            A,
            ("configure terminal", "interface Loopback41", "description whole line"),
            "description half a li",
            "description whole line",
            "half a li",
        ),
        (
            "R6",
            ('configure router interface "left41"', 'description "whole line"'),
            'description "half a li',
            'description "whole line"',
            "half a li",
        ),
    ],
)
def test_a_session_lost_in_the_middle_of_configuring_keeps_whole_lines_and_no_half_one(
    lab: Served, device: str, lines: tuple[str, ...], begun: str, kept: str, lost: str
) -> None:
    typist = lab.open(device)
    for line in lines:
        typist.line(line)
    typist.type(begun)
    typist.until(begun)
    typist.vanish()
    text = configuration(lab, device)
    assert kept in text and lost not in text


def test_policies_being_edited_by_a_lost_session_can_be_given_up_by_another(lab: Served) -> None:
    typist = lab.open("R6")
    typist.line("configure router policy-options begin")
    typist.line('configure router policy-options prefix-list "half" prefix 10.0.0.0/8')
    typist.vanish()
    assert "half" not in configuration(lab, "R6")
    with lab.open("R6") as other:
        assert "Error" not in other.line("configure router policy-options abort")
        assert other.line("configure router policy-options begin") == ""
        other.line("configure router policy-options abort")


@pytest.mark.parametrize("end", [Typist.vanish, Typist.reset], ids=["fin", "rst"])
@pytest.mark.parametrize(
    ("device", "more"), [(A, "--More--"), ("R6", "Press any key to continue (Q to quit)")]
)
def test_a_session_lost_at_a_pager_is_gone_from_the_router(
    lab: Served, device: str, more: str, end: Callable[[Typist], None]
) -> None:
    """Whether the connection was closed or torn down by a TCP RST."""
    typist = lab.open(device)
    typist.type(SHOWN[device] + "\r")
    typist.until(more)
    end(typist)
    assert sessions(lab, device) == 1


def test_a_session_lost_in_a_debug_flood_stops_nothing(lab: Served) -> None:
    watching = lab.open(B)
    for line in ("terminal monitor", "debug ip packet"):
        watching.line(line)
    with lab.open(A) as pinging:
        pinging.type("ping 10.16.16.16 source Loopback0 repeat 3000\r")
        watching.until("len 100, rcvd 3")
        watching.vanish()
        assert "(3000/3000)" in pinging.until(re.compile(rb"Success rate is [^\n]*\n"))
    lab.ask(B, "undebug all")


# --------------------------------------------------------------------------- two at once


def test_two_people_configure_one_ios_router_at_once(lab: Served) -> None:
    """Each line goes to the interface of its own session, however they interleave."""
    with lab.open(A) as one, lab.open(A) as two:
        people = {"one": (one, 50), "two": (two, 70)}
        for typist, _ in people.values():
            typist.line("configure terminal")
        for number in range(10):
            for typist, first in people.values():
                typist.type(f"interface Loopback{first + number}\r")
            for name, (typist, _) in people.items():
                typist.type(f"description {name} {number}\r")
        for typist, _ in people.values():
            typist.type("end\r")
            typist.until(f"{A}#")
    text = configuration(lab, A)
    for name, (_, first) in people.items():
        for number in range(10):
            assert f"interface Loopback{first + number}\n description {name} {number}\n" in text


def test_two_people_configure_one_sros_router_at_once(lab: Served) -> None:
    with lab.open("R6") as one, lab.open("R6") as two:
        people = {"one": one, "two": two}
        for typist in people.values():
            typist.line("configure router")
        for number in range(10):
            for name, typist in people.items():
                typist.type(f'interface "{name}{number}"\r')
            for name, typist in people.items():
                typist.type(f'description "of {name} {number}"\rexit\r')
        for typist in people.values():
            typist.type("exit all\r")
            typist.until("A:R6# ")
    text = configuration(lab, "R6")
    for name in people:
        for number in range(10):
            assert re.search(
                rf'interface "{name}{number}"\s+description "of {name} {number}"\s', text
            ), text


def test_what_somebody_is_in_may_be_removed_by_another(lab: Served) -> None:
    with lab.open(A) as one, lab.open(A) as two:
        for line in ("configure terminal", "interface Loopback90"):
            one.line(line)
        for line in ("configure terminal", "no interface Loopback90", "end"):
            two.line(line)
        one.type("description of nothing\rend\r")
        one.until(f"{A}#")


# --------------------------------------------------------------------------- long commands


@pytest.mark.parametrize(
    ("device", "command", "mark", "end"),
    [
        (
            B,
            "ping 10.15.15.15 source Loopback0 repeat 100000",
            "!!!!",
            rb"Success rate is [^\n]*/(\d+)\)",
        ),
        (
            "R6",
            "ping 10.15.15.15 router 100 rapid count 100000",
            "!!!!",
            rb"(\d+) packets transmitted",
        ),
    ],
)
def test_others_are_answered_during_a_long_ping_and_ctrl_c_ends_it(
    lab: Served, device: str, command: str, mark: str, end: bytes
) -> None:
    """By order: the other's answer comes, then Ctrl-C is typed, and the ping was not through."""
    with lab.open(device) as pinging, lab.open(A) as other, lab.open("R2") as third:
        pinging.type(command + "\r")
        pinging.until(mark)
        assert "uptime is" in other.line("show version | include uptime")
        assert "System Name" in third.line("show system information | match Name")
        pinging.type("\x03")
        sent = re.search(end, pinging.until(re.compile(end)).encode())
        assert sent is not None and 0 < int(sent[1]) < 100_000
        pinging.settle()


def test_a_reader_that_never_reads_delays_nobody_and_can_be_lost(lab: Served) -> None:
    deaf = lab.open(A)
    deaf.line("terminal length 0")
    for _ in range(400):
        deaf.type("show running-config\r")
    with lab.open(A) as other:
        assert "uptime is" in other.line("show version | include uptime")
    deaf.vanish()


@pytest.mark.parametrize("key", ["?", "\t"])
def test_a_flood_of_slow_keys_waits_its_turn(lab: Served, key: str) -> None:
    """The other's answer comes while most of the flood is still to be worked through."""
    with lab.open(A) as flooding, lab.open(A, width=80) as other:
        flooding.type(key * 10_000 + "\rthe-end\r")
        assert "uptime is" in other.line("show version | include uptime")
        assert b"the-end" not in flooding.received()
        flooding.vanish()


def test_a_burst_of_connections_that_come_and_go_leaves_no_session(lab: Served) -> None:
    typists: list[Typist] = [lab.open("R6") for _ in range(12)]
    for number, typist in enumerate(typists):
        typist.type("show router ")
        typist.vanish() if number % 2 else typist.close()
    assert sessions(lab, "R6") == 1
