"""tshark looks at a recording: what a scenario says must be seen, and that its keys open it.

tshark gets the keys from the recording's own tables, copied into a profile of its own, as a
person would do in Wireshark.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labkit.capture.keys import ESP_TABLE, IKE_TABLE
from labkit.openlab import OpenLabError, run
from labkit.openlab.scenarios import Check, Scenario

DECRYPTING = (
    "-o", "esp.enable_encryption_decode:TRUE",
    "-o", "esp.enable_authentication_check:TRUE",
)  # fmt: skip


def tshark() -> str:
    """The path of tshark.  Raises OpenLabError where there is none."""
    found = shutil.which("tshark")
    if found is None:
        raise OpenLabError("tshark verifies recordings, and is missing: apt install tshark")
    return found


def missed(scenario: Scenario, folder: Path) -> list[tuple[Check, int]]:
    """The checks that do not hold in a recording's folder, with what was found instead."""
    keys = folder / "keys"
    found = (
        (check, count(folder / f"{check.point}.pcap", check.filter, keys))
        for check in scenario.checks
    )
    return [(check, number) for check, number in found if not check.holds(number)]


def count(capture: Path, display_filter: str, keys: Path | None = None) -> int:
    """How many frames of a capture a display filter selects.  Raises OpenLabError."""
    return len(fields(capture, display_filter, ("frame.number",), keys))


def first_time(capture: Path, display_filter: str) -> float:
    """When the first frame that a filter selects was captured (seconds of the epoch).

    Raises OpenLabError if there is none.
    """
    rows = fields(capture, display_filter, ("frame.time_epoch",))
    if not rows:
        raise OpenLabError(f"{capture.name} holds nothing like: {display_filter}")
    return float(rows[0][0])


def fields(
    capture: Path, display_filter: str, names: Sequence[str], keys: Path | None = None
) -> list[list[str]]:
    """Fields of the frames a filter selects, a list a frame; `keys` opens IKE and ESP."""
    wanted = [word for name in names for word in ("-e", name)]
    with _profile(keys) as environment:
        command = [
            tshark(), "-n", "-r", str(capture), "-Y", display_filter, "-T", "fields",
            "-E", "separator=/t", *wanted, *(DECRYPTING if keys else ()),
        ]  # fmt: skip
        said = run(command, f"tshark cannot read {capture.name}", environment)
    return [line.split("\t") for line in said.splitlines()]


@contextmanager
def _profile(keys: Path | None) -> Iterator[dict[str, str]]:
    """An environment in which tshark finds the keys and nobody's own settings."""
    with tempfile.TemporaryDirectory(prefix="labkit-tshark-") as home:
        place = Path(home) / "wireshark"
        place.mkdir()
        if keys is not None:
            for table in (IKE_TABLE, ESP_TABLE):
                shutil.copy(keys / table, place / table)
        yield os.environ | {"XDG_CONFIG_HOME": home, "WIRESHARK_CONFIG_DIR": str(place)}
