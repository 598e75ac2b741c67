"""`file dir`, `file type` and `show bof`: the compact flash of the control card.

The files are the boot options, the configuration that `admin save` wrote and the rollback
checkpoints, each with its real size and the lab's date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.identity import SAVED_AS
from labkit.cli.nokia_sros.page import DOUBLE, Lines, moment, title
from labkit.cli.nokia_sros.schema import Mistake

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
CARD = 2_000_000_000
"""Bytes of the compact flash."""
_BOF = (
    ("primary-image", "cf3:\\"),
    ("primary-config", SAVED_AS),
    ("autonegotiate", ""),
    ("duplex", "full"),
    ("speed", "100"),
    ("wait", "3"),
    ("persist", "off"),
    ("no li-local-save", ""),
    ("no li-separate", ""),
    ("console-speed", "115200"),
)


def bof(device: SrosDevice, values: Values) -> Lines:
    """`show bof`."""
    yield from title("BOF (Memory)")
    yield from _bof_lines()
    yield DOUBLE


def _bof_lines() -> list[str]:
    return [f"    {name:<16} {value}".rstrip() for name, value in _BOF]


def directory(device: SrosDevice, values: Values) -> Lines:
    """`file dir [cf3:]`."""
    asked = values.get("url", "cf3:").lower().rstrip("\\/")
    if asked != "cf3:":
        raise Mistake("MINOR: CLI Could not access file")
    rows = _files(device)
    yield ""
    yield "Volume in drive cf3 on slot A has no label."
    yield ""
    yield "Directory of cf3:\\"
    yield ""
    for name, size, time in rows:
        yield f"{_when(time)} {size:>19} {name}"
    used = sum(size for _, size, _ in rows)
    yield f"{len(rows):>16} File(s)     {used:>21} bytes."
    yield f"{0:>16} Dir(s)      {CARD - used:>21} bytes free."
    yield ""


def _files(device: SrosDevice) -> list[tuple[str, int, int]]:
    """Name, bytes and time of each file."""
    return [(name, len(text.encode()), time) for name, (text, time) in _texts(device).items()]


def _texts(device: SrosDevice) -> dict[str, tuple[str, int]]:
    """What is in each file, and since when."""
    found = {"bof.cfg": ("".join(line + "\n" for line in _bof_lines()), device.router.booted)}
    if device.saved is not None:
        found[SAVED_AS.partition("\\")[2]] = (device.saved, device.saved_at)
    for index, each in enumerate(device.rollbacks):
        name = f"rollback.rb{'' if not index else f'.{index}'}"
        found[name] = (each.text, each.time)
    return found


def type_file(device: SrosDevice, values: Values) -> Lines:
    """`file type FILE`."""
    name = values["url"].lower().removeprefix("cf3:").lstrip("\\/")
    if name not in (texts := _texts(device)):
        raise Mistake("MINOR: CLI Could not access file")
    yield f"File: {name}"
    yield "-" * 79
    yield from texts[name][0].splitlines()
    yield ""
    yield "=" * 79


def _when(time: int) -> str:
    stamp = moment(time)
    return stamp.strftime("%m/%d/%Y  %I:%M") + stamp.strftime("%p").lower()[0]
