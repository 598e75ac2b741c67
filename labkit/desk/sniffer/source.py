"""Where a sniffer's packets come from: the capture points of a lab, a recording, or a file.

Knows labs, recordings and files; must not know lists or screens.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from labkit.capture import CaptureError
from labkit.capture.index import CaptureFile, Point, Ring
from labkit.capture.keys import Secrets, read_secrets
from labkit.capture.recordings import Recording

if TYPE_CHECKING:
    from labkit.sim import Lab

LARGEST_UPLOAD = 1 << 30


class LabSource:
    """The links of a lab, live."""

    live = True
    has_keys = True
    name = "the lab"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._seen = -1
        self.points: tuple[str, ...] = tuple(lab.links())
        self.default: tuple[str, ...] = ("sniffer",)

    @property
    def checkpoint(self) -> str:
        """Where the lab started last."""
        return self._lab.checkpoint

    def open(self, point: str) -> Point:
        """The packets of a link.  Raises LookupError, OSError."""
        if point not in self.points:
            known = ", ".join(self.points)
            raise LookupError(f"there is no capture point {point!r}; there are: {known}")
        paths = self._lab.captures()
        if point not in paths:
            return Ring(self._lab.live, point)
        return CaptureFile(paths[point], grows=True)

    def moved(self) -> bool:
        """Whether packets came since this was asked last."""
        total = self._lab.live.total
        moved, self._seen = total != self._seen, total
        return moved

    def flush(self) -> None:
        """Have all packets that came written down."""
        self._lab.captures()

    def secrets(self) -> Secrets | None:
        """All keys that the lab has made so far."""
        return self._lab.secrets()


class StillSource:
    """Packets to which none are added any more."""

    live = False
    checkpoint = ""
    name: str
    points: tuple[str, ...]
    default: tuple[str, ...]
    keys: Secrets | None

    @property
    def has_keys(self) -> bool:
        return self.keys is not None

    def moved(self) -> bool:
        return False

    def flush(self) -> None:
        """It is all there."""

    def secrets(self) -> Secrets | None:
        return self.keys


class FileSource(StillSource):
    """One capture file."""

    def __init__(self, path: Path, keys: Path | None, secrets: Secrets | None = None) -> None:
        """Raises OSError, and CaptureError for what is no capture or holds no keys."""
        self.name = path.name
        self.points = self.default = (path.name,)
        self.keys = secrets if keys is None else read_secrets(keys)
        self._path = path
        CaptureFile(path).close()  # says now what is wrong with it

    def open(self, point: str) -> Point:
        if point not in self.points:
            raise LookupError(f"there is only {self.name} here")
        return CaptureFile(self._path)


class RecordingSource(StillSource):
    """A recording of real routers; its name says where it comes from."""

    def __init__(self, recording: Recording) -> None:
        """Raises CaptureError for keys that cannot be read."""
        self.name = f"{recording.id}. {recording.source()}".replace("\n", " ")
        self.points = tuple(recording.captures)
        self.default = self.points[:1]
        secrets = recording.secrets()
        self.keys = secrets if secrets.ike else None
        self._recording = recording

    def open(self, point: str) -> Point:
        """The packets at a capture point.  Raises LookupError, OSError, CaptureError."""
        return CaptureFile(self._recording.capture(point))


Source = LabSource | RecordingSource | FileSource


def keys_of(source: Source) -> Secrets:
    """Its keys.  Raises CaptureError where there are none."""
    secrets = source.secrets()
    if secrets is None:
        raise CaptureError("there are no keys: give the folder that has them, keys=…")
    return secrets


class Upload:
    """A file that comes in pieces from the browser; each is kept until `close`."""

    path: Path
    whole = False
    """The last piece has come."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def take(self, name: str, at: int, size: int, data: bytes) -> int:
        """A piece; where the next one begins, or -1 where there is none to come.

        Raises ValueError for a file that is too large.
        """
        self.whole = False
        if size > LARGEST_UPLOAD or at > LARGEST_UPLOAD:
            raise ValueError(f"{name} is too large: {LARGEST_UPLOAD >> 20} MB at most.")
        if at == 0:
            self._folder = self._folder or TemporaryDirectory(prefix="labkit-")
            count = len(list(Path(self._folder.name).iterdir()))
            self.path = Path(self._folder.name) / str(count) / _plain(name)
            self.path.parent.mkdir()
        with self.path.open("ab") as file:
            if file.tell() != at:
                return -1
            file.write(data)
        end = at + len(data)
        self.whole = end >= size
        return -1 if self.whole else end

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()


def _plain(name: str) -> str:
    """A file name of harmless characters."""
    kept = "".join(each if each.isalnum() or each in "-_." else "_" for each in name)[-80:]
    return kept.lstrip(".") or "capture"
