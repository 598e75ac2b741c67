"""A human's OpenSSH client against the lab: a terminal, one command, SSH_ASKPASS."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pexpect
from checking import A, B, Lab, check, main

NO_FILES = [
    *("-F", "none"),
    *("-o", "StrictHostKeyChecking=no"),
    *("-o", "UserKnownHostsFile=/dev/null"),
    *("-o", "GlobalKnownHostsFile=/dev/null"),
    *("-o", "PubkeyAuthentication=no"),
    *("-o", "LogLevel=ERROR"),
]


def words(lab: Lab, name: str, *command: str) -> list[str]:
    """The ssh command line for a device."""
    login = lab.login(name)
    place = f"{login['username']}@{login['host']}"
    return ["ssh", *NO_FILES, "-p", str(login["port"]), place, *command]


def run(lab: Lab, name: str, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """ssh without a terminal; the password comes from a program, as SSH_ASKPASS wants it."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "askpass")
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$LAB_PASSWORD"\n', encoding="utf-8")
        program.chmod(stat.S_IRWXU)
        return subprocess.run(
            words(lab, name, *command),
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            env={
                **os.environ,
                "SSH_ASKPASS": str(program),
                "SSH_ASKPASS_REQUIRE": "force",
                "DISPLAY": os.environ.get("DISPLAY", "none"),
                "LAB_PASSWORD": lab.login(name)["password"],
            },
            start_new_session=True,
        )


def terminal(lab: Lab, name: str, rows: int = 24) -> Any:
    """ssh on a terminal of its own, logged in by typing the password."""
    command, *rest = words(lab, name)
    child = pexpect.spawn(command, rest, dimensions=(rows, 80), encoding="utf-8", timeout=20)
    child.expect("[Pp]assword: ")
    child.sendline(lab.login(name)["password"])
    return child


@check
def one_command(lab: Lab) -> None:
    """`ssh router "show version"` prints that alone and ends with status 0"""
    done = run(lab, B, "show version")
    assert done.returncode == 0, done
    assert f"{B} uptime is" in done.stdout and f"{B}#" not in done.stdout, done.stdout
    assert "--More--" not in done.stdout and done.stderr == "", done
    done = run(lab, "R6", "show version")
    assert done.returncode == 0 and "TiMOS" in done.stdout, done
    done = run(lab, "PC-B", "ping -c 2 172.16.1.1")
    assert done.returncode == 0 and "2 received" in done.stdout, done


@check
def typed_ahead(lab: Lab) -> None:
    """`ssh -T router < file` types the file and ends after it"""
    done = run(lab, A, typed="terminal length 0\nshow ip interface brief\nexit\n")
    assert "192.0.2.28" in done.stdout, done
    done = run(lab, "R6", typed="show router interface\nlogout\n")
    assert "10.10.10.6/32" in done.stdout, done


@check
def ios_terminal(lab: Lab) -> None:
    """a terminal on IOS: paging, Tab, ?, history, Ctrl-C, backspace, exit"""
    child = terminal(lab, B)
    child.expect_exact(f"{B}#")
    child.sendline("show running-config")
    child.expect_exact("--More--")
    child.send(" ")
    child.expect_exact("--More--")
    child.send("q")
    child.expect_exact(f"{B}#")
    child.send("sh ip int br\t")
    child.expect_exact("brief")
    child.send("\r")
    child.expect(r"GigabitEthernet0/1 +198\.51\.100\.2 ")
    child.expect_exact(f"{B}#")
    child.send("show ip ?")
    child.expect("access-lists")
    child.expect_exact(f"{B}#show ip ")
    child.send("\x15")
    child.send("show clocks\x7f\r")
    child.expect(r"\d\d:\d\d:\d\d\.\d{3} UTC")
    child.expect_exact(f"{B}#")
    child.send("\x1b[A\r")
    child.expect_exact("show clock")
    child.expect(r"\d\d:\d\d:\d\d\.\d{3} UTC")
    child.expect_exact(f"{B}#")
    child.send("configure terminal\r")
    child.expect_exact(f"{B}(config)#")
    child.send("\x1a")
    child.expect_exact(f"{B}#")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.exitstatus


@check
def sros_terminal(lab: Lab) -> None:
    """a terminal on SR OS: pager, contexts, Tab, logout"""
    child = terminal(lab, "R6")
    child.expect(r"A:R6# ?")
    child.sendline("admin display-config")
    child.expect("Press any key to continue")
    child.send("q")
    child.expect(r"A:R6# ?")
    child.sendline("configure service vprn 100")
    child.expect_exact("A:R6>config>service>vprn#")
    child.sendline("exit all")
    child.expect(r"A:R6# ?")
    child.sendline("logout")
    child.expect(pexpect.EOF)
    child.close()


@check
def window_change(lab: Lab) -> None:
    """a terminal that grows gets longer pages"""
    child = terminal(lab, A, rows=10)
    child.expect_exact(f"{A}#")
    child.sendline("show running-config")
    child.expect_exact("--More--")
    short = child.before.count("\n")
    child.send("q")
    child.expect_exact(f"{A}#")
    child.setwinsize(40, 80)
    child.sendline("show running-config")
    child.expect_exact("--More--")
    assert child.before.count("\n") > short + 20, (short, child.before)
    child.close(force=True)


@check
def killed(lab: Lab) -> None:
    """a session killed in the middle of a page, and one in a long ping, harm nobody"""
    for name, line, seen in (
        (A, "show running-config", "--More--"),
        (B, "ping 10.15.15.15 repeat 200000", "!!!!"),
    ):
        child = terminal(lab, name)
        child.expect_exact(f"{name}#")
        child.sendline(line)
        child.expect_exact(seen)
        child.close(force=True)
        assert name in run(lab, name, "show version").stdout


@check
def interrupted(lab: Lab) -> None:
    """Ctrl-C ends a long ping while another session is answered"""
    child = terminal(lab, B)
    child.expect_exact(f"{B}#")
    child.sendline("ping 10.15.15.15 repeat 200000")
    child.expect_exact("!!!!")
    assert f"{A} uptime is" in run(lab, A, "show version").stdout
    child.send("\x03")
    child.expect("Success rate is")
    child.expect_exact(f"{B}#")
    child.close(force=True)


@check
def many(lab: Lab) -> None:
    """thirty ssh commands, eight at a time"""
    names = [A, B, "R1", "R2", "R6"] * 6

    def version(name: str) -> subprocess.CompletedProcess[str]:
        return run(lab, name, "show version" if name in (A, B) else "show system information")

    with ThreadPoolExecutor(8) as pool:
        for name, done in zip(names, pool.map(version, names), strict=True):
            assert done.returncode == 0 and name in done.stdout, done


main()
