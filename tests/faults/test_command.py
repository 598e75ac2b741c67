"""`labkit faults` lists them without giving anything away, unless it is asked to."""

from __future__ import annotations

import pytest

from labkit.commands import run
from labkit.sim.lab import faults


@pytest.fixture(autouse=True)
def in_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labkit.commands.environment.enter", lambda argv: None)


def test_the_list_has_every_fault_and_no_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["faults"]) == 0
    out = capsys.readouterr().out
    for name in faults.names():
        fault = faults.load(name)
        assert f"{name:<5} {fault.title}\n" in out
        assert fault.cause not in out
        assert fault.proof not in out


def test_symptoms_are_told_of_those_asked_for_and_the_cause_with_spoil(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["faults", "f38"]) == 0
    out = capsys.readouterr().out
    assert "PC-B reaches its gateway and nothing beyond it." in out
    assert "default route" not in out
    assert run(["faults", "f38", "--spoil"]) == 0
    assert "cause PC-B has no default route." in capsys.readouterr().out


def test_a_fault_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["faults", "f99"]) == 2
    assert capsys.readouterr().err.startswith("labkit: there is no fault 'f99'")
