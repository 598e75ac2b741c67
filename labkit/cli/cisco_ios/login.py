"""Getting in: what a terminal line asks before the first prompt, and `enable`.

Must not know how keys arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.cisco_ios import passwords
from labkit.cli.jobs import Ask, Interrupt, Job
from labkit.model.config import Line
from labkit.model.facts import LocalUser

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.shell import IosShell

TRIES = 3
BAD = "% Bad passwords\n"


def greet(shell: IosShell) -> Job | None:
    """Banners and questions; None for a session that was let in elsewhere."""
    _banner(shell, "motd")
    _banner(shell, "login")
    if shell.kind != "telnet":
        _banner(shell, "exec")
        return None
    return _let_in(shell)


def _banner(shell: IosShell, kind: str) -> None:
    banner = shell.device.running.find(f"banner {kind}")
    if banner is not None:
        shell.write("\n" + banner.text.split("^C")[1].strip("\n") + "\n")


def _let_in(shell: IosShell) -> Job:
    yield from _login(shell)
    if not shell.closed:
        _banner(shell, "exec")


def _login(shell: IosShell) -> Job:
    section = _line(shell)
    vty = shell.device.router.facts.access.vty
    way = vty.login if vty else "line"
    shell.privilege = _line_privilege(section)
    if way == "none":
        return
    if way == "line" and (vty is None or vty.password is None):
        shell.write("\n\nPassword required, but none set\n")
        shell.hang_up()
        return
    shell.write("\n\nUser Access Verification\n\n")
    guard = shell.device.logins
    try:
        for _ in range(TRIES):
            if way == "local":
                name = (yield Ask("Username: ")) or ""
                typed = (yield Ask("Password: ", secret=True)) or ""
                user = _user(shell, name.strip())
                if user is not None and passwords.agrees(typed, user.secret):
                    shell.user = user.name
                    if vty is None or vty.levels:
                        shell.privilege = max(shell.privilege, user.privilege)
                    return
                shell.write("% Login invalid\n\n")
                guard.failed()
            else:
                typed = (yield Ask("Password: ", secret=True)) or ""
                kept = vty.password if vty is not None else None
                if way == "enable":
                    kept = shell.device.router.facts.access.enable_secret
                if kept and passwords.agrees(typed, kept):
                    return
                guard.failed()
            if guard.quiet:
                break
    except Interrupt:
        shell.hang_up()
        return
    if way == "line":
        shell.write(BAD)
    shell.hang_up()


def _line(shell: IosShell) -> Line | None:
    found = shell.device.running.under("line vty")
    return found[0] if found else None


def _line_privilege(section: Line | None) -> int:
    line = section.find("privilege level") if section else None
    return int(line.text.split()[2]) if line else 1


def _user(shell: IosShell, name: str) -> LocalUser | None:
    users = shell.device.router.facts.access.users
    return next((user for user in users if user.name == name), None)


def enable(shell: IosShell) -> Job:
    """`enable`: the configured secret, else the lab's, else nothing on a session of the lab."""
    if shell.privilege == 15:
        return
    kept = shell.device.router.facts.access.enable_secret
    if kept is None and shell.secret is None:
        if shell.kind == "telnet":
            shell.write("% No password set\n")
            return
        shell.privilege = 15
        return
    for _ in range(TRIES):
        typed = (yield Ask("Password: ", secret=True)) or ""
        if kept is not None and passwords.agrees(typed, kept):
            shell.privilege = 15
            return
        if shell.secret is not None and typed == shell.secret:
            shell.privilege = 15
            return
    shell.write("% Bad secrets\n\n" if kept is not None else BAD)
