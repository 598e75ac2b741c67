"""Archived configurations, replacing, and changes that must be confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from labkit.sim.net.clock import SECOND

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
ARCHIVE = """\
configure terminal
archive
path flash:cfg
maximum 3
end"""


@pytest.fixture
def archived(b: Any) -> Any:
    """Site-B's gateway, whose archive is on."""
    b.lines(ARCHIVE)
    return b


def advance(terminal: Any, seconds: int) -> None:
    clock = terminal.bench.network.clock
    clock.run_until(clock.now + seconds * SECOND)


def addressless(terminal: Any) -> str:
    """Take Gi0/2's address away under a timer of two minutes."""
    said: str = terminal.type("configure terminal revert timer 2")
    terminal.lines("interface GigabitEthernet0/2\nno ip address\nend")
    return said


def test_without_a_path_nothing_is_archived_and_no_change_can_be_timed(b: Any) -> None:
    assert b.type("show archive") == " Archive feature not enabled\n"
    assert b.type("configure terminal revert timer 5").startswith("%Turn config archive on")
    assert b.type("configure confirm") == "%No Rollback Confirmed Change pending\n"


def test_the_archive_keeps_the_last_files_and_says_which_comes_next(archived: Any) -> None:
    for _ in range(5):
        archived.type("archive config")
    lines = archived.type("show archive").splitlines()
    assert lines[0] == "The maximum archive configurations allowed is 3."
    assert lines[1] == "There are currently 3 archive configurations saved."
    assert lines[2] == "The next archive file will be named flash:cfg-<timestamp>-5"
    assert lines[-1].endswith("-4 <- Most Recent")
    names = [line.split()[1].removeprefix("flash:") for line in lines[4:7]]
    listed = [line.split()[-1] for line in archived.type("dir").splitlines() if "cfg-" in line]
    assert listed == names


def test_write_memory_archives_too(archived: Any) -> None:
    archived.lines("configure terminal\narchive\nwrite-memory\nend\nwrite")
    assert "currently 1 archive" in archived.type("show archive")


def test_replace_undoes_everything_since_and_says_so(archived: Any) -> None:
    archived.keys("copy running-config flash:good\r\r")
    before = archived.bench.devices[B].render()
    archived.lines("configure terminal\nno router bgp 65116\nhostname X\nno crypto map VPN-MAP 100")
    archived.type("end")
    said = archived.type("configure replace flash:good list force")
    assert "!List of Commands:\n" in said and "router bgp 65116\n" in said
    assert "no hostname X\n" not in said and "hostname Site-B-GW-Router\n" in said
    assert said.endswith("Total number of passes: 1\nRollback Done\n\n")
    assert archived.bench.devices[B].render() == before
    assert "passes: 0" in archived.type("configure replace flash:good force")


def test_replace_asks_first_and_wants_a_whole_configuration(archived: Any) -> None:
    archived.keys("copy running-config flash:good\r\r")
    assert "Enter Y if you are sure" in archived.keys("configure replace flash:good\rn\r")
    assert "No such file" in archived.type("configure replace flash:nope force")
    archived.bench.devices[B].flash.write("part", "hostname X\n", 0)
    assert "not a valid config file" in archived.type("configure replace flash:part force")


def test_one_way_back_ends_the_line_of_a_replace(archived: Any) -> None:
    line = "configure replace flash:good list force time 10"
    assert "% Invalid input" in archived.type(f"{line} revert trigger timer 10")
    assert "% Invalid input" in archived.type("configure replace flash:good time 10 force")
    help_ = archived.keys("configure replace flash:good force list time 10 ?")
    assert "<cr>" in help_ and "revert" not in help_


def test_what_the_router_does_not_know_is_listed_and_the_rest_is_done(archived: Any) -> None:
    device = archived.bench.devices[B]
    device.flash.write("odd", device.render().replace("ip cef", "ip frobnicate"), 0)
    said = archived.type("configure replace flash:odd force")
    assert "********\nip frobnicate\n********\n" in said and "Rollback aborted" in said


def test_an_unconfirmed_change_is_taken_back_when_its_time_is_over(archived: Any) -> None:
    before = archived.bench.devices[B].render()
    said = addressless(archived)
    assert said.startswith("Rollback Confirmed Change: Backing up current running config to flash:")
    assert archived.bench.devices[B].render() != before
    advance(archived, 60)
    log = archived.type("show logging")
    assert "ROLLBK_CNFMD_CHG_WARNING_ABSTIMER: System will rollback to config flash:cfg-" in log
    advance(archived, 60)
    assert archived.bench.devices[B].render() == before
    assert archived.bench.devices[B].router.interfaces["GigabitEthernet0/2"].ip is not None
    assert "ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: flash:" in archived.type("show log")


def test_a_confirmed_change_stays(archived: Any) -> None:
    addressless(archived)
    changed = archived.bench.devices[B].render()
    archived.type("configure confirm")
    advance(archived, 300)
    assert archived.bench.devices[B].render() == changed


def test_a_change_can_be_reverted_at_once_or_be_given_more_time(archived: Any) -> None:
    before = archived.bench.devices[B].render()
    addressless(archived)
    archived.type("configure revert timer 9")
    assert "Timer value: 9 min" in archived.type("show archive config rollback timer")
    advance(archived, 300)
    assert archived.bench.devices[B].render() != before
    assert "Rollback Done" in archived.type("configure revert now")
    assert archived.bench.devices[B].render() == before


def test_the_archive_section_loads_as_it_is_shown(archived: Any) -> None:
    archived.lines("configure terminal\narchive\nwrite-memory\nend")
    device = archived.bench.devices[B]
    text = device.render()
    assert "archive\n path flash:cfg\n maximum 3\n write-memory\n" in text
    device.load(text.splitlines())
    assert device.render() == text


def test_files_are_copied_and_shown(b: Any) -> None:
    said = b.keys("copy running-config flash:a\r\r")
    assert "bytes copied in" in said
    assert "hostname Site-B-GW-Router\n" in b.type("more flash:a")
    assert "over write? [confirm]" in b.keys("copy startup-config flash:a\r\rn\r")
    assert b.type("more flash:b") == "%Error opening flash0:/b (No such file or directory)\n"


def test_a_file_typed_into_the_running_configuration_is_added_to_it(b: Any) -> None:
    b.bench.devices[B].flash.write(
        "more", "hostname NEW\nnonsense\nip route 9.9.9.9 255.255.255.255 Null0\n", 0
    )
    said = b.keys("copy flash:more running-config\r\r")
    assert "Invalid input" in said
    assert "ip route 9.9.9.9 255.255.255.255 Null0" in b.bench.devices[B].render()
    assert b.type("show running-config | include hostname") == "hostname NEW\n"


def test_a_section_that_somebody_else_took_away_takes_no_more_lines(
    bench: Callable[[str], Any],
) -> None:
    """Two sessions configure one router; nothing lands in a section that is gone."""
    lab = bench("crypto-map")
    one, other = lab.shell(), lab.shell()
    one.lines("configure terminal\ninterface Loopback9")
    other.lines("configure terminal\nno interface Loopback9")
    assert "Invalid input" in one.type("ip address 10.9.9.9 255.255.255.0")
    assert one.shell.prompt().endswith("(config)#")
    other.type("interface Loopback9")
    assert "10.9.9.9" not in lab.devices[B].render()
