"""Recordings of real routers that the course carries: captures, their keys, where they come from.

A recording is a folder of `data/recordings/`: a pcap a capture point, `keys/` as
`labkit.capture.keys` writes them, and `provenance.yaml`.  They are made by `labkit openlab
record`.  Knows files; must not know how they came to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from labkit import resources
from labkit.capture import CaptureError
from labkit.capture.keys import Secrets, read_secrets
from labkit.capture.pcap import Packet, read

PROVENANCE = "provenance.yaml"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording: `captures` by capture point, `provenance` as its file has it."""

    id: str
    folder: Path
    captures: Mapping[str, Path]
    provenance: Mapping[str, Any] = field(repr=False)

    @property
    def title(self) -> str:
        return str(self.provenance["title"])

    @property
    def keys(self) -> Path:
        """The folder of Wireshark's tables and `secrets.json`."""
        return self.folder / "keys"

    def secrets(self) -> Secrets:
        """Its keys.  Raises CaptureError."""
        return read_secrets(self.keys)

    def capture(self, point: str) -> Path:
        """The file of a capture point.  Raises LookupError."""
        if point not in self.captures:
            raise LookupError(
                f"no capture point {point!r} in {self.id}; there are: {', '.join(self.captures)}"
            )
        return self.captures[point]

    def packets(self, point: str) -> Iterator[Packet]:
        """The packets at a capture point.  Raises LookupError, CaptureError."""
        return read(self.capture(point))

    def source(self) -> str:
        """Where it comes from, in two lines."""
        versions = self.provenance["versions"]
        return (
            f"{self.title}\n"
            f"Recorded {self.provenance['recorded']} on FRR {versions['frr']} and strongSwan "
            f"{versions['strongswan-charon']}, Linux {versions['kernel']}."
        )


def names() -> list[str]:
    """Every recording's name, sorted."""
    folder = resources.data("recordings")
    return sorted(path.parent.name for path in folder.glob(f"*/{PROVENANCE}"))


def open_recording(name: str) -> Recording:
    """A recording by name.  Raises LookupError for a name that is none's, CaptureError."""
    if name not in names():
        raise LookupError(f"there is no recording {name!r}; there are: {', '.join(names())}")
    return read_folder(resources.data("recordings", name))


def read_folder(folder: Path) -> Recording:
    """The recording in a folder.  Raises OSError, and CaptureError for a broken provenance."""
    try:
        facts = yaml.safe_load((folder / PROVENANCE).read_text(encoding="utf-8"))
        captures = {str(point): folder / f"{point}.pcap" for point in facts["points"]}
        facts["title"], facts["recorded"], facts["versions"]["frr"]
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise CaptureError(f"{folder.name}/{PROVENANCE}: {error}") from error
    return Recording(folder.name, folder, captures, facts)
