"""The exec of an IOS gateway: errors, help, pipe, ping, logins, logs, reload."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

B = "Site-B-GW-Router"
STAMP = r"\*Mar  2 \d\d:\d\d:\d\d\.\d{3}: "

WRONG = [
    ("shw version", "% Invalid input detected at '^' marker.\n\n"),
    ("show", "% Incomplete command.\n\n"),
    ("show c", '% Ambiguous command:  "show c"\n'),
    ("s", '% Ambiguous command:  "s"\n'),
    ("ping 300.1.1.1", "% Unrecognized host or address, or protocol not running.\n\n"),
    ("ping 10.16.16.16 source Loopback7", "% Invalid source interface"),
    ("ping 10.16.16.16 source 9.9.9.9", "% Invalid source address"),
    ("show running-config | foo", "% Invalid input detected at '^' marker.\n\n"),
    ("show running-config | include", "% Incomplete command.\n\n"),
    ("show running-config | include [", "% Failed to compile regular expression."),
    ("clear ip bgp 9.9.9.9", "% BGP: Unknown neighbor"),
]


@pytest.mark.parametrize(("line", "error"), WRONG)
def test_wrong_commands_get_the_vendors_words(b: Any, line: str, error: str) -> None:
    """Bad, incomplete, ambiguous, and values that name nothing."""
    assert error in b.type(line)


def test_settings_of_the_terminal_and_mistakes_take_no_time(b: Any) -> None:
    """netmiko and a person send different numbers of them."""
    before = b.bench.network.clock.now
    b.lines("terminal length 0\nterminal width 511\nshow foo\ndisable\nenable")
    b.keys("\r\rsho\t?\x15")
    assert b.bench.network.clock.now == before
    b.type("show clock")
    assert b.bench.network.clock.now == before + 1_000_000


def test_help_lists_commands_and_words(b: Any) -> None:
    """After a space with texts; within a word the ways to end it; after nonsense a complaint."""
    said = b.keys("show ?\x15")
    assert "\n  clock           Display the system clock\n" in said
    assert said.endswith("show " + "\b" * 5 + " " * 5 + "\b" * 5)
    assert b.keys("show cl?\x15").startswith("show cl?\nclock  \n\n")
    assert "% Unrecognized command" in b.keys("foo ?\x15")
    b.type("configure terminal")
    assert "  A.B.C.D  " in b.keys("ip route ?\x15")
    assert "isakmp" in b.keys("no crypto ?\x15")
    assert "Exec commands" not in b.keys("?\x15")


def test_tab_completes_in_every_mode(b: Any) -> None:
    """A unique beginning is completed, also behind `no` and `do`."""
    assert b.keys("sho\t\x15").startswith("sho\b\b\b   \b\b\bshow ")
    b.type("configure terminal")
    assert "no crypto " in b.keys("no cry\t\x15")
    assert "do show " in b.keys("do sho\t\x15")


FILTERS = [
    ("include ^interface", "interface Loopback0\ninterface GigabitEthernet0/0\n"),
    ("count ^interface", "Number of lines which match regexp = 4\n"),
    ("section crypto isakmp policy", "crypto isakmp policy 10\n encr aes\n hash sha256\n"),
    ("begin line vty", "line vty 0 4\n password"),
]


@pytest.mark.parametrize(("pipe", "start"), FILTERS)
def test_the_pipe_filters(b: Any, pipe: str, start: str) -> None:
    """begin, include, section and count, on the lines of any show command."""
    assert b.type(f"show running-config | {pipe}").startswith(start)
    assert "interface" not in b.type("show running-config | exclude interface")


def test_the_pager_stops_at_a_page(bench: Callable[[str], Any]) -> None:
    """`--More--` after 23 lines; q leaves."""
    terminal = bench("baseline").shell()
    terminal.type("terminal length 24")
    said = terminal.keys("show running-config\r")
    assert said.endswith(" --More-- ")
    assert said.count("\n") == 24
    assert terminal.keys("q").endswith(f"{B}#")


def test_ping_prints_marks_and_statistics(b: Any) -> None:
    """Answers as `!`, silence as `.` after two seconds, and the rate in percent."""
    said = b.type("ping 10.16.16.16 source Lo0 repeat 3 size 200")
    assert said == (
        "Type escape sequence to abort.\n"
        "Sending 3, 200-byte ICMP Echos to 10.16.16.16, timeout is 2 seconds:\n"
        "Packet sent with a source address of 10.16.16.16 \n"
        "!!!\n"
        "Success rate is 100 percent (3/3), round-trip min/avg/max = 1/1/1 ms\n"
    )
    before = b.bench.network.clock.now
    said = b.type("ping 9.9.9.9")
    assert ".....\nSuccess rate is 0 percent (0/5)\n" in said
    assert b.bench.network.clock.now - before == 11_000_000


def test_the_escape_sequence_ends_a_ping(b: Any) -> None:
    """Ctrl-C (and Ctrl-^) stop it, and the statistics still come."""
    b.shell.feed("ping 9.9.9.9 repeat 1000\r")
    b.shell.feed("\x03")
    assert "Success rate is 0 percent (0/1)" in b.run()


def test_the_dialogue_of_an_extended_ping(b: Any) -> None:
    """`ping` alone asks, and blank answers are the defaults."""
    said = b.keys("ping\r\r10.16.16.16\r2\r\r\ry\rLoopback0\r\r\r\r\r\r\r")
    assert "Repeat count [5]: 2" in said
    assert "Success rate is 100 percent (2/2)" in said
    assert "% Unrecognized host" in b.keys("ping\r\rnonsense\r")


def test_levels_hide_commands(bench: Callable[[str], Any]) -> None:
    """At `>` what level 1 may not do does not exist; `enable` asks for the secret."""
    terminal = bench("baseline").shell()
    terminal.lines("configure terminal\nenable secret cisco\nend\ndisable")
    assert "% Invalid input" in terminal.type("configure terminal")
    assert "% Invalid input" in terminal.type("show running-config")
    assert terminal.type("show clock").startswith("*09:")
    assert "% Bad secrets" in terminal.keys("enable\rone\rtwo\rthree\r")
    assert terminal.keys("enable\rcisco\r").endswith(f"{B}#")


def test_a_vty_asks_who_is_there(bench: Callable[[str], Any]) -> None:
    """`login local` wants a user; his level follows; three failures end the session."""
    desk = bench("baseline")
    terminal = desk.shell(kind="telnet")
    said = terminal.keys("netadmin\rTelnet-Clear-1\r")
    assert said.endswith(f"Password: \n{B}#")
    stranger = desk.shell(kind="telnet")
    assert stranger.keys("x\ry\r" * 3).count("% Login invalid") == 3
    assert stranger.shell.closed


def test_a_line_password_opens_at_level_one(bench: Callable[[str], Any]) -> None:
    """`login` with a password on the line; without one nobody gets in."""
    desk = bench("baseline")
    admin = desk.shell()
    admin.lines("configure terminal\nline vty 0 4\nlogin\nend")
    terminal = desk.shell(kind="telnet")
    assert terminal.keys("Telnet-Clear-1\r").endswith(f"{B}>")
    admin.lines("configure terminal\nline vty 0 4\nno password\nend")
    assert desk.shell(kind="telnet").shell.closed


def test_log_messages_are_kept_and_shown_where_they_are_wanted(b: Any) -> None:
    """`show logging` has them; a session sees them after `terminal monitor`."""
    b.type("terminal monitor")
    b.lines("configure terminal\ninterface Loopback0\nshutdown")
    said = b.keys("end\r")
    assert re.search(STAMP + r"%LINK-5-CHANGED: Interface Loopback0", b.type("show logging"))
    assert re.search(STAMP + r"%SYS-5-CONFIG_I: Configured from console by ", said)
    b.keys("clear logging\r\r")
    assert "%LINK" not in b.type("show logging")


def test_applying_a_map_switches_isakmp_on(bench: Callable[[str], Any]) -> None:
    """The first applied map opens UDP 500, the last that goes closes it."""
    terminal = bench("crypto-map").shell()
    terminal.lines("configure terminal\ninterface gi0/1\nno crypto map\ncrypto map VPN-MAP\nend")
    log = terminal.type("show logging")
    assert log.index("ISAKMP is OFF") < log.rindex("ISAKMP is ON")


def test_debug_flags_are_listed_and_cleared(b: Any) -> None:
    """`show debugging` names what is on; `undebug all` clears it; a saved lab restores it."""
    assert b.type("debug crypto isakmp") == "Crypto ISAKMP debugging is on\n"
    b.type("debug crypto ipsec")
    assert "  Crypto ISAKMP debugging is on\n" in b.type("show debugging")
    device = b.bench.devices[B]
    assert device.debug_commands() == ["debug crypto ipsec", "debug crypto isakmp"]
    assert b.type("no debug crypto ipsec") == "Crypto IPSEC debugging is off\n"
    assert b.type("u all") == "All possible debugging has been turned off\n"
    assert device.debug_commands() == []


def test_a_reload_forgets_what_was_not_saved(b: Any) -> None:
    """Without saving the old configuration comes back; the session is gone."""
    b.lines("configure terminal\nhostname Other\nend")
    said = b.keys("reload\rno\r\r")
    assert "System configuration has been modified. Save? [yes/no]: no" in said
    assert b.shell.closed
    assert b.bench.shell().shell.prompt() == f"{B}#"


@pytest.mark.parametrize("command", ["write\r", "copy running-config startup-config\r\r"])
def test_saving_survives_a_reload(b: Any, command: str) -> None:
    """Both ways to save print IOS's words."""
    b.lines("configure terminal\nhostname Other\nend")
    assert "Building configuration...\n[OK]\n" in b.keys(command)
    b.keys("reload\r\r")
    assert b.bench.shell().shell.prompt() == "Other#"


def test_small_shows(b: Any) -> None:
    """Clock, privilege, history and users."""
    assert re.fullmatch(r"\*09:00:\d\d\.\d{3} UTC Mon Mar 2 2026\n", b.type("show clock"))
    assert b.type("show privilege") == "Current privilege level is 15\n"
    assert "  show privilege\n" in b.type("show history")
    assert "*  2 vty 0      student " in b.type("show users")


SHOWS = """\
show crypto isakmp sa detail
show crypto isakmp policy
show crypto isakmp default policy
show crypto isakmp key
show crypto ipsec sa detail
show crypto ipsec sa peer 192.0.2.28
show crypto ipsec sa interface gi0/1
show crypto ipsec transform-set
show crypto ipsec security-association
show crypto map
show crypto session detail
show crypto engine connections active
show ip route
show ip route 10.16.16.0 255.255.255.0
show ip route static
show ip interface brief
show ip interface gi0/1
show interfaces
show access-lists
show ip access-lists VPN-TRAFFIC
show ip bgp
show ip bgp 10.16.16.0
show ip bgp summary
show ip bgp neighbors
show bgp all summary
show bgp ipv4 unicast neighbors 198.51.100.1
show ip cef exact-route 198.51.100.2 192.0.2.28
show ip cef
show arp
show ip protocols
show version
show inventory
show cdp neighbors
show startup-config"""


@pytest.mark.parametrize("command", SHOWS.splitlines())
def test_every_show_prints_something(b: Any, command: str) -> None:
    """Whatever the state is, a show command has words for it."""
    said = b.type(command)
    assert said.strip()
    assert "% Invalid" not in said
