"""Checkpoint files: how they join, and what is said about those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.lab import checkpoints
from labkit.lab.checkpoints import CheckpointError


def test_every_checkpoint_of_the_course_has_a_chain_to_the_baseline() -> None:
    assert {"baseline", "mirror", "phase1", "phase2", "acl", "crypto-map", "tunnel"} <= set(
        checkpoints.names()
    )
    for name in checkpoints.names():
        chain = checkpoints.chain(name)
        assert (chain[0].name, chain[-1].name) == ("baseline", name)


def test_lines_know_where_they_stand() -> None:
    baseline = checkpoints.chain("baseline")[0]
    text = Path(checkpoints.resources.data("checkpoints", "baseline.yaml")).read_text().splitlines()
    for lines in baseline.config.values():
        for index, line in enumerate(lines.lines):
            number = int(lines.where(index).rpartition(" ")[2])
            assert text[number - 1].strip() == line.strip()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a checkpoint"),
        ("a: [", "not YAML"),
        ("parent: x\nfoo: 1\n", "unknown keys: foo"),
        ("config: 3\n", "line 1: config is no mapping"),
        ("config:\n  R1: [a]\n", "line 2: R1: lines are one text"),
        ("do: [ping]\n", "each entry is `node: command`"),
        ("do: 3\n", "do is no list"),
        ("labkit: 99\nconfig: {}\n", "saved in form 99"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(CheckpointError, match=message) as refused:
        checkpoints.read(path)
    assert "wrong.yaml" in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere", "../baseline", ""])
def test_an_unknown_checkpoint_names_those_that_there_are(name: str) -> None:
    with pytest.raises(CheckpointError, match=r"there are: acl, .*baseline, crypto-map"):
        checkpoints.chain(name)


def test_what_is_saved_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    config = {"R1": "configure\n    port 1/1/1   \n    exit\n", "PC-A": "", "B": "banner ^C: x\n"}
    about = {"checkpoint": "mirror", "seed": 7, "links": {"r1-r2": {"up": False}}}
    checkpoints.write(path, config, [("R6", "debug x")], about)
    saved = checkpoints.read(path)
    assert saved.config["R1"].lines == ("configure", "    port 1/1/1", "    exit")
    assert "PC-A" not in saved.config
    assert saved.do == (("R6", "debug x"),)
    assert saved.saved["links"] == {"r1-r2": {"up": False}}
