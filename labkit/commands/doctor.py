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
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from labkit import resources
from labkit.commands import CommandError

WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
OPTIONAL = {
    "tshark": "tshark reads the captures on the command line: install Wireshark or tshark",
    "ssh": "an SSH client opens the routers by hand: install OpenSSH's",
}


def doctor_arguments(parser: argparse.ArgumentParser) -> None:
    """Takes none of its own."""


def doctor(arguments: argparse.Namespace) -> int:
    """Print what every check finds; 1 if the course cannot run."""
    bad = []
    for name, check in CHECKS.items():
        try:
            mark, text = "ok  ", check()
        except CommandError as error:
            mark, text = "note" if name in OPTIONAL else "FAIL", str(error)
        print(f"{mark}  {name:<13} {text}")
        bad += [name] if mark == "FAIL" else []
    print(f"The course cannot run: {', '.join(bad)}." if bad else "The course can run.")
    return 1 if bad else 0


def packages() -> str:
    """Everything labkit depends on is installed.  Raises CommandError, as all checks do."""
    try:
        lines = metadata.requires("labkit") or []
    except metadata.PackageNotFoundError:
        raise CommandError("labkit is not installed: run `python -m labkit` once") from None
    names = [re.split(r"[^\w.-]", line)[0] for line in lines if "extra ==" not in line]
    if missing := [name for name in names if _version(name) is None]:
        cure = "run `python -m labkit` in the clone, or reinstall"
        raise CommandError(f"missing {', '.join(missing)}: {cure}")
    shown = ", ".join(f"{name} {_version(name)}" for name in ("jupyterlab", "netmiko", "scapy"))
    return f"all {len(names)} of them ({shown})"


def widgets() -> str:
    """JupyterLab finds the front ends of the widgets."""
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        raise CommandError("Jupyter is missing: run `python -m labkit` once") from None
    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    missing = [name for name in WIDGETS if not any((folder / name).is_dir() for folder in folders)]
    if missing:
        raise CommandError(f"JupyterLab does not find {', '.join(missing)}: reinstall")
    return "JupyterLab finds their front ends"


def course_files() -> str:
    """The topology and the notebooks are where they belong."""
    topology = resources.data("topology.yaml")
    if not topology.is_file():
        raise CommandError(f"{topology} is missing: reinstall, or clone again")
    notebooks = len(list(resources.notebooks().glob("*.ipynb")))
    place = "from a clone" if resources.clone() else "from the installed package"
    return f"{notebooks} notebook{'s'[: notebooks != 1]}, {place}"


def working_copy() -> str:
    """The learner's folder can be written (nothing is left behind in it)."""
    home = resources.home()
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        cure = "set LABKIT_HOME to a folder of yours"
        raise CommandError(f"{existing}: {error.strerror}; {cure}") from error
    return f"{home}{'' if (home / 'notebooks').is_dir() else ' (made on first use)'}"


def loopback() -> str:
    """The routers could listen on 127.0.0.1."""
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname(), timeout=5),
        ):
            return "127.0.0.1 takes connections"
    except OSError as error:
        raise CommandError(f"127.0.0.1 refuses ({error}): is a firewall in the way?") from error


def program(name: str, option: str) -> str:
    """An optional program is there; the first line that it says of its version."""
    path = shutil.which(name)
    if path is None:
        raise CommandError(f"not found; optional: {OPTIONAL[name]}")
    try:
        said = subprocess.run(
            [path, option],
            capture_output=True, text=True, errors="replace", timeout=20, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(f"{path} does not run ({error}); optional: {OPTIONAL[name]}") from error
    lines = (said.stdout + said.stderr).strip().splitlines()
    return next((line for line in lines if re.search(r"\d", line)), path).strip()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


CHECKS: dict[str, Callable[[], str]] = {
    "Python": lambda: f"{sys.version.split()[0]} in {sys.prefix}",
    "packages": packages,
    "widgets": widgets,
    "course files": course_files,
    "working copy": working_copy,
    "loopback": loopback,
    "tshark": lambda: program("tshark", "--version"),
    "ssh": lambda: program("ssh", "-V"),
}
"""In the order in which a person would mend things."""
