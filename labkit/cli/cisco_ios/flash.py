"""Files of an IOS router: names with a file system in front, and what `flash:` holds.

Must not know what the files say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from labkit.cli.grammar import Unfit

SIZE = 2_142_715_904
"""Bytes of flash0: on an IOSv."""
NVRAM = 262_144
IMAGE = ("vios-adventerprisek9-m", 147_988_420)
"""What the router was started from: a file that nobody reads."""
IMAGE_WRITTEN = int(datetime(2017, 3, 29, tzinfo=UTC).timestamp()) * 1_000_000
_NAME = r"[A-Za-z0-9_.+~-]"
_URL = re.compile(rf"(flash0?|nvram|system):/?({_NAME}*)")


@dataclass(frozen=True, slots=True)
class Url:
    """`flash:name` as it was typed; `system` is flash0, nvram or system."""

    typed: str
    system: str
    name: str

    def __str__(self) -> str:
        return self.typed

    @property
    def full(self) -> str:
        """As error messages write it: `flash0:/name`."""
        slash = "/" if self.system == "flash0" else ""
        return f"{self.system}:{slash}{self.name}"


def url(word: str) -> Url:
    """Read `flash:name`.  Raises Unfit."""
    match = _URL.fullmatch(word)
    if match is None:
        raise Unfit
    system = "flash0" if match[1].startswith("flash") else match[1]
    return Url(word, system, match[2])


def archive_path(word: str) -> Url:
    """`flash:name` with `$h` and `$t` in it: where an archive goes.  Raises Unfit."""
    found = url(re.sub(r"\$[ht]", "x", word))
    if found.system != "flash0":
        raise Unfit
    return Url(word, found.system, word.partition(":")[2].lstrip("/"))


def is_name(text: str) -> bool:
    """Whether a file of flash may be called so."""
    return re.fullmatch(f"{_NAME}+", text) is not None


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
