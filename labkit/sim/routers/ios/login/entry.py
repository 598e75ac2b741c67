"""Getting in: what a terminal line asks before the first prompt, `enable`, `login block-for`.

Must not know how keys arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.sim.model.config import Line
from labkit.sim.model.facts import LocalUser
from labkit.sim.net.clock import SECOND, Timer
from labkit.sim.routers.ios.login import passwords
from labkit.sim.routers.ios.rows import Command, M, Row, Setting
from labkit.sim.routers.jobs import Ask, Interrupt, Job

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice
    from labkit.sim.routers.ios.shell import IosShell

GLOBAL: list[Row] = [
    Setting("login block-for <block:1-65535> attempts <attempts:1-65535> within <window:1-65535>",
            75, key="login block-for"),
]  # fmt: skip


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
    section = shell.line_section
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


def _line_privilege(section: Line | None) -> int:
    line = section.find("privilege level") if section else None
    return int(line.text.split()[2]) if line else 1


def _user(shell: IosShell, name: str) -> LocalUser | None:
    users = shell.device.router.facts.access.users
    return next((user for user in users if user.name == name), None)


def enable(shell: IosShell, match: M) -> Job:
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


# --------------------------------------------------------------------------- the guard


class Logins:
    """Who gets in, and the guard of `login block-for`: too many failures shut the door for a while.

    In quiet mode nobody gets in from the network.  Counting goes by the lab's clock.
    """

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._end: Timer | None = None
        self._recent: list[int] = []
        self.total = 0
        self.quiet_until: int | None = None

    def reset(self) -> None:
        """A reload."""
        self._recent.clear()
        self.total, self.quiet_until = 0, None
        if self._end is not None:
            self._end.cancel()

    @property
    def quiet(self) -> bool:
        """Whether the door is shut: nobody may log in from the network now."""
        return self.quiet_until is not None

    def failed(self) -> None:
        """A name or a password was wrong."""
        now = self._device.router.clock.now
        self.total += 1
        told = self._device.running.find("login block-for")
        if told is None or self.quiet:
            return
        window = told.values["window"] * SECOND
        self._recent = [time for time in self._recent if now - time < window] + [now]
        if len(self._recent) < told.values["attempts"]:
            return
        self._recent.clear()
        self.quiet_until = now + told.values["block"] * SECOND
        self._end = self._device.router.clock.at(self.quiet_until, self._open)

    def _open(self) -> None:
        self.quiet_until = None

    def show(self) -> Iterator[str]:
        """`show login`."""
        told, now = self._device.running.find("login block-for"), self._device.router.clock.now
        yield "     No login delay has been applied."
        yield "     No Quiet-Mode access list has been configured."
        yield ""
        if told is None:
            yield "     Router NOT enabled to watch for login Attacks"
            return
        values = told.values
        yield "     Router enabled to watch for login Attacks."
        yield (
            f"     If more than {values['attempts']} login failures occur in "
            f"{values['window']} seconds or less,"
        )
        yield f"     logins will be disabled for {values['block']} seconds."
        yield ""
        if self.quiet_until is not None:
            yield "     Router presently in Quiet-Mode."
            left = (self.quiet_until - now) // SECOND
            yield f"     Will remain in Quiet-Mode for {left} seconds."
            yield "     Denying logins from all sources."
            return
        window = values["window"] * SECOND
        recent = [time for time in self._recent if now - time < window]
        left = (recent[0] + window - now) // SECOND if recent else values["window"]
        yield "     Router presently in Normal-Mode."
        yield "     Current Watch Window"
        yield f"         Time remaining: {left} seconds."
        yield f"         Login failures for current window: {len(recent)}."
        yield f"     Total login failures: {self.total}."


# --------------------------------------------------------------------------- commands


def _disable(shell: IosShell, match: M) -> None:
    shell.privilege = 1


def _show_login(shell: IosShell, match: M) -> Iterator[str]:
    return shell.device.logins.show()


EXEC: list[Row] = [
    Command("enable [<level:0-15>]", enable, free=True),
    Command("disable [<level:0-15>]", _disable, free=True),
    Command("show logi~n", show=_show_login, privilege=15),
]
