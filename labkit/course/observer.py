"""What a person could see of a lab: text at prompts and frames at capture points.

All that a check may know comes through an `Observer`.  It has two transports with the same
answers: the prompts inside this process, and SSH with capture files, which serves the simulator,
another process's lab and real routers alike.  Must not touch a simulator's object: it types and
reads.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labkit.capture import CaptureError, pcap
from labkit.drive import inventory
from labkit.drive.connections import Connections, Unconfirmed
from labkit.drive.platforms import platform
from labkit.sim import Window

if TYPE_CHECKING:
    from labkit.sim import Lab

CONTROL = "lab"
"""The lab's own prompt, where links are cut and faults are brought in."""


QUESTION = r"(?:[>#$] ?|(?:[Uu]sername|[Pp]assword|[Ll]ogin): ?)$"
"""Where a line may be typed: a prompt, or what Telnet asks."""
PATIENCE = 30.0
"""Seconds that a prompt may take."""


class ObserverError(LookupError):
    """What was to be looked at is not there; the message names what is."""


class Observer(Protocol):
    """A lab as a person sees it.  One thread at a time uses it: hold `lock`."""

    lock: threading.RLock
    platforms: dict[str, str]
    """Every device's platform, by name; the control channel is `lab`, where there is one."""
    real: frozenset[str]
    """Devices that may matter to somebody, which no check and no solution ever configures."""

    def run(self, device: str, command: str) -> str:
        """Give one command; returns what it printed, with LF line ends.

        Raises ObserverError for a device that is not there.
        """

    def converse(self, device: str, lines: Sequence[str]) -> str:
        """Type lines, each at whatever prompt or question comes, as in a Telnet session.

        Raises ObserverError for a device that is not there, TimeoutError where no prompt comes.
        """

    def frames(self, link: str) -> list[bytes]:
        """Every frame seen at a capture point since the lab started, oldest first.

        Raises ObserverError for a capture point that is not there.
        """


class InProcess:
    """Looks through the in-process prompts of a lab and its captures."""

    def __init__(self, lab: Lab) -> None:
        self.lock = threading.RLock()
        self.real: frozenset[str] = frozenset()
        self._lab = lab
        described = lab.description()["devices"]
        self.platforms = {each["name"]: each["platform"] for each in described}

    def run(self, device: str, command: str) -> str:
        _expect(device, self.platforms, "device")
        return self._lab.run(device, command)

    def converse(self, device: str, lines: Sequence[str]) -> str:
        _expect(device, self.platforms, "device")
        screen = _Screen()
        session = self._lab.open(device, screen, Window(), None)
        try:
            screen.wait()
            for line in lines:
                session.feed(line + "\r")
                screen.wait()
        finally:
            session.hang_up()
        return screen.text

    def frames(self, link: str) -> list[bytes]:
        _expect(link, self._lab.links(), "capture point")
        captures = self._lab.description()["captures"]
        if captures:
            return _read(Path(captures[link]))
        return [frame.data for frame in self._lab.live.since() if frame.link == link]


class _Screen:
    """Keeps what a session shows, and knows when it waits for a line."""

    def __init__(self) -> None:
        self.text = ""
        self._read = 0
        self._more = threading.Condition()

    def show(self, text: str) -> None:
        with self._more:
            self.text += text.replace("\r\n", "\n")
            self._more.notify_all()

    def close(self, status: int) -> None:
        self.show("\n#")  # whoever waits need wait no more

    def wait(self) -> None:
        """Until a prompt or a question stands at the end of what came since the last time."""
        with self._more:
            if not self._more.wait_for(self._asks, PATIENCE):
                raise TimeoutError("no prompt came")
            self._read = len(self.text)

    def _asks(self) -> bool:
        return bool(re.search(QUESTION, self.text[self._read :]))


class OverSsh:
    """Looks over SSH, and into the capture files that `labkit serve --json` names (if any)."""

    def __init__(self, connections: Connections, captures: dict[str, str] | None = None) -> None:
        self.lock = threading.RLock()
        self._connections = connections
        self._captures = captures or {}
        devices = connections.inventory.devices.values()
        self.platforms = {each.name: each.platform for each in devices}
        self.real = frozenset(each.name for each in devices if each.real)

    @classmethod
    def of(cls, description: dict[str, Any], source: str = "the lab") -> OverSsh:
        """From the JSON of `labkit serve`, or an inventory.  Raises InventoryError."""
        connections = Connections(inventory.parse(description, source))
        return cls(connections, dict(description.get("captures") or {}))

    def run(self, device: str, command: str) -> str:
        _expect(device, self.platforms, "device")
        return self._connections.run(device, command).replace("\r\n", "\n")

    def converse(self, device: str, lines: Sequence[str]) -> str:
        from netmiko.exceptions import ReadTimeout  # as drive/platforms.py: not before it is used

        _expect(device, self.platforms, "device")
        try:
            return self._connections.converse(device, lines, QUESTION).replace("\r\n", "\n")
        except ReadTimeout as error:
            raise TimeoutError(f"{device} shows no prompt") from error

    def frames(self, link: str) -> list[bytes]:
        _expect(link, self._captures, "capture point")
        return _read(Path(self._captures[link]))

    def close(self) -> None:
        """Log out everywhere."""
        self._connections.close()


def configure(observer: Observer, device: str, lines: Sequence[str]) -> list[str]:
    """Type configuration lines as they stand; returns the answers that refuse one.

    Raises Unconfirmed for a real device: nothing is typed.
    """
    _expect(device, observer.platforms, "device")
    if device in observer.real:
        raise Unconfirmed(f"{device} is a real device: its lines are for you to type, or not")
    facts = platform(observer.platforms[device])
    refused = []
    for line in filter(str.strip, (facts.enter, *lines, facts.leave)):
        answer = observer.run(device, line)
        refused += [
            f"{device}: {line.strip()}: {each.strip()}"
            for each in answer.splitlines()
            if re.match(facts.refusals, each)
        ]
    return refused


def appearance(observer: Observer, device: str) -> str:
    """How a person would find a device: its configuration and debugging; of the lab's own prompt,
    the links that are cut or impaired."""
    kind = observer.platforms[device]
    facts = platform(kind)
    text = observer.run(device, facts.show_configuration)
    if kind == "labkit":
        return "\n".join(line for line in text.splitlines() if line.startswith("Link "))
    text += "\n" + "\n".join(observer.run(device, each) for each in BESIDES.get(kind, ()))
    lines = (line.rstrip() for line in text.splitlines() if line.strip())
    return "\n".join(line for line in lines if not re.match(facts.volatile, line))


BESIDES = {
    "cisco_ios": ("show debugging",),
    "nokia_sros": ("show debug",),
    "linux": ("ip route",),
}
"""What else shows that somebody was here, where the configuration does not."""


def checkpoint_of(observer: Observer) -> str | None:
    """The checkpoint that the lab was started from; None where nobody can say."""
    if CONTROL not in observer.platforms:
        return None
    found = re.search(r"^Checkpoint +(\S+)", observer.run(CONTROL, "status"), re.MULTILINE)
    return found[1] if found else None


def _expect(name: str, known: Iterable[str], what: str) -> None:
    if name not in known:
        raise ObserverError(f"there is no {what} {name!r}; there are: {', '.join(known)}")


def _read(path: Path) -> list[bytes]:
    try:
        return [packet.data for packet in pcap.read(path)]
    except (OSError, CaptureError) as error:
        raise ObserverError(f"cannot read the capture {path.name}: {error}") from error
