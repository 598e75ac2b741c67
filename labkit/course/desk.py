"""A learner's desk: prompts to type at and captures to read, in one short line a cell.

Everything goes over SSH through netmiko, as it would to real routers, and everything is printed
as it came, so that a stored output is what the device said.  What reads frames is loaded with the
first frame that is read.  Must not know Jupyter.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

from labkit import sim
from labkit.capture import pcap
from labkit.course.observer import InProcess, Observer, OverSsh
from labkit.course.progress import Progress
from labkit.drive import inventory
from labkit.drive.connections import Connections

if TYPE_CHECKING:
    from labkit.capture.keys import Secrets
    from labkit.capture.summary import Summary


class Mode(StrEnum):
    """What the notebooks are run for: LABKIT_MODE.

    `learn` is what a learner has and what is committed.  In `solve` every exercise applies its
    stored solution over SSH and must pass, which is how CI proves the course.  `teach` is `learn`
    that also shows solutions, typical wrong answers and timing.
    """

    LEARN = "learn"
    SOLVE = "solve"
    TEACH = "teach"


def mode() -> Mode:
    """The mode of this process.  Raises ValueError for a word that is none."""
    word = os.environ.get("LABKIT_MODE") or Mode.LEARN
    try:
        return Mode(word)
    except ValueError:
        known = ", ".join(Mode)
        raise ValueError(f"LABKIT_MODE is one of {known}, not {word!r}") from None


COLUMNS = "{:>4}  {:<13} {:<13} {:<8} {:>5}  {}"


class Desk:
    """A simulated lab of one's own, from a checkpoint, and one connection per device.

    Raises what `Lab` raises for a checkpoint that does not exist.
    """

    def __init__(self, checkpoint: str = "baseline", seed: int = 1) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="labkit-", ignore_cleanup_errors=True)
        self.lab = sim.Lab(checkpoint, seed, Path(self._folder.name))
        described = self.lab.serve()
        self._connections = Connections(inventory.parse(described, "the lab"))
        self.observer: Observer = (
            OverSsh(self._connections, described["captures"])
            if mode() is Mode.SOLVE
            else InProcess(self.lab)
        )
        """How checks look at this lab: over SSH where the course is proved, else in process."""
        self.progress = Progress()
        self._begun = self._saved()

    def __repr__(self) -> str:
        return f"Desk: {len(self.lab.devices()) - 1} devices at checkpoint {self.checkpoint}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @property
    def checkpoint(self) -> str:
        """The checkpoint that the lab was started from."""
        return str(self.lab.description()["checkpoint"])

    def close(self) -> None:
        """Log out everywhere and end the lab."""
        self._connections.close()
        self.lab.close()
        self._folder.cleanup()

    def start(self, checkpoint: str, *, mine: bool = False) -> None:
        """Begin again from a checkpoint, with new captures; configurations changed since the last
        start are kept first.

        `mine` goes on with the learner's own configurations instead: those of this desk if any
        was changed, else those kept for the checkpoint, else those kept last.
        """
        print(self.begin(checkpoint, mine=mine))

    def begin(self, checkpoint: str, *, mine: bool = False) -> str:
        """What `start` does; returns what it says."""
        changed = self.keep()
        own = self._own(checkpoint, changed) if mine else None
        self._connections.close()
        if own is not None:
            self.lab.load(own)
            said = f"{self!r}, with your own configurations."
        else:
            self.lab.start(checkpoint)
            none = " You have none of your own yet." if mine else ""
            said = f"{self!r}.{none}"
        self._begun = self._saved()
        return said

    def keep(self) -> bool:
        """Keep the configurations for `start(…, mine=True)` if any was changed since the start;
        returns whether.  A folder that cannot be written is no reason to stop."""
        saved = self._saved()
        if saved == self._begun:
            return False
        with contextlib.suppress(OSError):
            self.progress.keep_lab(self.checkpoint, saved)
        return True

    def _own(self, checkpoint: str, changed: bool) -> Path | None:
        if changed:
            return self.progress.lab(self.checkpoint)
        return self.progress.lab(checkpoint) or self.progress.lab()

    def _saved(self) -> str:
        """The lab as `Lab.save` writes it."""
        path = Path(self._folder.name, "saved.yaml")
        self.lab.save(path)
        return path.read_text(encoding="utf-8")

    # ---- prompts

    def type(self, device: str, *commands: str) -> None:
        """Give commands at a device's prompt and print what it says."""
        for command in commands:
            said = self._connections.run(device, command)
            print(f"{device}# {command}\n{said.rstrip()}\n")

    def configure(self, device: str, lines: str) -> None:
        """Type configuration lines as they stand and print the dialogue."""
        typed = [line for line in lines.splitlines() if line.strip()]
        print(self._connections.configure(device, typed).strip())

    def converse(self, device: str, *lines: str) -> None:
        """Type lines, each at whatever is asked (a Telnet login), and print the dialogue.

        Raises TimeoutError where neither a prompt nor a question comes.
        """
        print(self.observer.converse(device, lines).strip())

    def advance(self, seconds: float) -> None:
        """Let lab time go by."""
        self.lab.advance(seconds)

    def link(self, name: str, up: bool) -> None:
        """Cut a link, or mend it."""
        self.lab.link(name, up=up)
        print(f"{name} is {'up' if up else 'cut'}.")

    # ---- captures

    def packets(self, link: str, *protocols: str, last: int = 10, decrypt: bool = False) -> None:
        """List the last frames at a capture point that are of the given protocols (all: none).

        With `decrypt`, ESP is opened with the keys of this lab first.
        """
        rows = [
            row
            for row in self._rows(link, decrypt)
            if not protocols or row[1].protocol in protocols
        ]
        print(COLUMNS.format("no.", "source", "destination", "protocol", "bytes", "info"))
        for number, row in rows[-last:]:
            info = "".join(f"[{label}] " for label in row.labels) + row.info
            print(
                COLUMNS.format(number, row.source, row.destination, row.protocol, row.length, info)
            )
        if not rows:
            print(f"     (nothing of {' or '.join(protocols) or 'any kind'} at {link})")

    def packet(self, link: str, number: int, decrypt: bool = False) -> None:
        """Show every layer and field of one frame, by its number in the list."""
        from labkit.capture.dissect import report

        frame = next(f for n, f in self.frames(link, decrypt) if n == number)
        print(report(frame))

    def protocols(self, link: str) -> None:
        """Count the frames at a capture point by protocol."""
        counts = Counter(row.protocol for _, row in self._rows(link, decrypt=False))
        for protocol, count in sorted(counts.items()):
            print(f"{protocol:<8} {count:>4}")

    def compare_with_recording(self, name: str, link: str = "a-access") -> None:
        """Lay this lab's capture beside a recording of real routers (`data/recordings/`).

        Raises LookupError for a recording or a capture point that does not exist.
        """
        from labkit.capture.exchange import side_by_side, steps
        from labkit.capture.recordings import open_recording

        recording = open_recording(name)
        theirs = steps((packet.data for packet in recording.packets(link)), recording.secrets())
        ours = steps((frame for _, frame in self.frames(link)), self._secrets())
        table = side_by_side(ours, theirs, ("this lab", "real routers"))
        print(f"{recording.source()}\n\n{table}")

    def search(self, text: str) -> None:
        """Say at which capture points `text` can be read in the clear."""
        wanted = text.encode()
        for link in self.lab.links():
            seen = sum(wanted in frame for _, frame in self.frames(link))
            print(f"{link:<10} {f'readable in {seen} frames' if seen else '-'}")

    def _rows(self, link: str, decrypt: bool) -> Iterator[tuple[int, Summary]]:
        from labkit.capture.summary import summarize

        return ((number, summarize(frame)) for number, frame in self.frames(link, decrypt))

    def frames(self, link: str, decrypt: bool = False) -> Iterator[tuple[int, bytes]]:
        """Every frame at a capture point with its number, opened with this lab's keys if wanted.

        Raises LookupError for a capture point that there is not.
        """
        from labkit.capture.decrypt import Decryptor

        captures = self.lab.description()["captures"]
        if link not in captures:
            raise LookupError(f"no capture point {link!r}; there are: {', '.join(captures)}")
        opener = Decryptor(self._secrets().esp) if decrypt else None
        for number, packet in enumerate(pcap.read(Path(captures[link])), start=1):
            frame = packet.data
            yield number, frame if opener is None else opener.open_frame(frame)[0]

    def _secrets(self) -> Secrets:
        from labkit.capture.keys import read_secrets

        return read_secrets(Path(self.lab.description()["keys"]))
