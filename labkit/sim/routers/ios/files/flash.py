"""Files: names with a file system in front, what `flash:` holds, and the commands about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from labkit.sim.net.clock import SECOND
from labkit.sim.routers.ios.kinds import Url, is_file_name
from labkit.sim.routers.ios.rows import Command, M, Row
from labkit.sim.routers.ios.system.commands import confirmed
from labkit.sim.routers.ios.wording import file_date
from labkit.sim.routers.jobs import Ask, Interrupt, Job, Wait

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice
    from labkit.sim.routers.ios.shell import IosShell

SIZE = 2_142_715_904
"""Bytes of flash0: on an IOSv."""
NVRAM = 262_144
IMAGE = ("vios-adventerprisek9-m", 147_988_420)
"""What the router was started from: a file that nobody reads."""
IMAGE_WRITTEN = int(datetime(2017, 3, 29, tzinfo=UTC).timestamp()) * 1_000_000


@dataclass(frozen=True, slots=True)
class File:
    """A file of flash."""

    name: str
    text: str
    written: int
    """Lab time in microseconds."""

    @property
    def size(self) -> int:
        return len(self.text.encode())


class Flash:
    """The files of flash0:, which a reload does not touch."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}

    def write(self, name: str, text: str, now: int) -> File:
        """Write a file anew."""
        self.files.pop(name, None)
        self.files[name] = File(name, text, now)
        return self.files[name]

    @property
    def free(self) -> int:
        """Bytes left."""
        return SIZE - IMAGE[1] - sum(file.size for file in self.files.values())


# --------------------------------------------------------------------------- what a file says


RUNNING = Url("system:running-config", "system", "running-config")
STARTUP = Url("nvram:startup-config", "nvram", "startup-config")
SPEED = 20_000
"""Bytes a second that a copy takes."""
_SHORT = {RUNNING: "running-config", STARTUP: "startup-config"}


def content(device: IosDevice, url: Url) -> str | None:
    """What a file says, None if there is none of that name."""
    place = (url.system, url.name)
    if place == ("system", "running-config"):
        return device.render()
    if place == ("nvram", "startup-config"):
        return device.startup
    file = device.flash.files.get(url.name) if url.system == "flash0" else None
    return None if file is None else file.text


def missing(doing: str, url: Url) -> str:
    """IOS's error for a file that is not there."""
    return f"%Error {doing} {url.full} (No such file or directory)\n"


# ------------------------------------------------------------------------- configurations


def _show_running(shell: IosShell, match: M) -> Iterator[str]:
    name = match.get("interface")
    if name is None:
        yield from shell.device.running_lines()
        return
    section = shell.device.running.find(f"interface {name}")
    if section is None:
        yield "% Invalid input detected at '^' marker."
        return
    body = ["!", section.text, *(f" {line.text}" for line in section.children), "end"]
    size = sum(len(line) + 1 for line in body)
    yield from ("Building configuration...", "", f"Current configuration : {size} bytes", *body, "")


def _show_startup(shell: IosShell, match: M) -> Iterator[str]:
    text = shell.device.startup
    if text is None:
        yield "startup-config is not present"
        return
    yield f"Using {len(text)} out of {NVRAM} bytes"
    yield "!"
    yield from text.splitlines()


def save(shell: IosShell, match: M | None = None) -> None:
    """`write memory`."""
    shell.write("Building configuration...\n")
    shell.device.save()
    shell.write("[OK]\n")


def _erase(shell: IosShell, match: M) -> Job:
    question = (
        "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
    )
    if (yield from confirmed(question)):
        shell.device.startup = None
        shell.write("[OK]\nErase of nvram: complete\n")


def _saved_or_not(shell: IosShell) -> Any:
    """Offer to save what was changed; False if the question was interrupted."""
    if shell.device.render() != shell.device.startup:
        try:
            answer = yield Ask("\nSystem configuration has been modified. Save? [yes/no]: ")
        except Interrupt:
            return False
        if (answer or "").strip().lower() in ("y", "yes"):
            save(shell)
    return True


def _reload(shell: IosShell, match: M) -> Job:
    if not (yield from _saved_or_not(shell)):
        return
    if (yield from confirmed("Proceed with reload? [confirm]")):
        shell.write("\n")
        shell.device.reload()


# ------------------------------------------------------------------------- copying


def _url(match: M, end: str) -> Url:
    found = match.get(end)
    if isinstance(found, Url):
        return found
    return RUNNING if found == "running-config" else STARTUP


def _copy(shell: IosShell, match: M) -> Job:
    source, to = _url(match, "source"), _url(match, "to")
    text = content(shell.device, source)
    if text is None:
        shell.write(missing("opening", source))
        return
    try:
        answer = yield Ask(f"Destination filename [{_SHORT.get(to) or to.name or source.name}]? ")
        name = (answer or "").strip() or to.name or source.name
        if to.system == "flash0" and name in shell.device.flash.files:
            shell.write("%Warning:There is a file already existing with this name \n")
            if not (yield from confirmed("Do you want to over write? [confirm]")):
                return
    except Interrupt:
        return
    if (source, to) == (RUNNING, STARTUP):
        save(shell)
        return
    yield from _take(shell, text, Url(f"{to.system}:{name}", to.system, name))


def _take(shell: IosShell, text: str, to: Url) -> Job:
    """Write a file, or type it into the running configuration."""
    device, began = shell.device, shell.now()
    if to.system == "flash0" and not is_file_name(to.name):
        shell.write(missing("opening", to))
        return
    size = len(text.encode())
    yield Wait(began + max(1, size * SECOND // SPEED))
    if to.system == "flash0":
        device.flash.write(to.name, text, shell.now())
    elif to.system == "nvram":
        device.startup = text
    else:
        for error in device.type_lines(text.splitlines()):
            shell.write(f"{error.message}\n")
        device.commit()
    seconds = (shell.now() - began) / SECOND
    shell.write(f"{size} bytes copied in {seconds:.3f} secs ({size / seconds:.0f} bytes/sec)\n")


# ------------------------------------------------------------------------- files


def _more(shell: IosShell, match: M) -> Iterator[str]:
    text = content(shell.device, match["file"])
    if text is None:
        yield missing("opening", match["file"]).rstrip("\n")
        return
    yield from text.splitlines()


def _dir(shell: IosShell, match: M) -> Iterator[str]:
    url = match.get("file") or Url("flash0:", "flash0", "")
    if url.name and content(shell.device, url) is None:
        yield missing("opening", url).rstrip("\n")
        return
    yield f"Directory of {url.full}"
    yield ""
    rows, size, free = _listing(shell.device, url.system)
    for number, (name, length, date) in enumerate(rows, 1):
        if url.name in ("", name):
            yield f"{number:5}  -rw-{length:12}  {date:>27}  {name}"
    yield ""
    yield f"{size} bytes total ({free} bytes free)"


def _listing(device: IosDevice, system: str) -> tuple[list[tuple[str, int, str]], int, int]:
    """(name, bytes, date) of each file; bytes in all, bytes free."""
    if system == "flash0":
        rows = [(*IMAGE, file_date(IMAGE_WRITTEN))]
        rows += [
            (f.name, f.size, file_date(device.now(f.written))) for f in device.flash.files.values()
        ]
        return rows, SIZE, device.flash.free
    if system == "system":
        return [("running-config", len(device.render()), "<no date>")], 0, 0
    used = len(device.startup or "")
    rows = [("startup-config", used, "<no date>")] if device.startup is not None else []
    return rows, NVRAM, NVRAM - used


def _show_systems(shell: IosShell, match: M) -> Iterator[str]:
    yield "File Systems:"
    yield ""
    yield "       Size(b)       Free(b)      Type  Flags  Prefixes"
    nvram = NVRAM - len(shell.device.startup or "")
    for mark, size, free, kind, name in (
        (" ", "-", "-", "opaque", "system:"),
        ("*", SIZE, shell.device.flash.free, "disk", "flash0: flash:#"),
        (" ", NVRAM, nvram, "nvram", "nvram:"),
    ):
        yield f"{mark}{size:>13} {free:>13}{kind:>10}     rw   {name}"


_FILES = "running-config|startup-config"
EXEC: list[Row] = [
    Command("write [memory]", save, privilege=15),
    Command("write terminal", show=_show_running, privilege=15),
    Command("( write erase | erase startup-config )", _erase, privilege=15),
    Command(f"copy ( <source={_FILES}> | <source:file> ) ( <to={_FILES}> | <to:file> )", _copy,
            privilege=15),
    Command("reload", _reload, privilege=15),
    Command("more <file:file>", show=_more, privilege=15),
    Command("dir [<file:file>]", show=_dir, privilege=15),
    Command("show running-config [interface <interface:interface>]", show=_show_running,
            privilege=15),
    Command("show startup-config", show=_show_startup, privilege=15),
    Command("show file systems", show=_show_systems),
]  # fmt: skip
