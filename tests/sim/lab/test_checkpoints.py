"""Checkpoint files: how they join, and what is said about those that are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labkit.sim.lab import checkpoints, world
from labkit.sim.lab.checkpoints import CheckpointError


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
        ("labkit: 1\nseed: [1]\n", "seed is no number"),
        ("labkit: 1\ncheckpoint: {a: b}\n", "checkpoint is no name"),
        ("labkit: 1\nlinks: 5\n", "links is no mapping"),
        ("parent: [a]\n", "parent is no name"),
        ("labkit: 1\nseed: 2026-13-45\n", "not YAML: month"),
        ("a: " + "[" * 200_000, "not YAML: line 1: too deep"),
        ("do: &a [*a]\n", r"not YAML: line 1: an alias \(\*a\)"),
        ("a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n", "line 2: an alias"),
        ("# " + "x" * 4_000_000, "not YAML: more than 4,000,000 bytes"),
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


@pytest.mark.parametrize("place", ["/dev/zero", "pipe", "."])
def test_what_is_no_file_is_refused_and_not_read_for_ever(tmp_path: Path, place: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="no file"):
        checkpoints.read(tmp_path / place)


@pytest.mark.parametrize(
    "state", ["5", "{up: maybe}", "{loss: 2}", "{mtu: 1}", "{delay: -1}", "{colour: 1}", "{up: 1}"]
)
def test_a_saved_link_that_cannot_be_is_refused(tmp_path: Path, state: str) -> None:
    path = tmp_path / "saved.yaml"
    path.write_text(f"labkit: 1\nlinks: {{r1-r2: {state}}}\n")
    with pytest.raises(CheckpointError, match="link r1-r2 cannot be as it says"):
        world.build([checkpoints.read(path)], 1, "saved")


def test_a_saved_lab_is_its_owners_alone_and_overwrites_nothing_but_another(tmp_path: Path) -> None:
    """The control channel writes where its user may: a script's start file is not its place."""
    precious = tmp_path / ".profile"
    precious.write_text("umask 022\n")
    with pytest.raises(FileExistsError, match="no saved lab"):
        checkpoints.write(precious, {}, [], {})
    assert precious.read_text() == "umask 022\n"
    path = tmp_path / "saved.yaml"
    for seed in (1, 2):
        checkpoints.write(path, {}, [], {"seed": seed})
    assert checkpoints.read(path).saved["seed"] == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [".profile", "saved.yaml"]


def test_a_link_in_the_place_of_a_saved_lab_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "saved.yaml"
    elsewhere.write_text("labkit: 1\n")
    path.symlink_to(elsewhere)
    checkpoints.write(path, {}, [], {"seed": 3})
    assert elsewhere.read_text() == "labkit: 1\n"
    assert not path.is_symlink()
