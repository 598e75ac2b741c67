"""What the rows are measured against is there, is fair, and is found or said to be missing."""

from __future__ import annotations

import importlib
import os
import socket
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from netmiko import ConnectHandler

from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, Ethernet
from labkit.protocols.wire.ipv4 import IPv4
from tests import benchmarks
from tests.benchmarks import labs, ports
from tests.benchmarks.forwarding import rebuilder
from tests.benchmarks.measure import Comparison, Unavailable
from tests.benchmarks.processes import Program, ask

HOLD = """
import json, os
from tests.benchmarks.peak import peak_memory
before = peak_memory()
held = os.urandom(1) * 60_000_000
del held
print(json.dumps([before, peak_memory()]))
"""
ECHO = "import sys; print('{\"ready\": 1}', flush=True); sys.stdin.read()"


@pytest.mark.parametrize("platform", ["cisco_ios", "nokia_sros"])
def test_netmiko_takes_the_bare_server_for_a_device(platform: str) -> None:
    """It connects, finds the prompt and gets an empty answer to a command."""
    with labs.bare(platform) as server, ConnectHandler(**server.told) as connection:
        assert connection.find_prompt() in ("Site-A-GW-Router#", "A:R1#")
        assert connection.send_command("show version").strip() == ""


def test_the_bare_server_prints_the_bytes_it_was_given_for_their_command(tmp_path: Path) -> None:
    (tmp_path / "answer").write_bytes(b"one\r\ntwo\r\n")
    with (
        labs.bare("cisco_ios", "show it", tmp_path / "answer") as server,
        ConnectHandler(**server.told) as connection,
    ):
        assert connection.send_command("show it").split() == ["one", "two"]
        assert connection.send_command("show else").strip() == ""


def test_a_program_tells_that_it_is_ready_and_ends_with_its_input() -> None:
    program = Program("-c", ECHO)
    assert program.told == {"ready": 1}
    program.close()
    assert program._process.returncode == 0


def test_a_program_that_dies_says_its_last_words() -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'gone'"):
        Program("-c", "raise KeyError('gone')")


def test_a_question_to_a_fresh_interpreter_finds_this_labkit() -> None:
    """Also where it is not installed, and with arguments."""
    code = "import json, sys, labkit; print(json.dumps([labkit.__file__, sys.argv[1]]))"
    file, argument = ask(code, "x")
    assert Path(file) == Path(str(sys.modules["labkit"].__file__))
    assert argument == "x"


def test_an_interpreter_with_its_own_environment_sees_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "ours")
    code = 'import json, os; print(json.dumps({"path": os.environ.get("PYTHONPATH")}))'
    with Program("-c", code, python=Path(sys.executable)) as program:
        assert program.told == {"path": None}


def test_without_fakenos_its_rows_are_skipped_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither named nor on the path; or named where nothing is."""
    monkeypatch.delenv(labs.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="FakeNOS is not installed"):
        labs.find_fakenos()
    monkeypatch.setenv(labs.VARIABLE, str(tmp_path / "python"))
    with pytest.raises(Unavailable, match="which is no file"):
        labs.find_fakenos()


def test_fakenos_is_found_by_its_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The Python beside the command has it, also when the command is a link to it."""
    monkeypatch.delenv(labs.VARIABLE, raising=False)
    if os.name == "nt":
        pytest.skip("links and executable bits are not Windows' way")
    home, path = tmp_path / "venv", tmp_path / "bin"
    for folder in (home, path):
        folder.mkdir()
    for name in ("fakenos", "python"):
        (home / name).touch(mode=0o755)
    (path / "fakenos").symlink_to(home / "fakenos")
    monkeypatch.setenv("PATH", str(path))
    assert labs.find_fakenos() == home / "python"


def test_free_ports_are_different_and_free() -> None:
    found = ports.free(12)
    assert len(set(found)) == 12
    for port in found:
        socket.create_server((ports.HOST, port)).close()


def test_a_port_is_open_only_when_it_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listening one is found; a closed one is waited for, and not for ever."""
    with socket.create_server((ports.HOST, 0)) as listener:
        ports.wait_open([listener.getsockname()[1]])
    monkeypatch.setattr(ports, "PATIENCE", 0.0)
    with pytest.raises(TimeoutError):
        ports.wait_open(ports.free(1))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process its peak")
def test_the_peak_grows_with_what_is_held_and_does_not_shrink() -> None:
    """Sixty MB that were held once stay in the figure."""
    before, after = ask(HOLD)
    assert 55 < after - before < 90


def test_scapys_forwarder_forwards() -> None:
    """It rebuilds a frame with a TTL less and a checksum that fits."""
    ends = IPv4Address("172.16.1.10"), IPv4Address("192.168.1.10")
    packet = IPv4(*ends, 253, b"payload", ttl=9).encode()
    frame = Ethernet(bytes(6), bytes(6), ETHERTYPE_IPV4, packet).encode()
    (rebuilt,) = rebuilder([frame])()
    forwarded = IPv4.decode(Ethernet.decode(rebuilt).payload)
    assert forwarded.ttl == 8
    assert forwarded.payload == b"payload"


def test_every_group_of_the_benchmark_exists() -> None:
    """A name in the list is a module that yields comparisons."""
    for name in benchmarks.GROUPS:
        rows = importlib.import_module(f"tests.benchmarks.{name}").rows
        assert callable(rows)
    first = next(importlib.import_module("tests.benchmarks.esp").rows())
    assert isinstance(first, Comparison)
