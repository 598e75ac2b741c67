"""The learner's desk, as a notebook's cells use it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from labkit.course import Desk

B = "Site-B-GW-Router"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk("crypto-map") as desk:
        desk.type(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        yield desk


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_shows_which_lab_it_is(desk: Desk) -> None:
    """The representation is stable text: devices and checkpoint."""
    assert repr(desk) == "Desk: 11 devices at checkpoint crypto-map"


def test_nobody_waits_for_netmiko_before_a_command_is_typed() -> None:
    """Its 260 modules, and scapy's, are imported by what needs them, not by the widgets."""
    code = "import sys, labkit.course.desk, labkit.desk.console.widget; print({*sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'labkit.drive.connections'" in run.stdout
    assert "'netmiko'" not in run.stdout
    assert "'scapy'" not in run.stdout


def test_prints_the_command_and_what_the_device_said(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cell shows what was typed where, and the answer as it came."""
    desk.type(B, "show clock", "show privilege")
    text = said(capsys)
    assert text.startswith(f"{B}# show clock\n")
    assert "Current privilege level is 15" in text


def test_prints_the_dialogue_of_a_configuration(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prompts and the vendor's errors are part of what was seen."""
    desk.configure("PC-A", "nonsense")
    assert "nonsense: command not found" in said(capsys)


def test_lists_packets_of_a_protocol(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Six and three ISAKMP messages, numbered as they lie in the file."""
    desk.packets("sniffer", "ISAKMP", last=99)
    assert len(said(capsys).splitlines()) == 1 + 9


def test_says_when_there_is_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty list is told from a forgotten one."""
    desk.packets("b-backup", "ESP")
    assert "(nothing of ESP at b-backup)" in said(capsys)


def test_opens_esp_with_the_labs_keys(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Decrypted, the mirror shows the pings that it shows as ESP otherwise."""
    desk.packets("sniffer", "ICMP", last=99)
    assert "(nothing of ICMP at sniffer)" in said(capsys)
    desk.packets("sniffer", "ICMP", last=99, decrypt=True)
    assert said(capsys).count("Echo request") == 4


def test_shows_the_layers_of_a_frame(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Any frame of the list can be opened by its number."""
    desk.packets("sniffer", "ESP", last=1)
    number = int(said(capsys).splitlines()[1].split()[0])
    desk.packet("sniffer", number)
    assert "\nESP: spi 0x" in said(capsys)


def test_finds_text_in_the_clear(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The hosts' ping pattern is readable on their LAN and nowhere in the provider."""
    desk.type("PC-B", "ping -c 1 192.168.1.10")
    said(capsys)
    desk.search("/01234567")
    lines = dict(line.split(maxsplit=1) for line in said(capsys).splitlines())
    assert lines["lan-b"].startswith("readable")
    assert lines["sniffer"] == lines["r2-r6"] == lines["b-primary"] == "-"


def test_names_the_capture_points_there_are(desk: Desk) -> None:
    """A wrong name is answered with the right ones."""
    with pytest.raises(LookupError, match="no capture point 'nowhere'; there are: a-access"):
        desk.packets("nowhere")
