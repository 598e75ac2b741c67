"""Commands that archive, replace and roll back configurations.

What they do is `archive`'s; here are IOS's words for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.sim.routers.ios.files.archive import Replaced
from labkit.sim.routers.ios.files.flash import content, missing
from labkit.sim.routers.ios.kinds import Url
from labkit.sim.routers.ios.rows import Command, M, Row
from labkit.sim.routers.ios.system.commands import configure
from labkit.sim.routers.ios.wording import day_and_time
from labkit.sim.routers.jobs import Ask, Interrupt, Job

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

_OFF = " Archive feature not enabled"
_NO_PATH = "%Turn config archive on before using Rollback Confirmed Change"
_NOT_PENDING = "%No Rollback Confirmed Change pending"
_QUESTION = """\
This will apply all necessary additions and deletions
to replace the current running configuration with the
contents of the specified configuration file, which is
assumed to be a complete configuration, not a partial
configuration. Enter Y if you are sure you want to proceed. ? [no]: """


def _archive(shell: IosShell, match: M) -> None:
    if not shell.device.archive.save():
        shell.write(_OFF + "\n")


# ------------------------------------------------------------------------- replacing


def _replace(shell: IosShell, match: M) -> Job:
    url: Url = match["file"]
    text = content(shell.device, url)
    if text is None:
        shell.write(missing("opening", url))
        return
    if not any(line.startswith("version ") for line in text.splitlines()):
        shell.write("%The input file is not a valid config file.\n")
        return
    minutes = match.get("minutes")
    if minutes is not None and shell.device.archive.path is None:
        shell.write(_NO_PATH + "\n")
        return
    if not match.said("force"):
        try:
            answer = yield Ask(_QUESTION)
        except Interrupt:
            return
        if (answer or "").strip().lower() not in ("y", "yes"):
            return
    if minutes is not None:
        _begin(shell, minutes)
    _report(shell, shell.device.archive.replace(text), listed=match.said("list"))


def _report(shell: IosShell, done: Replaced, *, listed: bool = False) -> None:
    if listed and done.commands:
        commands = "".join(line + "\n" for line in done.commands)
        shell.write(f"!Pass 1\n\n!List of Commands:\n{commands}end\n\n")
    if done.refused:
        lines = "".join(error.line.strip() + "\n" for error in done.refused)
        shell.write("Total number of passes: 5\nRollback aborted after 5 passes\n"
                    "The following commands are failed to apply to the IOS image.\n"
                    f"********\n{lines}********\n")  # fmt: skip
        return
    shell.write(f"Total number of passes: {1 if done.commands else 0}\nRollback Done\n\n")


# ------------------------------------------------------------------------- confirmed changes


def _begin(shell: IosShell, minutes: int) -> None:
    name = shell.device.archive.begin(minutes, _user(shell))
    shell.write(f"Rollback Confirmed Change: Backing up current running config to {name}\n\n")


def _user(shell: IosShell) -> str:
    return f"{shell.user or shell.line_name}(Priv: {shell.privilege}, View: 0)"


def _configure_revert(shell: IosShell, match: M) -> None:
    if shell.device.archive.path is None:
        shell.write(_NO_PATH + "\n")
        return
    _begin(shell, match["minutes"])
    configure(shell, match)


def _confirm(shell: IosShell, match: M) -> None:
    if shell.device.archive.pending is None:
        shell.write(_NOT_PENDING + "\n")
    else:
        shell.device.archive.confirm(_user(shell))


def _revert_now(shell: IosShell, match: M) -> None:
    pending = shell.device.archive.pending
    if pending is None:
        shell.write(_NOT_PENDING + "\n")
        return
    shell.write(f"Rollback Confirmed Change: Rolling to: {pending.file}\n\n")
    _report(shell, shell.device.archive.revert_now(_user(shell)))


def _revert_timer(shell: IosShell, match: M) -> None:
    if shell.device.archive.pending is None:
        shell.write(_NOT_PENDING + "\n")
    else:
        shell.device.archive.postpone(match["minutes"], _user(shell))


# ------------------------------------------------------------------------- shows


def _show_archive(shell: IosShell, match: M) -> Iterator[str]:
    archive = shell.device.archive
    if archive.path is None:
        yield _OFF
        return
    count = len(archive.saved)
    yield f"The maximum archive configurations allowed is {archive.maximum}."
    yield f"There are currently {count} archive configurations saved."
    yield f"The next archive file will be named {archive.next_name()}"
    yield " Archive #  Name"
    for number in range(1, archive.maximum + 1):
        name = archive.saved[number - 1] if number <= count else ""
        recent = " <- Most Recent" if number == count else ""
        yield f"   {number:<9}{name}{recent}"


def _show_timer(shell: IosShell, match: M) -> Iterator[str]:
    pending = shell.device.archive.pending
    if pending is None:
        yield _NOT_PENDING
        return
    yield f"Time configured(or reconfigured): {day_and_time(shell.device.now(pending.since))}"
    yield "Timer type: absolute timer"
    yield f"Timer value: {pending.minutes} min"
    yield f"User: {pending.user}"


EXEC: list[Row] = [
    Command("archive config", _archive, privilege=15),
    Command("configure replace <file:file> { list | force }* "
            "[time <minutes:1-120> | revert trigger timer <minutes:1-120>]",
            _replace, privilege=15),
    Command("configure terminal revert timer <minutes:1-120>", _configure_revert, privilege=15),
    Command("configure confirm", _confirm, privilege=15),
    Command("configure revert now", _revert_now, privilege=15),
    Command("configure revert timer <minutes:1-120>", _revert_timer, privilege=15),
    Command("show archive", show=_show_archive),
    Command("show archive config rollback timer", show=_show_timer, privilege=15),
]  # fmt: skip
