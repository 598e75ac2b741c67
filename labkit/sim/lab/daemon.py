"""`labkit serve`: a lab with every device as an SSH server, until SIGINT or SIGTERM.

Knows standard output, signals and where captures go; the rest is `Lab`.
"""

from __future__ import annotations

import json as json_format
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from labkit import resources
from labkit.sim.lab import checkpoints
from labkit.sim.lab.lab import Lab


def run(
    *,
    checkpoint: str = "baseline",
    seed: int = 1,
    capture_dir: Path | None = None,
    json: bool = False,
    realtime: bool = False,
    first_port: int | None = None,
) -> int:
    """Serve until told to stop; returns the exit status, 0.

    Raises CheckpointError (a ValueError), or OSError for a port or a folder, with one line.
    """
    checkpoints.chain(checkpoint)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    folder = capture_dir or Path(tempfile.mkdtemp(prefix="labkit-"))
    with _lab(checkpoint, seed, folder, realtime) as lab:
        description = lab.serve(first_port)
        if json:
            print(json_format.dumps(description, ensure_ascii=False), flush=True)
            _wait(stop)
        else:
            credentials = _write_credentials(description)
            try:
                _tell(description, credentials)
                _wait(stop)
            finally:
                credentials.unlink(missing_ok=True)
    return 0


def _lab(checkpoint: str, seed: int, folder: Path, realtime: bool) -> Lab:
    try:
        return Lab(checkpoint, seed, folder, realtime=realtime)
    except OSError as error:
        raise OSError(f"cannot write captures in {folder}: {error.strerror or error}") from error


def _wait(stop: threading.Event) -> None:
    # Windows does not interrupt a wait without end.
    while not stop.wait(0.5 if os.name == "nt" else None):
        pass


def _write_credentials(description: dict[str, Any]) -> Path:
    """The same JSON in a file that only its owner reads."""
    folder = resources.home() / "serve"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{os.getpid()}.json"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json_format.dump(description, file, ensure_ascii=False, indent=1)
    return path


def _tell(description: dict[str, Any], credentials: Path) -> None:
    login = description["devices"][0]["netmiko"]
    lines = [
        f"The lab is at checkpoint {description['checkpoint']}, seed {description['seed']}.",
        "",
    ]
    for device in description["devices"]:
        netmiko = device["netmiko"]
        command = f"ssh -p {netmiko['port']} {netmiko['username']}@{netmiko['host']}"
        lines.append(f"  {device['name']:<18} {device['platform']:<11} {command}")
    lines += [
        "",
        f"Password    {login['password']}   (enable: {login['secret']})",
        f"Captures    {Path(description['keys']).parent}",
        f"For scripts {credentials}",
        "Ctrl-C stops it.",
    ]
    print("\n".join(lines), file=sys.stdout, flush=True)
