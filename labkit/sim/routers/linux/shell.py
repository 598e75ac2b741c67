"""The prompt of a Linux host: lines as pipeline.py reads them, commands from a table.

Knows the built-in commands and the table of the others.  Each command is a function that takes
(shell, arguments) and writes, or a generator; it raises `CommandFailed` with the text that the
real command prints and its exit status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.routers.jobs import Interrupt, Job
from labkit.sim.routers.linux import (
    host_files,
    ip,
    ping,
    pipeline,
    stream,
    tcpdump,
    traceroute,
)
from labkit.sim.routers.linux.words import Command, CommandFailed, UsageError
from labkit.sim.routers.shell import Shell

if TYPE_CHECKING:
    from labkit.sim.routers.linux.device import LinuxDevice

USER = "student"


class LinuxShell(Shell):
    """One login on a host."""

    interrupt_echo = "^C"

    def __init__(self, device: LinuxDevice, *, width: int = 80, height: int = 0) -> None:
        super().__init__(lambda: device.host.clock.now, width=width, height=height)
        self.device = device
        self.editor.help_key = ""
        self._piped: list[str] | None = None
        """What a command has written while its output goes into a pipe."""

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

    @property
    def user(self) -> str:
        return USER

    def write(self, text: str) -> None:
        """Output goes to the screen, or before a pipe to its filters."""
        if self._piped is not None:
            self._piped.append(text)
        else:
            super().write(text)

    def execute(self, typed: str) -> tuple[Job | None, bool]:
        try:
            parts = pipeline.read(typed)
        except ValueError as error:
            self.write(f"-bash: {error}\n")
            self.status = 2
            return None, True
        if not parts:
            return None, True
        words = _without_sudo(parts[0].commands[0])
        alone = len(parts) == 1 and len(parts[0].commands) == 1
        free = alone and (not words or words[0] in FREE)
        return self._run_parts(parts), free

    def _run_parts(self, parts: tuple[pipeline.Part, ...]) -> Job:
        for part in parts:
            if (part.after == "&&" and self.status) or (part.after == "||" and not self.status):
                continue
            first, *filters = part.commands
            if not filters:
                yield from self._run_command(_without_sudo(first))
            else:
                yield from self._run_pipeline(first, filters)
            if self.closed or self.status == 130:
                return

    def _run_pipeline(self, first: tuple[str, ...], filters: list[tuple[str, ...]]) -> Job:
        self._piped = []
        try:
            yield from self._run_command(_without_sudo(first))
        finally:
            text, self._piped = "".join(self._piped), None
        try:
            left = pipeline.filtered(text, filters)
        except (CommandFailed, UsageError) as error:
            name = "" if isinstance(error, CommandFailed) else f"{filters[-1][0]}: "
            self._complain(f"{name}{error}", 2)
            return
        self.status = 0 if left else 1
        self.write(left)

    def _complain(self, text: str, status: int) -> None:
        """Errors are shown whatever a pipe does with the output."""
        super().write(f"{text}\n" if text else "")
        self.status = status

    def _run_command(self, words: list[str]) -> Job:
        if not words:
            return
        words = [word.replace("$?", str(self.status)) for word in words]
        self.status = 0
        command = self.commands().get(words[0])
        if command is None:
            self._complain(f"-bash: {words[0]}: command not found", 127)
            return
        if words[1:] == ["--help"]:
            self.write(f"Usage: {DESCRIPTIONS.get(words[0], words[0])}\n")
            return
        try:
            job = command(self, words[1:])
            if job is not None:
                yield from job
        except CommandFailed as error:
            self._complain(str(error), error.status)
        except UsageError as error:
            self._complain(f"{words[0]}: {error}", 2)
        except Interrupt:
            self.write("^C\n")
            self.status = 130


def _without_sudo(words: tuple[str, ...]) -> list[str]:
    return list(words[1:] if words[:1] == ("sudo",) else words)


# ---- built-in commands


def _echo(shell: LinuxShell, arguments: list[str]) -> None:
    shell.write(" ".join(arguments) + "\n")


def _history(shell: LinuxShell, arguments: list[str]) -> None:
    for number, line in enumerate(shell.editor.history, start=1):
        shell.write(f"{number:5}  {line}\n")


def _help(shell: LinuxShell, arguments: list[str]) -> None:
    shell.write("Commands of this host:\n")
    for name in sorted(shell.commands()):
        shell.write(f"  {name:<11} {DESCRIPTIONS.get(name, '')}".rstrip() + "\n")


def _man(shell: LinuxShell, arguments: list[str]) -> None:
    if not arguments:
        raise CommandFailed("What manual page do you want?\nFor example, try 'man ping'.")
    name = arguments[-1]
    if name not in shell.commands():
        raise CommandFailed(f"No manual entry for {name}", 16)
    shell.write(f"{name.upper()}(1)\n\nNAME\n       {name}\n\nSYNOPSIS\n")
    shell.write(f"       {DESCRIPTIONS.get(name, name)}\n")


def _leave(shell: LinuxShell, arguments: list[str]) -> None:
    shell.write("logout\n")
    shell.hang_up()


def _say(text: str) -> Command:
    def command(shell: LinuxShell, arguments: list[str]) -> None:
        shell.write(text)

    return command


COMMANDS: dict[str, Command] = {
    "arp": ip.arp,
    "cat": host_files.cat,
    "cd": host_files.cd,
    "clear": _say("\x1b[H\x1b[2J"),
    "curl": stream.curl,
    "date": host_files.date,
    "echo": _echo,
    "exit": _leave,
    "help": _help,
    "history": _history,
    "hostname": host_files.hostname,
    "id": _say(f"uid=1000({USER}) gid=1000({USER}) groups=1000({USER})\n"),
    "ip": ip.command,
    "logout": _leave,
    "ls": host_files.ls,
    "man": _man,
    "ping": ping.command,
    "pwd": _say(f"/home/{USER}\n"),
    "telnet": stream.telnet,
    "traceroute": traceroute.command,
    "true": _say(""),
    "whoami": _say(f"{USER}\n"),
}
SNIFFER_COMMANDS: dict[str, Command] = {"tcpdump": tcpdump.command}
FREE = {"clear", "exit", "help", "history", "logout"}
"""Commands that cost no lab time."""
DESCRIPTIONS = {
    "arp": "arp [-n] [-a]: the neighbours' MAC addresses",
    "cat": "cat FILE: /etc/hosts, /etc/hostname, /etc/resolv.conf",
    "man": "man COMMAND: how a command is called",
    "curl": "fetch a page: curl [-v] [-m SECONDS] http://HOST[:PORT]/PATH, or telnet://HOST:PORT",
    "ip": "ip addr|route|neigh|link: show and change addresses, routes and neighbours",
    "ping": "ping [-c COUNT] [-s SIZE] [-i SECONDS] [-W SECONDS] [-M do] [-I SOURCE] [-t TTL] HOST",
    "tcpdump": "tcpdump -i eth0 [-n] [-e] [-c COUNT]: print the frames that arrive",
    "telnet": "telnet HOST [PORT]; leave with Ctrl-]",
    "traceroute": "traceroute [-n] [-m HOPS] [-q PROBES] HOST",
}
