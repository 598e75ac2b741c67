"""`cat`, `ls`, `cd`, `date`, `uptime`, `uname`, `hostname`, `which`, `man`: the host as such.

The few files that a person looks at when a network fails, made from what the host is; nothing
can be written.  Must not know how commands run.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from labkit.cli.linux.words import CommandFailed, options

if TYPE_CHECKING:
    from labkit.cli.linux.shell import LinuxShell

RELEASE = "6.1.0-18-amd64"
BOOT = 60_000_000
"""Microseconds that the lab runs before a person comes."""


def _files(shell: LinuxShell) -> dict[str, str]:
    name = shell.device.name
    address = shell.device.configuration.address
    own = f"{address.ip}\t{name}\n" if address is not None else ""
    return {
        "/etc/hostname": f"{name}\n",
        "/etc/hosts": f"127.0.0.1\tlocalhost\n{own}",
        "/etc/resolv.conf": "# There is no name server in this network.\n",
        "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
        "/proc/sys/net/ipv4/ip_forward": "0\n",
    }


def cat(shell: LinuxShell, arguments: list[str]) -> None:
    files = _files(shell)
    for path in arguments:
        if path not in files:
            folder = any(each.startswith(f"{path.rstrip('/')}/") for each in files)
            why = "Is a directory" if folder or path in (".", "~") else "No such file or directory"
            raise CommandFailed(f"cat: {path}: {why}")
        shell.write(files[path])


def ls(shell: LinuxShell, arguments: list[str]) -> None:
    """The home directory is empty."""
    _, operands = options(arguments, "alhtrR1")
    files = _files(shell)
    for path in operands:
        below = f"{path.rstrip('/')}/"
        names = {each.removeprefix(below).split("/")[0] for each in files if each.startswith(below)}
        if path in files:
            names = {path}
        elif not names and path not in (".", "~", f"/home/{shell.user}", "/tmp"):
            raise CommandFailed(f"ls: cannot access '{path}': No such file or directory", 2)
        if names:
            shell.write("  ".join(sorted(names)) + "\n")


def cd(shell: LinuxShell, arguments: list[str]) -> None:
    """There is nowhere to go: the prompt stays at home."""
    if arguments and arguments[0] not in ("~", ".", f"/home/{shell.user}"):
        raise CommandFailed(f"-bash: cd: {arguments[0]}: No such file or directory")


def _now(shell: LinuxShell) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=shell.now())


def date(shell: LinuxShell, arguments: list[str]) -> None:
    if arguments and not arguments[0].startswith(("+", "-u")):
        raise CommandFailed("date: cannot set date: Operation not permitted")
    shell.write(_now(shell).strftime("%a %b %e %H:%M:%S UTC %Y") + "\n")


def uptime(shell: LinuxShell, arguments: list[str]) -> None:
    booted = shell.device.host.booted
    minutes = (shell.now() - booted) // BOOT
    ago = f"{minutes // 60:2}:{minutes % 60:02}" if minutes >= 60 else f"{minutes} min"
    time = _now(shell).strftime("%H:%M:%S")
    shell.write(f" {time} up {ago},  1 user,  load average: 0.00, 0.00, 0.00\n")


def uname(shell: LinuxShell, arguments: list[str]) -> None:
    given, _ = options(arguments, "asnrvmo")
    words = {"-s": "Linux", "-n": shell.device.name, "-r": RELEASE, "-m": "x86_64"}
    wanted = [word for option, word in words.items() if option in given or "-a" in given]
    shell.write(" ".join(wanted or ["Linux"]) + "\n")


def hostname(shell: LinuxShell, arguments: list[str]) -> None:
    address = shell.device.configuration.address
    if arguments in (["-I"], ["-i"]):
        shell.write(f"{address.ip if address is not None else ''} \n")
        return
    if arguments:
        raise CommandFailed("hostname: you must be root to change the host name")
    shell.write(f"{shell.device.name}\n")


def which(shell: LinuxShell, arguments: list[str]) -> None:
    found = [name for name in arguments if name in shell.commands()]
    shell.write("".join(f"/usr/bin/{name}\n" for name in found))
    if len(found) < len(arguments):
        raise CommandFailed("")
