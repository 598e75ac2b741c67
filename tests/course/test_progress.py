"""Progress: kept at once, moved as one line, and never taken from a line that is not ours."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.course.desk import Desk
from labkit.course.progress import Progress, TokenError

A = "Site-A-GW-Router"


def made(document: Any, form: str = "labkit1") -> str:
    """A token of any content, with a checksum that fits."""
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(document).encode())).decode()
    packed = packed.rstrip("=")
    return f"{form}.{packed}.{hashlib.sha256(f'{form}.{packed}'.encode()).hexdigest()[:16]}"


def test_a_record_survives_whoever_wrote_it(tmp_path: Path) -> None:
    Progress(tmp_path).put("exercises", "x", passed=True)
    Progress(tmp_path).put("exercises", "x", hints=2)
    assert Progress(tmp_path).get("exercises", "x") == {"passed": True, "hints": 2}
    assert [path.name for path in (tmp_path / "exercises").iterdir()] == ["x.json"]


def test_a_damaged_record_is_as_none(tmp_path: Path) -> None:
    Progress(tmp_path).put("exercises", "x", passed=True)
    (tmp_path / "exercises" / "x.json").write_text('{"passed": tr')
    assert Progress(tmp_path).get("exercises", "x") == {}


def test_a_token_brings_everything_to_another_machine(tmp_path: Path) -> None:
    here, there = Progress(tmp_path / "here"), Progress(tmp_path / "there")
    here.put("exercises", "of-a-later-version", passed=True)
    here.put("quizzes", "phase-1", chosen={"mm-active": 1})
    here.keep_lab("phase1", "labkit: 1\nparent: null\nconfig:\n  R1: |\n    exit\ndo: []\n")
    there.put("exercises", "own", passed=True)
    told = there.restore(f"  {here.token()[:50]}\n{here.token()[50:]}\n")
    assert (told.records, told.labs) == (2, 1)
    assert there.all("exercises") == {
        "of-a-later-version": {"passed": True},
        "own": {"passed": True},
    }
    assert there.lab("phase1") is not None


def test_what_is_passed_stays_passed(tmp_path: Path) -> None:
    here, there = Progress(tmp_path / "here"), Progress(tmp_path / "there")
    here.put("exercises", "x", passed=False, tries=9)
    there.put("exercises", "x", passed=True, tries=1)
    there.restore(here.token())
    assert there.get("exercises", "x") == {"passed": True, "tries": 1}


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", "it has three parts"),
        ("hello", "it has three parts"),
        ("x" * 1_000_000, "it has three parts"),
        ("labkit1.AAAA.0000000000000000", "its checksum does not fit"),
        (made({}, "labkit9"), "of form 'labkit9', and this labkit reads labkit1"),
        (made([1, 2]), "holds no progress"),
        (made({"exercises": {"../../etc/passwd": {}}}), "are not by id"),
        (made({"exercises": {"x": [1]}}), "x is no record"),
        (made({"exercises": {"x": {"a": "b" * 20_000}}}), "x is no record"),
        (made({"labs": {"phase1": "not: [a lab"}}), "phase1 cannot be read"),
        (made({"labs": {"phase1": "surprise: 1"}}), "phase1 cannot be read"),
        (made({"exercises": {"x": "y" * 3_000_000}}), "holds no progress"),
    ],
)
def test_a_token_that_is_not_ours_is_refused_with_a_sentence_and_writes_nothing(
    tmp_path: Path, token: str, message: str
) -> None:
    with pytest.raises(TokenError, match=message):
        Progress(tmp_path).restore(token)
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda b: made({"exercises": repr(b)})))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(TokenError):
        Progress(Path("/nonexistent")).restore(text)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("LABKIT_HOME", str(tmp_path))
    with Desk("baseline") as made_desk:
        yield made_desk


def test_one_goes_on_with_ones_own_routers(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`start` keeps what was changed, and `mine=True` brings it back, after the kernel died too."""
    desk.configure(A, "interface Loopback7\n ip address 10.15.15.99 255.255.255.255")
    desk.start("phase1")
    assert "Loopback7" not in desk.observer.run(A, "show ip interface brief")
    desk.start("phase1", mine=True)
    assert "Loopback7" in desk.observer.run(A, "show ip interface brief")
    assert "with your own configurations" in capsys.readouterr().out
    with Desk("baseline") as another:
        another.start("phase2", mine=True)
        assert "Loopback7" in another.observer.run(A, "show ip interface brief")


def test_nobody_has_own_routers_before_changing_one(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.start("phase1", mine=True)
    assert "You have none of your own yet." in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 200_000, "a: &a [x]\ndo: [*a]\n", "labkit: 1\nlinks: 5\n"]
)
def test_a_tokens_configuration_that_would_end_the_reader_is_refused(
    tmp_path: Path, text: str
) -> None:
    """A line of brackets ends the whole process where libyaml is let at it."""
    with pytest.raises(TokenError, match="configuration phase1 cannot be read"):
        Progress(tmp_path).restore(made({"labs": {"phase1": text}}))
    assert not list(tmp_path.iterdir())
