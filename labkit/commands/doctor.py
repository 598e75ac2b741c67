"""`labkit doctor`: what this machine has, what it lacks, and what to do about it.

One line a check.  Only what the course cannot run without makes the exit status 1; tshark and
ssh are good to have and say so.
"""

from __future__ import annotations

import argparse
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from labkit import resources

WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")


class Finding(NamedTuple):
    """One line: `needed` says whether the course cannot run without it."""

    name: str
    fine: bool
    text: str
    needed: bool = True

    def __str__(self) -> str:
        mark = "ok  " if self.fine else "FAIL" if self.needed else "note"
        return f"{mark}  {self.name:<13} {self.text}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Takes none of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Print every finding; 1 if the course cannot run."""
    findings = list(examine())
    for finding in findings:
        print(finding)
    bad = [finding.name for finding in findings if finding.needed and not finding.fine]
    print(f"The course cannot run: {', '.join(bad)}." if bad else "The course can run.")
    return 1 if bad else 0


def examine() -> Iterator[Finding]:
    """Every check, in the order a person would mend things."""
    yield Finding("Python", True, f"{sys.version.split()[0]} in {sys.prefix}")
    yield packages()
    yield widgets()
    yield course_files()
    yield working_copy(resources.home())
    yield loopback()
    yield program(
        "tshark",
        "tshark reads the captures on the command line: install Wireshark or tshark",
        ("--version",),
    )
    yield program("ssh", "an SSH client opens the routers by hand: install OpenSSH's", ("-V",))


def packages(
    requires: Callable[[str], list[str] | None] = metadata.requires,
) -> Finding:
    """Whether everything labkit depends on is installed."""
    try:
        lines = requires("labkit") or []
    except metadata.PackageNotFoundError:
        return Finding("packages", False, "labkit is not installed: run `python -m labkit` once")
    names = [re.split(r"[^\w.-]", line)[0] for line in lines if "extra ==" not in line]
    missing = [name for name in names if not _installed(name)]
    if missing:
        cure = "run `python -m labkit` in the clone, or reinstall"
        return Finding("packages", False, f"missing {', '.join(missing)}: {cure}")
    shown = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("jupyterlab", "netmiko", "scapy")
    )
    return Finding("packages", True, f"all {len(names)} of them ({shown})")


def widgets() -> Finding:
    """Whether JupyterLab finds the front ends of the widgets."""
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return Finding("widgets", False, "Jupyter is missing: run `python -m labkit` once")
    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    missing = [name for name in WIDGETS if not any((folder / name).is_dir() for folder in folders)]
    if missing:
        return Finding(
            "widgets", False, f"JupyterLab does not find {', '.join(missing)}: reinstall"
        )
    return Finding("widgets", True, "JupyterLab finds their front ends")


def course_files() -> Finding:
    """Whether the topology and the notebooks are where they belong."""
    topology = resources.data("topology.yaml")
    if not topology.is_file():
        return Finding("course files", False, f"{topology} is missing: reinstall, or clone again")
    notebooks = len(list(resources.notebooks().glob("*.ipynb")))
    place = "from a clone" if resources.clone() else "from the installed package"
    return Finding("course files", True, f"{notebooks} notebook{'s'[: notebooks != 1]}, {place}")


def working_copy(home: Path) -> Finding:
    """Whether the learner's folder can be written (nothing is left behind in it)."""
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        cure = "set LABKIT_HOME to a folder of yours"
        return Finding("working copy", False, f"{existing}: {error.strerror}; {cure}")
    state = "" if (home / "notebooks").is_dir() else " (made on first use)"
    return Finding("working copy", True, f"{home}{state}")


def loopback() -> Finding:
    """Whether the routers could listen on 127.0.0.1."""
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname(), timeout=5),
        ):
            return Finding("loopback", True, "127.0.0.1 takes connections")
    except OSError as error:
        return Finding("loopback", False, f"127.0.0.1 refuses ({error}): is a firewall in the way?")


def program(name: str, cure: str, arguments: tuple[str, ...]) -> Finding:
    """Whether an optional program is there, with the first line it says of its version."""
    path = shutil.which(name)
    if path is None:
        return Finding(name, False, f"not found; optional: {cure}", needed=False)
    try:
        said = subprocess.run(
            [path, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(
            name, False, f"{path} does not run ({error}); optional: {cure}", needed=False
        )
    lines = (said.stdout + said.stderr).strip().splitlines()
    version = next((line for line in lines if re.search(r"\d", line)), path)
    return Finding(name, True, version.strip(), needed=False)


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
