"""`labkit exercises`, as somebody types it beside a running lab."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labkit import commands
from labkit.commands import environment
from labkit.course.checking import apply
from labkit.course.exercise import exercise
from labkit.course.observer import OverSsh
from labkit.sim import Lab

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run `labkit exercises …` here and now; returns status, stdout, stderr."""
    monkeypatch.setattr(environment, "enter", lambda argv: None)

    def run(*argv: str) -> tuple[int, str, str]:
        status = commands.run(["exercises", *argv])
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    """What `labkit serve --json` prints, in a file, while the lab runs."""
    with Lab("baseline", capture_dir=tmp_path / "captures") as lab:
        (tmp_path / "lab.json").write_text(json.dumps(lab.serve()))
        yield tmp_path / "lab.json"


def test_lists_what_there_is(call: Call) -> None:
    status, out, err = call()
    assert (status, err) == (0, "")
    assert "04  exercise  mirror-200" in out
    assert call("list")[1] == out


def test_tells_an_untouched_lab_from_a_solved_one(call: Call, served: Path) -> None:
    words = ("check", "mirror-200", "--lab", str(served))
    untouched = "A tap in the core (mirror-200): not attempted.\n"
    assert call(*words) == (1, untouched, "")
    observer = OverSsh.of(json.loads(served.read_text()))
    assert apply(observer, exercise("mirror-200").solution) == []
    observer.close()
    status, out, _ = call(*words)
    assert status == 0
    assert "passed, 4 of 4 checks hold." in out
    assert "✓ 04  exercise  mirror-200" in call("list")[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "nothing", "--lab", "x"], "labkit: there is no exercise 'nothing'; there are:"),
        (["check", "mirror-200", "--lab", "/nonexistent"], "labkit: cannot read /nonexistent"),
        (["check", "mirror-200"], "labkit: which lab? none runs; say it with --lab FILE"),
        (["check", "predict-esp-length", "--lab", "x"], "is a question: use Predict"),
    ],
)
def test_wrong_usage_is_one_line(call: Call, words: list[str], message: str) -> None:
    status, out, err = call(*words)
    assert (status, out) == (2, "")
    assert message in err and err.count("\n") == 1


def test_a_file_that_describes_no_lab_is_named(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    for text, message in (("{", "is not the JSON of"), ("{}", "needs a list `devices`")):
        file.write_text(text)
        status, _, err = call("check", "mirror-200", "--lab", str(file))
        assert status in (1, 2) and message in err
