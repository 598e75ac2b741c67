"""The learner's notebooks are theirs: added to, never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.commands.course import RECORD, bring_up_to_date, first


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "00_start_here.ipynb").write_text("walk 1")
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "home" / "notebooks"


def names(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.ipynb")}


def test_first_use_copies_everything(published: Path, copy: Path) -> None:
    bring_up_to_date(published, copy)
    assert names(copy) == {"00_start_here.ipynb": "walk 1"}


def test_what_the_learner_changed_stays(published: Path, copy: Path) -> None:
    bring_up_to_date(published, copy)
    (copy / "00_start_here.ipynb").write_text("mine")
    assert bring_up_to_date(published, copy) == []
    assert names(copy) == {"00_start_here.ipynb": "mine"}


def test_what_the_learner_removed_stays_away(published: Path, copy: Path) -> None:
    bring_up_to_date(published, copy)
    (copy / "00_start_here.ipynb").unlink()
    bring_up_to_date(published, copy)
    assert names(copy) == {}


def test_new_notebook_is_added(published: Path, copy: Path) -> None:
    bring_up_to_date(published, copy)
    (published / "01_labels.ipynb").write_text("labels")
    assert bring_up_to_date(published, copy) == [copy / "01_labels.ipynb"]


def test_notebook_published_anew_is_laid_beside(published: Path, copy: Path) -> None:
    bring_up_to_date(published, copy, "0.1.0")
    (published / "00_start_here.ipynb").write_text("walk 2")
    bring_up_to_date(published, copy, "0.2.0")
    bring_up_to_date(published, copy, "0.2.0")
    assert names(copy) == {"00_start_here.ipynb": "walk 1", "00_start_here.0.2.0.ipynb": "walk 2"}
    (published / "00_start_here.ipynb").write_text("walk 3")
    bring_up_to_date(published, copy, "0.2.0")
    assert names(copy)["00_start_here.0.2.0-2.ipynb"] == "walk 3"


def test_spoilt_record_costs_no_notebook(published: Path, copy: Path) -> None:
    bring_up_to_date(published, copy)
    (copy / "00_start_here.ipynb").write_text("mine")
    (copy / RECORD).write_text("{")
    bring_up_to_date(published, copy)
    assert names(copy)["00_start_here.ipynb"] == "mine"


def test_course_opens_at_the_lowest_number(published: Path) -> None:
    (published / "10_last.ipynb").write_text("")
    (published / "about.ipynb").write_text("")
    assert first(published) == "00_start_here.ipynb"
