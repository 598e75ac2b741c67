"""tshark as judge: it was written by others and decrypts with the keys that the lab exports."""

from __future__ import annotations

import subprocess
from pathlib import Path

CHECKS = [
    "-o", "ip.check_checksum:TRUE",
    "-o", "udp.check_checksum:TRUE",
    "-o", "tcp.check_checksum:TRUE",
]  # fmt: skip


def options_for(keys: Path) -> list[str]:
    """tshark options that load the lab's exported tables."""
    options = [
        "-o", "esp.enable_encryption_decode:TRUE",
        "-o", "esp.enable_authentication_check:TRUE",
    ]  # fmt: skip
    for table in ("ikev1_decryption_table", "esp_sa"):
        for line in (keys / table).read_text().splitlines():
            if line and not line.startswith("#"):
                options += ["-o", f"uat:{table}:{line}"]
    return options


def fields(
    capture: Path, names: list[str], where: str = "", keys: Path | None = None
) -> list[list[str]]:
    """One row per frame that matches the display filter `where`."""
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=|", *CHECKS]
    command += options_for(keys) if keys else []
    command += ["-Y", where] if where else []
    for name in names:
        command += ["-e", name]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("|") for line in run.stdout.splitlines()]


def count(capture: Path, where: str, keys: Path | None = None) -> int:
    return len(fields(capture, ["frame.number"], where, keys))


MALFORMED = (
    "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0"
    " || tcp.checksum.status == 0 || icmp.checksum.status == 0"
)
