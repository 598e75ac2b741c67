"""A console without a browser: it logs in, types, pastes, names refused lines, and ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.desk.console.widget import Console, find_device
from labkit.drive import inventory
from labkit.drive.inventory import Device
from labkit.drive.platforms import platform
from labkit.drive.screen import Screen
from labkit.drive.terminal import Terminal
from labkit.drive.typist import Typist
from labkit.sim import ANEW, Lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab("baseline") as made:
        yield made


@pytest.fixture
def console(lab: Lab) -> Iterator[Console]:
    made = Console(lab, "Site-A-GW-Router")
    yield made
    made.close()


def test_a_typed_command_is_in_the_twin_and_nothing_of_the_machine_is(console: Console) -> None:
    assert console.twin() == "Console of Site-A-GW-Router (IOS, simulated): a prompt to type at"
    console.type("show version | include Software")
    assert "Site-A-GW-Router#show version | include Software" in console.report()
    assert "127.0.0.1" not in console.twin()
    assert console.twin() == console.report()


def test_a_long_output_is_paged_through(console: Console) -> None:
    console.type("show running-config")
    text = console.report()
    assert "hostname Site-A-GW-Router" in text
    assert text.rstrip().endswith("Site-A-GW-Router#")
    assert "--More--" not in text


def test_a_pasted_configuration_names_the_lines_that_were_refused(console: Console) -> None:
    lines = "configure terminal\n\ninterface Loopback7\n ip adress 10.7.7.7 255.255.255.255\nend"
    refused = console.paste(lines)
    assert [(each.number, each.line.strip()) for each in refused] == [
        (4, "ip adress 10.7.7.7 255.255.255.255")
    ]
    assert refused[0].answer.startswith("% Invalid input")


def test_sr_os_refusals_are_named_too(lab: Lab) -> None:
    console = Console(lab, "R1")
    refused = console.paste("configure router\nno-such-thing 7\nexit all\n")
    assert [each.number for each in refused] == [2]
    console.close()


def test_a_device_that_is_not_there_is_named() -> None:
    nobody = Device("R9", "cisco_ios", {"host": "127.0.0.1", "port": 1, "username": "x"})
    console = Console(nobody)
    with pytest.raises(ConnectionError, match="R9: nothing answers at the device's address"):
        console.type("show clock")
    console.close()


def test_a_wrong_password_is_said_and_not_shown(lab: Lab) -> None:
    right = find_device(lab, "R1")
    wrong = Device("R1", right.platform, {**right.netmiko, "password": "Guess-1"})
    told: list[tuple[str, str]] = []
    done = threading.Event()

    def became(state: str, why: str) -> None:
        told.append((state, why))
        done.set()

    Terminal(wrong, lambda text: None, became)
    assert done.wait(20)
    assert told == [("closed", "the device refused the login")]


def test_closing_ends_the_session_and_its_threads(lab: Lab) -> None:
    console = Console(lab, "R2")
    console.type("show time")
    ours = [t for t in threading.enumerate() if t.name in ("console R2", "keys R2")]
    assert len(ours) == 2
    console.close()
    console.close()
    for thread in ours:
        thread.join(10)
    assert not [thread for thread in ours if thread.is_alive()]


def test_lines_that_get_no_prompt_are_followed_by_the_next() -> None:
    screen, news, sent = Screen(), threading.Condition(threading.RLock()), []

    def device(keys: str) -> None:
        sent.append(keys)
        with news:
            prompt = "r(config)#" if len(sent) == 3 else ""
            screen.feed(keys.replace("\r", "\r\n") + prompt)
            news.notify_all()

    typist = Typist(screen, news, device, platform("cisco_ios"), quiet=0.01)
    assert typist.type(["banner motd #", "Hello", "#"]) == []
    assert sent == ["banner motd #\r", "Hello\r", "#\r"]


def test_a_line_typed_while_a_start_is_told_waits_for_its_own_prompt() -> None:
    """The prompt that comes with the news is the old line's, moved down."""
    news, screen = threading.Condition(threading.RLock()), Screen()
    screen.feed("R1#")

    def hear(text: str) -> None:
        with news:
            screen.feed(text)
            news.notify_all()

    def send(keys: str) -> None:
        hear(f"\r{ANEW}\r\nR1#")
        threading.Timer(0.2, hear, [f"{keys}\n% Invalid input\r\nR1#"]).start()

    typist = Typist(screen, news, send, platform("cisco_ios"), quiet=60, news_line=ANEW)
    assert [each.answer for each in typist.type(["no such thing"])] == ["% Invalid input"]


def test_an_unknown_device_is_answered_with_the_known_ones(lab: Lab) -> None:
    with pytest.raises(inventory.InventoryError, match=r"no device 'R99'; there are: .*R1"):
        find_device(lab, "R99")


def test_a_console_is_the_same_over_ssh_to_a_device_of_another_process(tmp_path: Path) -> None:
    """An inventory file names what listens there; nothing of that lab is in this process."""
    command = [sys.executable, "-m", "tests.benchmarks.lab_program", "baseline"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as served:
        assert served.stdout is not None
        file = tmp_path / "inventory.json"
        file.write_text(served.stdout.readline())
        console = Console(inventory.load(file), "R6")
        try:
            console.type("show system information | match Name")
            assert "System Name            : R6" in console.report()
            assert len(console.paste("no such thing\n")) == 1
        finally:
            console.close()
            assert served.stdin is not None
            served.stdin.close()
