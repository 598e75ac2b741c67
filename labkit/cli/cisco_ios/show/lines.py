"""`show line`: the terminal lines of an IOSv, and which of them are in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice

FIRST_VTY = 2
_HEADER = "   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses  Noise Overruns  Int"


def lines(device: IosDevice) -> Iterator[str]:
    """Console, auxiliary and vty lines; a star for those in use."""
    console = any(session.kind == "console" for session in device.sessions)
    used = sum(session.kind != "console" for session in device.sessions)
    yield _HEADER
    yield _row(0, "CTY", "         ", console)
    yield _row(1, "AUX", "9600/9600", False)
    for section in device.running.under("line vty"):
        words = section.text.split()
        access = section.find("access-class in")
        number = str(access.values["acl"]) if access else "-"
        for vty in range(int(words[2]), int(words[-1]) + 1):
            yield _row(FIRST_VTY + vty, "VTY", "         ", vty < used, number)
    yield ""


def _row(number: int, kind: str, rate: str, busy: bool, access: str = "-") -> str:
    mark = "*" if busy else " "
    start = f"{mark}{number:>6}{number:>5} {kind} {rate:>11}  -    -      -    -"
    return f"{start}{access:>5}{int(busy):>6}{0:>7}{'0/0':>7}      -"
