"""Lines as sh reads them, and the small commands that people type when a network fails."""

from __future__ import annotations

import pytest

from tests.sim.routers.linux.bench import Bench


def test_a_pipe_leaves_the_lines_that_grep_and_head_and_wc_leave(bench: Bench) -> None:
    assert bench.run("ping -c 3 192.168.1.1 | grep -c bytes.from") == "3\n"
    assert bench.run("ping -c 3 192.168.1.1 | grep 'from 192' | head -2 | wc -l") == "2\n"
    assert bench.run("ip addr | grep -o 'inet 192[^ ]*'") == "inet 192.168.1.10/24\n"
    assert bench.run("ip addr | awk x") == "-bash: awk: command not found\n"


def test_and_and_or_follow_the_exit_status_which_echo_tells(bench: Bench) -> None:
    assert bench.run("cat /etc/hostname && echo yes || echo no") == "PC-A\nyes\n"
    assert bench.run("cat nothing && echo yes || echo no").splitlines()[-1] == "no"
    assert bench.run("cat nothing; echo $?").splitlines()[-1] == "1"
    assert bench.run("frobnicate; echo $?").splitlines()[-1] == "127"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("| grep x", "syntax error near unexpected token `|'"),
        ("echo x > y", "Read-only file system"),
        ("ping 192.168.1.1 &", "no job control"),
        ("echo 'open", "No closing quotation"),
    ],
)
def test_what_is_no_line_is_refused_and_nothing_runs(bench: Bench, line: str, message: str) -> None:
    printed = bench.run(line)
    assert printed.startswith("-bash: ") and message in printed
    assert printed.count("\n") == 1


def test_arp_shows_what_ip_neigh_shows(bench: Bench) -> None:
    bench.run("ping -c 2 192.168.1.1")
    neighbour = bench.run("ip neigh").split()[4]
    assert neighbour in bench.run("arp -n") and neighbour in bench.run("arp -a")


def test_ip_tells_what_the_interface_counted(bench: Bench) -> None:
    bench.run("ping -c 2 192.168.1.1")
    assert f" {bench.device.host.ports['eth0'].counters.out_bytes} " in bench.run("ip -s link")


def test_man_and_help_tell_how_a_command_is_called(bench: Bench) -> None:
    assert "ping [-c COUNT]" in bench.run("man ping") and "ping [-c COUNT]" in bench.run(
        "ping --help"
    )
    assert bench.run("man frobnicate") == "No manual entry for frobnicate\n"
