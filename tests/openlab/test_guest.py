"""Jobs of the guest: files in, output and exit status out.  A shell plays the guest here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.openlab import OpenLabError, session
from labkit.openlab.folder import Folder
from labkit.openlab.guest import Guest

LOOP = """
cd "$0"/jobs
while [ ! -e ../stop ]; do
  for job in *.sh; do
    [ -e "$job" ] || continue
    name=${job%.sh}
    mv "$job" "$name.run"
    sh "$name.run" >"$name.out" 2>&1
    echo $? >"$name.rc.new"
    mv "$name.rc.new" "$name.rc"
  done
  sleep 0.02
done
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder whose guest is a shell that does what `init` does with jobs."""
    made = Folder(tmp_path)
    (made.run / "jobs").mkdir(parents=True)
    named = [f"LAB_FOLDER={made.run}"]
    process = subprocess.Popen(
        ["sh", "-c", f"echo; {LOOP}", str(made.run), *named],
        start_new_session=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"\n"  # it runs, and /proc knows its words
    (made.run / "pid").write_text(str(process.pid))
    yield made
    (made.run / "stop").touch()
    process.communicate(timeout=10)


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks in /proc")


def test_a_job_says_what_it_printed(folder: Folder) -> None:
    assert Guest(folder).do("echo one; echo two >&2", 10) == "one\ntwo\n"


def test_two_who_give_jobs_each_get_their_own_answer(folder: Folder) -> None:
    assert Guest(folder).do("echo first", 10) == "first\n"
    assert Guest(folder).do("echo second", 10) == "second\n"


def test_a_job_that_fails_or_takes_too_long_says_its_last_line(folder: Folder) -> None:
    with pytest.raises(OpenLabError, match="a job of the guest failed: no such thing"):
        Guest(folder).do("echo no such thing; exit 3", 10)
    with pytest.raises(OpenLabError, match=r"took over 0 s: it says nothing|took over 0 s: begun"):
        Guest(folder).do("echo begun; sleep 1", 0.3)


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
