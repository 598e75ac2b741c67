"""Jobs of the guest: files in, output and exit status out.

The loop of its first process is the real one; it runs in a shell of this machine here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit import resources
from labkit.openlab import OpenLabError, host, rootfs, session
from labkit.openlab.folder import Folder
from labkit.openlab.guest import Guest


def loop(run: Path) -> str:
    """What the guest does with jobs, in a folder of ours."""
    text = resources.data("openlab", "guest", "init").read_text("utf-8")
    return text[text.index("# A job is a") : text.index("echo o >")].replace("/lab", str(run))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder whose guest is a shell."""
    made = Folder(tmp_path)
    (made.run / "jobs").mkdir(parents=True)
    named = [f"LAB_FOLDER={made.run}"]
    process = subprocess.Popen(
        ["sh", "-c", f"echo; {loop(made.run)}", "init", *named],
        start_new_session=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"\n"  # it runs, and /proc knows its words
    (made.run / "pid").write_text(str(process.pid))
    yield made
    (made.run / "stop").touch()
    process.communicate(timeout=10)


pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks in /proc"),
    pytest.mark.needs("sh", "mv", "cat", "setsid", "sleep", "touch"),  # what the loop is made of
]


def test_a_job_says_what_it_printed(folder: Folder) -> None:
    assert Guest(folder).do("echo one; echo two >&2", 10) == "one\ntwo\n"


def test_two_who_give_jobs_each_get_their_own_answer(folder: Folder) -> None:
    assert Guest(folder).do("echo first", 10) == "first\n"
    assert Guest(folder).do("echo second", 10) == "second\n"


def test_a_job_that_fails_or_takes_too_long_says_its_last_line(folder: Folder) -> None:
    with pytest.raises(OpenLabError, match="a job of the guest failed: no such thing"):
        Guest(folder).do("echo no such thing; exit 3", 10)
    with pytest.raises(OpenLabError, match="took over 1 s: begun"):
        Guest(folder).do("echo begun; sleep 60", 1)


def test_a_job_that_fails_is_known_by_its_status_and_all_that_it_said(folder: Folder) -> None:
    assert Guest(folder).attempt("echo one; echo two; exit 3", 10) == (3, "one\ntwo\n")


def test_a_job_that_we_no_longer_wait_for_is_ended_with_what_it_started(folder: Folder) -> None:
    guest, pipe = Guest(folder), folder.run / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def interrupted(ready: object, seconds: float, otherwise: str) -> None:
        subprocess.run(["sh", "-c", f"until [ -e {folder.run}/begun ]; do sleep 0.02; done"])
        raise KeyboardInterrupt

    guest._wait = interrupted  # type: ignore[method-assign]
    script = f"exec 3>{pipe}; sleep 60 & touch {folder.run}/begun; trap 'echo undone' EXIT TERM"
    with pytest.raises(KeyboardInterrupt):
        guest.do(f"{script}; sleep 60", 10)
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # nobody is left who could write
    os.close(reader)
    (output,) = folder.run.glob("jobs/*.out")
    assert "undone" in output.read_text()


def test_what_goes_with_us_goes_when_we_are_killed() -> None:
    """The system sees to it; a killed `run` leaves no guest behind."""
    if not host.with_us():
        pytest.skip("there is no setpriv")
    text = (
        "import subprocess, sys; from labkit.openlab import host;"
        "p = subprocess.Popen([*host.with_us(), 'sh', '-c', 'echo begun; exec sleep 60']); p.wait()"
    )
    ours = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)
    assert ours.stdout is not None
    assert ours.stdout.readline() == b"begun\n"
    ours.send_signal(signal.SIGKILL)
    ours.wait()
    assert ours.stdout.read() == b""  # its end closed with it


@pytest.fixture
def built(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The guest's folder is the default one, and would be built and bootable; what is said."""
    monkeypatch.setattr(Folder, "default", lambda: folder)
    monkeypatch.setattr(host, "check_boot", lambda: None)
    monkeypatch.setattr(rootfs, "is_built", lambda folder: True)
    return []


def test_a_guest_whose_beginning_was_cut_short_is_stopped_and_another_made(
    folder: Folder, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    booted = []
    monkeypatch.setattr(session, "_boot", lambda guest, say, **how: booted.append(guest.pid))
    session.up(built.append)
    assert built[0] == "a guest whose beginning was cut short is stopped"
    assert booted == [None]


def test_a_whole_guest_is_left_as_it_is(folder: Folder, built: list[str]) -> None:
    Guest(folder).finish()
    session.up(built.append)
    assert built == [f"the open lab runs already (process {Guest(folder).pid})"]


def test_up_that_is_interrupted_leaves_no_guest(
    folder: Folder, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Guest(folder)
    guest.stop()

    def interrupted(guest: Guest, say: session.Say, **how: object) -> None:
        guest._process = subprocess.Popen(["sleep", "60"], start_new_session=True)
        raise KeyboardInterrupt

    stopped = []
    monkeypatch.setattr(session, "_boot", interrupted)
    monkeypatch.setattr(Guest, "stop", lambda guest: stopped.append(guest._process))
    with pytest.raises(KeyboardInterrupt):
        session.up(built.append)
    assert stopped[0] is not None
    stopped[0].kill()
    stopped[0].wait()


def test_stop_ends_it_and_says_so(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = Guest(folder)
    monkeypatch.setattr(Folder, "default", lambda: folder)
    said: list[str] = []
    # The shell is this process's child and ends as a zombie, whose command line is empty.
    session.down(said.append)
    assert said == ["the open lab is stopped"]
    assert guest.pid is None
    with pytest.raises(OpenLabError, match="does not run: labkit openlab up"):
        session.do("true")
