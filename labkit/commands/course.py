"""`labkit`: JupyterLab on the learner's working copy, at the first notebook.

Nothing of the learner's is ever overwritten: a notebook that is new is added to the working copy,
and one that was published anew since it was given is laid beside the learner's under the
version's name.  Knows how a Jupyter server is started and stopped; must not know what is in the
notebooks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from labkit import __version__, resources
from labkit.commands import CommandError

USUAL_PORT = 8888
RECORD = ".published.json"
"""In the working copy: which notebooks were given, each with its SHA-256."""
SETTINGS = "jupyter"
"""Folder beside the working copy for the defaults that JupyterLab gets."""
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}
"""JupyterLab neither asks whether it may fetch news nor fetches any: the course works offline.
These are defaults: what the learner sets goes before them."""
PATIENCE = 90.0
"""Seconds a server may take to answer; a cold disk takes about twenty."""


def course_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--port", type=int, help="the port to use (default: a free one)")


def course(arguments: argparse.Namespace) -> int:
    """Open the course; returns when the learner stops it.  Raises CommandError."""
    port = free_port(arguments.port)
    folder = resources.home() / "notebooks"
    try:
        added = bring_up_to_date(resources.notebooks(), folder)
        write_overrides(folder.parent / SETTINGS)
    except OSError as error:
        raise CommandError(f"cannot write your working copy {folder}: {error.strerror}") from error
    print(f"Your working copy: {folder}" + (f" ({len(added)} added)" if added else ""))
    page = first(resources.notebooks())
    path = f"/lab/tree/{page}" if page else "/lab"
    token = secrets.token_hex(16)
    log = resources.home() / "jupyter.log"
    with log.open("w", encoding="utf-8") as errors:
        server = subprocess.Popen(
            server_command(folder, port, path, browser=not arguments.no_browser),
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=subprocess.STDOUT,
            env={**os.environ, "JUPYTER_TOKEN": token},
        )
        return _attend(server, f"http://127.0.0.1:{port}{path}?token={token}", log)


def free_port(asked: int | None) -> int:
    """The port asked for, or the first free one from Jupyter's usual one up.

    Raises CommandError when the one asked for is taken or is none.
    """
    if asked is not None and not 0 < asked < 65536:
        raise CommandError(f"there is no port {asked}", status=2)
    for port in [asked] if asked is not None else range(USUAL_PORT, USUAL_PORT + 100):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CommandError(f"port {asked or USUAL_PORT} is taken; choose another with --port", status=2)


def write_overrides(folder: Path) -> None:
    """Give JupyterLab the defaults that the course wants.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overrides.json").write_text(json.dumps(OVERRIDES, indent=2), encoding="utf-8")


def server_command(folder: Path, port: int, path: str, *, browser: bool) -> list[str]:
    """The command line that starts JupyterLab."""
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.answer_yes=True",
        f"--ServerApp.open_browser={browser}",
        f"--LabApp.default_url={path}",
        f"--LabApp.app_settings_dir={folder.parent / SETTINGS}",
        # Which tabs are open is this course's own: not those of the learner's other JupyterLabs.
        f"--LabApp.workspaces_dir={folder.parent / SETTINGS / 'workspaces'}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _attend(server: subprocess.Popen[bytes], address: str, log: Path) -> int:
    """Tell the address once the server answers, then wait for its end or for Ctrl-C."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _await_answer(server, address, log)
        print(f"The course is open at\n    {address}\nCtrl-C here stops it.", flush=True)
        status = server.wait()
        print("JupyterLab has stopped.")
        return 1 if status else 0
    except KeyboardInterrupt:
        print("\nStopping.")
        return 0
    finally:
        _stop(server)
        signal.signal(signal.SIGTERM, previous)


def _await_answer(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise CommandError(f"JupyterLab ended at once: {said[-1] if said else 'no reason'}")
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                address, None, 5
            ):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CommandError(f"JupyterLab does not answer; see {log}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def bring_up_to_date(published: Path, copy: Path, version: str = __version__) -> list[Path]:
    """Add to `copy` what `published` has and the learner was not given yet.

    Returns the files written, sorted.  Raises OSError where the folder cannot be written.
    """
    copy.mkdir(parents=True, exist_ok=True)
    record = _record(copy)
    written: list[Path] = []
    for source in sorted(published.glob("*.ipynb")):
        content = source.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if record.get(source.name) == digest:
            continue
        target = copy / source.name
        if not target.exists() or target.read_bytes() != content:
            target = _free(target, version)
            with target.open("xb") as file:  # never over anything, whoever came between
                file.write(content)
            written.append(target)
        record[source.name] = digest
    (copy / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
    return written


def first(published: Path) -> str | None:
    """The name of the course's first notebook, or None while there is none."""
    return min((path.name for path in published.glob("[0-9][0-9]_*.ipynb")), default=None)


def _free(target: Path, version: str) -> Path:
    """`target`, or the nearest name beside it that nobody has."""
    name, count = target, 1
    while name.exists():
        suffix = version if count == 1 else f"{version}-{count}"
        name = target.with_name(f"{target.stem}.{suffix}{target.suffix}")
        count += 1
    return name


def _record(copy: Path) -> dict[str, str]:
    try:
        read = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in read.items()}
