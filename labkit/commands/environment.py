"""The clone's own virtual environment: made once, entered ever after.

`python -m labkit` in a fresh clone may be any Python with nothing installed.  This makes
`.venv`, installs `requirements.txt` (hashed) and the clone itself into it, and runs the same
command there.  A wheel, or an environment into which the clone was installed by hand, is left
alone.  Standard library only; nothing here knows the lab.

Safe when stopped half-way: a marker is written first as "unfinished" and last as what was
installed.  Safe when started twice: a lock that the system lets go when a process ends.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from labkit import resources
from labkit.commands import CommandError
from labkit.commands.pip_progress import install

MARKER = "labkit-installed"
UNFINISHED = "unfinished\n"


def enter(argv: Sequence[str]) -> None:
    """Return in an interpreter that has what labkit needs; from outside, run `argv` in one.

    Raises CommandError when the environment cannot be made.
    """
    root = resources.clone()
    if root is None:
        return
    venv = root / ".venv"
    inside = venv.is_dir() and Path(sys.prefix).resolve() == venv.resolve()
    if not inside and installed_here(root):
        return
    prepare(root, inside=inside)
    if not inside:
        _run_in(venv, argv)


def installed_here(root: Path) -> bool:
    """Whether this interpreter has this very clone installed (`pip install -e`)."""
    try:
        text = metadata.distribution("labkit").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return False
    url = urlsplit(json.loads(text).get("url", "")) if text else urlsplit("")
    if url.scheme != "file":
        return False
    return Path(url2pathname(unquote(url.path))).resolve() == root.resolve()


def wanted(root: Path) -> str:
    """What the marker says when everything is installed: where, and which requirements."""
    digest = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return f"{root.resolve()}\n{digest.hexdigest()}\n"


def prepare(root: Path, *, inside: bool = False) -> None:
    """Make or bring up to date `root/.venv`; returns at once when it already is.

    `inside`: we run from it, so it may be added to but not taken away.
    """
    venv = root / ".venv"
    marker = venv / MARKER
    if _complete(venv, root):
        return
    with _lock(root / ".venv.lock"):
        if _complete(venv, root):
            return  # another command made it while we waited
        if not inside and not _reusable(venv, root):
            _create(venv)
        marker.write_text(UNFINISHED, encoding="utf-8")
        python = python_of(venv)
        _say("installing what the course needs (a few minutes the first time)")
        requirements = root / "requirements.txt"
        install(python, "--require-hashes", "-r", str(requirements), total=_packages(requirements))
        _say("installing labkit from this folder")
        install(python, "--no-deps", "--no-build-isolation", "--editable", str(root))
        finished = marker.with_suffix(".new")
        finished.write_text(wanted(root), encoding="utf-8")
        finished.replace(marker)
        _say("ready")


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment, by system."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def _complete(venv: Path, root: Path) -> bool:
    """Whether `.venv` has what the clone asks for now."""
    return _read(venv / MARKER) == wanted(root) and python_of(venv).exists()


def _reusable(venv: Path, root: Path) -> bool:
    """Whether what stands in `.venv` may be added to, rather than made anew.

    Not if it was left unfinished or has moved (its scripts know their old place); one that
    somebody made by hand (no marker) may.
    """
    marker = _read(venv / MARKER)
    if not python_of(venv).exists() or marker == UNFINISHED:
        return False
    return marker is None or marker.splitlines()[:1] == [str(root.resolve())]


def _create(venv: Path) -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        cure = "install your system's package for Python's venv module, often python3-venv"
        if shutil.which("apt-get"):
            cure = f"sudo apt install python3-venv (or python{version}-venv for this very Python)"
        raise CommandError(
            f"this Python {version} lacks its {missing[0]} module: {cure}, then try again"
        )
    _say(f"making the virtual environment {venv}")
    try:
        if venv.exists():
            shutil.rmtree(venv)
        venv.mkdir()
    except OSError as error:
        raise CommandError(
            f"cannot make {venv} anew ({error.strerror}): close whatever still uses it, "
            "or remove the folder, and try again"
        ) from error
    (venv / MARKER).write_text(UNFINISHED, encoding="utf-8")
    # A process of its own: ensurepip must not see this one's modules, and its failure is told.
    if failed := _error_of([sys.executable, "-I", "-m", "venv", str(venv)]):
        raise CommandError(f"Python could not make {venv}: {failed}")


def _packages(requirements: Path) -> int:
    """How many packages a requirements file pins."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return sum("==" in line for line in lines)


def _error_of(command: Sequence[str]) -> str | None:
    """Run a Python; the last error that it tells where it fails."""
    settings = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace", env={**os.environ, **settings},
    )  # fmt: skip
    if done.returncode == 0:
        return None
    said = done.stdout.strip().splitlines()
    errors = [line for line in said if line.startswith("ERROR:")] or said or ["no reason given"]
    return errors[-1].removeprefix("ERROR:").strip()


def _run_in(venv: Path, argv: Sequence[str]) -> None:
    """Run the same command in the environment; does not return."""
    command = [str(python_of(venv)), "-m", "labkit", *argv]
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    # Windows has no exec: wait for the child, which gets Ctrl-C itself.
    with subprocess.Popen(command) as child:
        while True:
            try:
                sys.exit(child.wait())
            except KeyboardInterrupt:
                continue


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the file's lock; a second command waits here until the first is done."""
    try:
        handle = path.open("a+")
    except OSError as error:
        raise CommandError(f"cannot write in {path.parent}: {error.strerror}") from error
    with handle:
        if not _locked(handle.fileno()):
            _say("another labkit is installing in this clone; waiting for it")
            while not _locked(handle.fileno()):
                time.sleep(0.2)
        yield


def _locked(descriptor: int) -> bool:
    """Whether the lock was free, and is now ours."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _say(text: str) -> None:
    print(f"labkit: {text}", file=sys.stderr, flush=True)
