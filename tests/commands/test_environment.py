"""The clone's own environment, made with a fake pip in a fake clone: no network, no venv."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from labkit.commands import CommandError, environment


class Machine:
    """Stands in for venv and pip, and counts what was asked of them."""

    def __init__(self) -> None:
        self.made = 0
        self.installed: list[tuple[str, ...]] = []
        self.fail = False

    def create(self, venv: Path) -> None:
        self.made += 1
        python = environment.python_of(venv)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def install(self, python: Path, *arguments: str, total: int = 0) -> None:
        if self.fail:
            raise CommandError("pip could not install: no network")
        self.installed.append(arguments)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(environment, "_create", machine.create)
    monkeypatch.setattr(environment, "install", machine.install)
    return machine


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    root.mkdir()
    (root / "requirements.txt").write_text("a==1\n")
    (root / "pyproject.toml").write_text("[project]\n")
    return root


def test_first_run_makes_the_environment_and_installs_hashed_then_itself(
    machine: Machine, root: Path
) -> None:
    environment.prepare(root)
    assert machine.made == 1
    assert machine.installed[0][0] == "--require-hashes"
    assert machine.installed[1][-2:] == ("--editable", str(root))


def test_second_run_does_nothing(machine: Machine, root: Path) -> None:
    environment.prepare(root)
    environment.prepare(root)
    assert (machine.made, len(machine.installed)) == (1, 2)


def test_changed_requirements_install_again_into_the_same_environment(
    machine: Machine, root: Path
) -> None:
    environment.prepare(root)
    (root / "requirements.txt").write_text("a==2\n")
    environment.prepare(root)
    assert (machine.made, len(machine.installed)) == (1, 4)


def test_environment_left_half_way_is_made_anew(machine: Machine, root: Path) -> None:
    machine.fail = True
    with pytest.raises(CommandError):
        environment.prepare(root)
    machine.fail = False
    environment.prepare(root)
    assert (machine.made, len(machine.installed)) == (2, 2)


def test_moved_clone_gets_a_new_environment(machine: Machine, root: Path) -> None:
    environment.prepare(root)
    moved = root.rename(root.with_name("elsewhere"))
    environment.prepare(moved)
    assert machine.made == 2


def test_environment_without_its_python_is_made_anew(machine: Machine, root: Path) -> None:
    environment.prepare(root)
    environment.python_of(root / ".venv").unlink()
    environment.prepare(root)
    assert machine.made == 2


def test_environment_made_by_hand_is_added_to_and_not_removed(machine: Machine, root: Path) -> None:
    python = environment.python_of(root / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    environment.prepare(root)
    assert (machine.made, len(machine.installed)) == (0, 2)


def test_environment_we_run_from_is_never_removed(machine: Machine, root: Path) -> None:
    machine.fail = True
    with pytest.raises(CommandError):
        environment.prepare(root)
    machine.fail = False
    environment.prepare(root, inside=True)
    assert (machine.made, len(machine.installed)) == (1, 2)


def test_two_commands_at_once_install_once(
    machine: Machine, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on, waits = threading.Event(), threading.Event(), threading.Event()

    def slow_install(python: Path, *arguments: str, total: int = 0) -> None:
        inside.set()
        assert go_on.wait(10)
        machine.install(python, *arguments)

    monkeypatch.setattr(environment, "install", slow_install)
    monkeypatch.setattr(
        environment, "_say", lambda text: waits.set() if "another labkit" in text else None
    )
    first = threading.Thread(target=environment.prepare, args=(root,))
    second = threading.Thread(target=environment.prepare, args=(root,))
    first.start()
    assert inside.wait(10)
    second.start()
    assert waits.wait(10), "the second did not wait for the first"
    go_on.set()
    first.join(10)
    second.join(10)
    assert (machine.made, len(machine.installed)) == (1, 2)


def test_python_without_venv_is_told_which_package_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match="python3-venv"):
        environment.prepare(root)


def test_wheel_needs_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.resources, "clone", lambda: None)
    monkeypatch.setattr(environment, "prepare", lambda *_, **__: pytest.fail("prepared"))
    environment.enter(["doctor"])


def test_failure_of_pip_is_told_in_its_own_words() -> None:
    with pytest.raises(CommandError, match=r"no-such-file\.txt"):
        environment.install(Path(sys.executable), "-r", "no-such-file.txt")
