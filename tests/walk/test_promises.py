"""What `labkit serve` promises whoever drives it: reproducible, closed, and honest about errors."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException

from tests.walk.served import Served

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
Serve = Callable[..., Served]


def digest(folder: Path) -> dict[str, str]:
    """sha256 of every capture and key file below a folder."""
    files = sorted(folder.rglob("*.pcap")) + sorted((folder / "keys").iterdir())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_same_seed_and_commands_make_the_same_files(serve: Serve) -> None:
    """Two runs of the same commands leave byte-identical captures and keys."""
    digests = []
    for _ in range(2):
        lab = serve("--checkpoint", "crypto-map", "--seed", "11")
        lab.type(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        lab.type("PC-B", "ping -c 3 192.168.1.10")
        lab.close()
        digests.append(digest(lab.folder))
    assert digests[0] == digests[1]
    assert len(digests[0]) == 16


def test_another_seed_makes_other_keys(serve: Serve) -> None:
    """The seed decides the key material."""
    digests = [digest(serve("--checkpoint", "tunnel", "--seed", s).folder) for s in ("1", "2")]
    assert digests[0]["keys/secrets.json"] != digests[1]["keys/secrets.json"]


def test_wrong_password_is_refused(serve: Serve) -> None:
    """A login with any other password fails."""
    lab = serve()
    login = lab.login(A) | {"password": "guess", "secret": "guess"}
    with pytest.raises(NetmikoAuthenticationException):
        ConnectHandler(**login)


def test_no_port_listens_beyond_loopback(serve: Serve) -> None:
    """Every listening socket of the lab is bound to 127.0.0.1."""
    if not Path("/proc/net/tcp").exists():
        pytest.skip("needs /proc/net/tcp")
    lab = serve()
    ports = {d["netmiko"]["port"] for d in lab.facts["devices"]}
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            address, port = row.split()[1].rsplit(":", 1)
            if row.split()[3] == "0A" and int(port, 16) in ports:
                listening.add(address)
    assert listening == {"0100007F"}


def test_files_with_secrets_are_their_owners_alone(serve: Serve) -> None:
    """Nobody else may read the keys of a lab."""
    if os.name == "nt":
        pytest.skip("POSIX permissions")
    lab = serve()
    assert lab.keys.stat().st_mode & 0o077 == 0 or lab.folder.stat().st_mode & 0o077 == 0


def test_every_device_of_the_topology_is_listed(serve: Serve) -> None:
    """Two gateways, six provider routers, three hosts and the control channel."""
    platforms = [d["platform"] for d in serve().facts["devices"]]
    assert sorted(platforms) == ["cisco_ios"] * 2 + ["labkit"] + ["linux"] * 3 + ["nokia_sros"] * 6


WRONG_INPUT = [
    ("shw version", "% Invalid input detected at '^' marker."),
    ("show", "% Incomplete command."),
    ("s", '% Ambiguous command:  "s"'),
    ("ping 300.1.1.1", "%"),
    ("show access-lists NOSUCH", ""),
]


def test_wrong_input_gets_the_vendors_error_and_changes_nothing(serve: Serve) -> None:
    """Bad, incomplete and ambiguous commands, bad addresses and masks leave no trace."""
    lab = serve()
    before = lab.type(A, "show running-config")
    for command, error in WRONG_INPUT:
        assert error in lab.type(A, command)
    said = lab.configure(
        A,
        "interface GigabitEthernet0/1\n"
        "ip address 192.0.2.28 255.0.255.0\n"
        "ip address 192.0.2.299 255.255.255.0\n"
        "exit\n"
        "ip route 10.0.0.0 255.255.255.0\n"
        "crypto isakmp policy 0\n"
        "crypto ipsec transform-set T esp-foo\n",
    )
    assert "Bad mask" in said
    assert said.count("% Invalid input detected at '^' marker.") == 3
    assert "% Incomplete command." in said
    assert lab.type(A, "show running-config") == before


def test_wrong_input_on_sros_gets_the_vendors_error(serve: Serve) -> None:
    """SR OS answers a bad command in its own words and changes nothing."""
    lab = serve()
    before = lab.type("R6", "admin display-config")
    assert "Error: Bad command." in lab.type("R6", "shw version")
    assert "MINOR: CLI" in lab.type("R6", "show service id 7001 base")
    assert "Error:" in lab.configure("R6", "configure service vprn 100 interface")
    body = [s for s in lab.type("R6", "admin display-config").splitlines() if s[:1] != "#"]
    assert body == [s for s in before.splitlines() if s[:1] != "#"]


@pytest.mark.parametrize("options", [["--checkpoint", "nonsense"], ["--seed", "x"]])
def test_wrong_usage_is_one_line_and_exit_2(options: list[str]) -> None:
    """`labkit serve` says what is wrong in a line and exits 2."""
    command = [sys.executable, "-m", "labkit", "serve", "--json", *options]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert run.stderr.strip().splitlines()[-1].startswith("labkit")


def test_unwritable_folder_is_one_line_and_exit_2(tmp_path: Path) -> None:
    """A capture folder that cannot be made is named in one line."""
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "captures"
    command = [sys.executable, "-m", "labkit", "serve", "--json", "--capture-dir", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1
    assert "captures" in run.stderr


def test_taken_port_is_one_line_and_exit_2() -> None:
    """With `--port` taken by somebody else, the lab says so instead of moving elsewhere."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "labkit", "serve", "--json", "--port", port]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert port in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_termination_ends_with_status_0(serve: Serve) -> None:
    """SIGTERM is the agreed way to end a served lab."""
    assert serve().close() == 0
