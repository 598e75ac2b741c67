"""What every Linux command shares: how it fails, how it reads options and addresses."""

from __future__ import annotations

import getopt
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, TypeVar

from labkit.sim.routers.jobs import Job

if TYPE_CHECKING:
    from labkit.sim.routers.linux.shell import LinuxShell

Command = Callable[["LinuxShell", list[str]], Job | None]
T = TypeVar("T", int, float)


class CommandFailed(Exception):
    """What the command prints when it fails, and its exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class UsageError(Exception):
    """The command was called wrongly; printed after its name."""


def options(arguments: list[str], known: str) -> tuple[dict[str, str], list[str]]:
    """Split as getopt(3) does: ({"-c": "5", "-n": ""}, operands).  Raises UsageError."""
    try:
        found, rest = getopt.gnu_getopt(arguments, known)
    except getopt.GetoptError as error:
        if "requires argument" in error.msg:
            raise UsageError(f"option requires an argument -- '{error.opt}'") from error
        raise UsageError(f"invalid option -- '{error.opt}'") from error
    return dict(found), rest


def number(text: str, kind: Callable[[str], T], low: float, high: float) -> T:
    """A number within bounds.  Raises UsageError in iputils' words."""
    try:
        value = kind(text)
    except ValueError:
        raise UsageError(f"invalid argument: '{text}'") from None
    if not low <= value <= high:
        raise UsageError(f"invalid argument: '{text}': out of range: {low:g} <= value <= {high:g}")
    return value


def address(text: str) -> IPv4Address | None:
    """The address that a name stands for; there is no DNS here, so None for any other name."""
    if text == "localhost":
        return IPv4Address("127.0.0.1")
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None
