"""The guest: one User-Mode-Linux process that boots, takes jobs as files, and ends.

Its root is the host's folder, read-only; the run's folder is mounted in it as /lab, which is how
scripts get in and captures get out.  A job is a shell script; its PID 1 (`data/openlab/guest/
init`) runs it and leaves output and exit status beside it.  Knows processes and files; what the
jobs are about is others' business.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from labkit import resources
from labkit.openlab import OpenLabError, host, last_line, read
from labkit.openlab.folder import Folder
from labkit.openlab.rootfs import ensure_wrapper

MEMORY = "512M"
BOOT_SECONDS = 60
JOB_SECONDS = 240
"""The longest that a step or a scenario takes on a busy machine."""
END_SECONDS = 10
PAUSE = 0.05


class Guest:
    """The guest of a folder, running or not."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.run_folder = folder.run
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The guest's process, None if it does not run."""
        if self._process is not None:
            # One that is ours is asked: as it starts it replaces itself, and has no command line.
            return self._process.pid if self._process.poll() is None else None
        try:
            pid = int((self.run_folder / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if f"LAB_FOLDER={self.run_folder}".encode() in command else None

    @property
    def finished(self) -> bool:
        """Whether the network in it was made to its end (see `finish`)."""
        return (self.run_folder / "finished").exists()

    def finish(self) -> None:
        """The network is whole: whoever comes later may use it."""
        (self.run_folder / "finished").touch()

    def start(self, files: Mapping[str, str], *, stays: bool = False) -> None:
        """Boot, with `files` (path in /lab: text) in place.  Raises OpenLabError.

        A guest that does not stay ends with this process, however that ends.
        """
        run = self.run_folder
        shutil.rmtree(run, ignore_errors=True)
        (run / "jobs").mkdir(parents=True)
        shutil.copytree(resources.data("openlab", "guest"), run / "guest")
        self.write(files)
        environment = os.environ | {"TMPDIR": "/dev/shm" if os.path.isdir("/dev/shm") else "/tmp"}
        wrapper = ensure_wrapper(self.folder)
        if wrapper is not None:
            environment["LD_PRELOAD"] = str(wrapper)
        with (run / "console").open("wb") as console:
            self._process = subprocess.Popen(
                [*(() if stays else host.with_us()), *self._command()],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                env=environment, start_new_session=True,
            )  # fmt: skip
        (run / "pid").write_text(str(self._process.pid))
        self._wait(lambda: (run / "booted").exists(), BOOT_SECONDS, "the guest did not boot")

    def write(self, files: Mapping[str, str]) -> None:
        """Put files (path in /lab: text) in place.  The guest may remember what it has read."""
        for name, text in files.items():
            path = self.run_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def _command(self) -> list[str]:
        rootfs, run = self.folder.rootfs, self.run_folder
        return [
            str(rootfs / "usr/bin/linux.uml"), f"mem={MEMORY}", "root=/dev/root",
            "rootfstype=hostfs", f"rootflags={rootfs}", "ro", "init=/sbin/openlab-init", "quiet",
            "con=null", "con0=null,fd:1", f"uml_dir={run}/", "umid=uml", f"LAB_FOLDER={run}",
        ]  # fmt: skip

    def do(self, script: str, seconds: float = JOB_SECONDS) -> str:
        """Run a shell script in the guest; returns what it printed.

        Raises OpenLabError when it fails or takes longer than `seconds`.
        """
        status, output = self.attempt(script, seconds)
        if status != 0:
            raise OpenLabError(f"a job of the guest failed: {last_line(output)}")
        return output

    def attempt(self, script: str, seconds: float = JOB_SECONDS) -> tuple[int, str]:
        """Run a shell script in the guest; returns its exit status and what it printed.

        One that takes longer than `seconds`, or that we no longer wait for, is ended.
        Raises OpenLabError when it takes longer.
        """
        # No two jobs of a run have one name, whoever gives them.
        job = self.run_folder / "jobs" / f"{time.time_ns()}-{os.getpid()}"
        draft = job.with_suffix(".new")
        draft.write_text(script)
        draft.rename(job.with_suffix(".sh"))
        status = job.with_suffix(".rc")
        try:
            self._wait(status.exists, seconds, f"a job of the guest took over {seconds:.0f} s")
        except OpenLabError as error:
            said = last_line(read(job.with_suffix(".out")))
            raise OpenLabError(f"{error}: {said}") from error
        finally:
            if not status.exists():
                # End it, and wait a little until it has undone what it did.
                job.with_suffix(".end").touch()
                self._until(status.exists, END_SECONDS)
        return int(status.read_text()), read(job.with_suffix(".out"))

    def stop(self) -> bool:
        """Power off; says whether there was a guest."""
        pid = self.pid
        if pid is None:
            return False
        (self.run_folder / "stop").touch()
        self._until(lambda: False, END_SECONDS)
        if self.pid is not None:
            # The guest's processes are the host's, in one session of their own.
            os.killpg(pid, signal.SIGKILL)
            self._process = None
        return True

    def _wait(self, ready: Callable[[], bool], seconds: float, otherwise: str) -> None:
        """Until it is ready.  Raises OpenLabError for a guest that ends, and for one too slow."""
        if self._until(ready, seconds):
            return
        if self.pid is None:
            raise OpenLabError(f"the guest ended: {last_line(read(self.run_folder / 'console'))}")
        raise OpenLabError(otherwise)

    def _until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait while the guest runs, but no longer than that; says whether it is ready."""
        end = time.monotonic() + seconds
        while not ready():
            if self.pid is None or time.monotonic() > end:
                return ready()
            time.sleep(PAUSE)
        return True
