"""Every command ends with 0, 1 or 2, and says what is wrong in one line on stderr."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from labkit import __main__, commands, resources
from labkit.commands import COMMANDS, CommandError, course, doctor, environment

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command line here and now; returns status, stdout, stderr."""
    monkeypatch.setattr(environment, "enter", lambda argv: None)

    def run(*argv: str) -> tuple[int, str, str]:
        try:
            status = commands.run(argv)
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(call: Call, command: str) -> None:
    status, out, err = call(command, "--help")
    assert (status, err) == (0, "")
    assert "usage: labkit" in out


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["--nonsense"],
        ["--port", "x"],
        ["--port", "99999"],
        ["serve", "--seed", "one"],
        ["serve", "extra"],
        ["decrypt", "only-one"],
        ["decrypt", "no-such.pcap", "out.pcap", "--keys", "nowhere"],
        ["exercises", "nonsense"],
        ["doctor", "--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_2(call: Call, argv: list[str]) -> None:
    status, out, err = call(*argv)
    assert (status, out) == (2, "")
    assert err.startswith("labkit")
    assert err.count("\n") == 1


def test_failure_is_one_line_and_its_status(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object) -> int:
        raise CommandError("the cable\nis unplugged", status=1)

    monkeypatch.setattr(doctor, "doctor", fail)
    assert call("doctor") == (1, "", "labkit: the cable is unplugged\n")


def test_unforeseen_error_shows_its_traceback_only_with_debug(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: object) -> int:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(doctor, "doctor", fail)
    assert call("doctor") == (1, "", "labkit: by zero\n")
    for argv in (["doctor", "--debug"], ["--debug", "doctor"]):
        with pytest.raises(ZeroDivisionError):
            call(*argv)


def test_serve_turns_what_the_lab_refuses_into_2(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**asked: object) -> int:
        assert asked["checkpoint"] == "nowhere"
        raise ValueError("there is no checkpoint nowhere")

    monkeypatch.setattr("labkit.sim.serve_until_signal", refuse)
    status, out, err = call("serve", "--checkpoint", "nowhere")
    assert (status, out, err) == (2, "", "labkit: there is no checkpoint nowhere\n")


@pytest.mark.parametrize("command", ["test", "bench", "coverage", "notebooks"])
def test_installed_package_says_where_what_it_lacks_is(
    command: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "clone", lambda: None)
    status, _, err = call(command)
    assert status == 2
    assert "clone" in err


def test_old_python_gets_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert __main__.main([]) == 1
    assert "3.11 or newer, and this is 3.9.2" in capsys.readouterr().err


def test_doctor_fails_when_a_package_is_missing(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: ["no-such-package>=1"])
    status, out, _ = call("doctor")
    assert status == 1
    assert "FAIL  packages      missing no-such-package: " in out
    assert out.splitlines()[-1] == "The course cannot run: packages."


def test_doctor_does_not_mind_a_missing_optional_program(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    status, out, _ = call("doctor")
    assert status == 0
    assert "note  tshark        not found; optional: " in out


def test_doctor_sees_a_home_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LABKIT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(CommandError, match="set LABKIT_HOME"):
        doctor.working_copy()


def test_port_that_is_taken_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match="taken"):
            course.free_port(port)


def test_server_listens_on_loopback_and_starts_at_the_page() -> None:
    command = course.server_command(Path("home"), 8888, "/lab/tree/x.ipynb", browser=False)
    assert "--ServerApp.ip=127.0.0.1" in command
    assert "--LabApp.default_url=/lab/tree/x.ipynb" in command


def test_home_is_where_labkit_home_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LABKIT_HOME", str(tmp_path))
    assert resources.home() == tmp_path
