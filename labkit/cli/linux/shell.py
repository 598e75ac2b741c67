"""The prompt of a Linux host: words split as sh splits them, one command a line.

Knows the built-in commands and the table of the others.  Each command is a function that takes
(shell, arguments) and writes, or a generator; it raises `CommandFailed` with the text that the
real command prints and its exit status.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job
from labkit.cli.linux import ip, ping, stream, tcpdump, traceroute
from labkit.cli.linux.words import Command, CommandFailed, UsageError
from labkit.cli.shell import Shell

if TYPE_CHECKING:
    from labkit.cli.linux.device import LinuxDevice

USER = "student"
BASH_VERSION = "5.1"


class LinuxShell(Shell):
    """One login on a host."""

    interrupt_echo = "^C"

    def __init__(self, device: LinuxDevice, *, width: int = 80, height: int = 0) -> None:
        super().__init__(lambda: device.host.clock.now, width=width, height=height)
        self.device = device
        self.editor.help_key = ""

    def prompt(self) -> str:
        return f"{USER}@{self.device.name}:~$ "

    def complete(self, text: str) -> str | None:
        found = [name for name in self.commands() if name.startswith(text)]
        return f"{found[0]} " if len(found) == 1 else None

    def commands(self) -> dict[str, Command]:
        """Every command that this host has."""
        return COMMANDS | (SNIFFER_COMMANDS if self.device.sniffer else {})

    def hung_up(self) -> None:
        self.device.forget(self)

    def execute(self, line: str) -> tuple[Job | None, bool]:
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            self.write(f"-bash: syntax error: {error}\n")
            self.status = 2
            return None, True
        if words[:1] == ["sudo"]:
            words = words[1:]
        if not words:
            return None, True
        command = self.commands().get(words[0])
        if command is None:
            self.write(f"-bash: {words[0]}: command not found\n")
            self.status = 127
            return None, False
        return self._run_command(command, words), words[0] in FREE

    def _run_command(self, command: Command, words: list[str]) -> Job:
        self.status = 0
        try:
            job = command(self, words[1:])
            if job is not None:
                yield from job
        except CommandFailed as error:
            self.write(f"{error}\n" if str(error) else "")
            self.status = error.status
        except UsageError as error:
            self.write(f"{words[0]}: {error}\n")
            self.status = 2
        except Interrupt:
            self.write("^C\n")
            self.status = 130


# ---- built-in commands


def _hostname(shell: LinuxShell, arguments: list[str]) -> None:
    if arguments:
        raise CommandFailed("hostname: you must be root to change the host name")
    shell.write(f"{shell.device.name}\n")


def _echo(shell: LinuxShell, arguments: list[str]) -> None:
    text = " ".join(arguments).replace("$?", str(shell.status))
    shell.write(f"{text}\n")


def _history(shell: LinuxShell, arguments: list[str]) -> None:
    for number, line in enumerate(shell.editor.history, start=1):
        shell.write(f"{number:5}  {line}\n")


def _help(shell: LinuxShell, arguments: list[str]) -> None:
    shell.write("Commands of this host:\n")
    for name in sorted(shell.commands()):
        shell.write(f"  {name:<11} {DESCRIPTIONS.get(name, '')}".rstrip() + "\n")


def _leave(shell: LinuxShell, arguments: list[str]) -> None:
    shell.write("logout\n")
    shell.hang_up()


def _say(text: str) -> Command:
    def command(shell: LinuxShell, arguments: list[str]) -> None:
        shell.write(text)

    return command


COMMANDS: dict[str, Command] = {
    "clear": _say("\x1b[H\x1b[2J"),
    "curl": stream.curl,
    "echo": _echo,
    "exit": _leave,
    "help": _help,
    "history": _history,
    "hostname": _hostname,
    "id": _say(f"uid=1000({USER}) gid=1000({USER}) groups=1000({USER})\n"),
    "ip": ip.command,
    "logout": _leave,
    "ping": ping.command,
    "pwd": _say(f"/home/{USER}\n"),
    "telnet": stream.telnet,
    "traceroute": traceroute.command,
    "true": _say(""),
    "uname": _say("Linux\n"),
    "whoami": _say(f"{USER}\n"),
}
SNIFFER_COMMANDS: dict[str, Command] = {"tcpdump": tcpdump.command}
FREE = {"clear", "exit", "help", "history", "logout"}
"""Commands that cost no lab time."""
DESCRIPTIONS = {
    "curl": "fetch a page: curl [-v] [-m SECONDS] http://HOST[:PORT]/PATH, or telnet://HOST:PORT",
    "ip": "ip addr|route|neigh|link: show and change addresses, routes and neighbours",
    "ping": "ping [-c COUNT] [-s SIZE] [-i SECONDS] [-W SECONDS] [-M do] [-I SOURCE] [-t TTL] HOST",
    "tcpdump": "tcpdump -i eth0 [-n] [-e] [-c COUNT]: print the frames that arrive",
    "telnet": "telnet HOST [PORT]; leave with Ctrl-]",
    "traceroute": "traceroute [-n] [-m HOPS] [-q PROBES] HOST",
}
