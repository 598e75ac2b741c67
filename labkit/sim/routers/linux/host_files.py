"""`cat`, `ls`, `cd`, `date` and `hostname`: the host as such.

The few files that a person looks at when a network fails, made from what the host is; nothing
can be written.  Must not know how commands run.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from labkit.sim.routers.linux.words import CommandFailed, options

if TYPE_CHECKING:
    from labkit.sim.routers.linux.shell import LinuxShell


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


def hostname(shell: LinuxShell, arguments: list[str]) -> None:
    address = shell.device.configuration.address
    if arguments in (["-I"], ["-i"]):
        shell.write(f"{address.ip if address is not None else ''} \n")
        return
    if arguments:
        raise CommandFailed("hostname: you must be root to change the host name")
    shell.write(f"{shell.device.name}\n")
