"""`labkit serve` from outside: its one line, its ports, its end, its errors."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from netmiko import ConnectHandler, NetmikoAuthenticationException

from labkit.sim.model import topology

PROGRAM = (
    "import sys; from labkit.commands import environment, run; "
    "environment.enter = lambda argv: None; sys.exit(run(sys.argv[1:]))"
)


def serve(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("served") / "captures"
    process = serve("--json", "--capture-dir", str(folder))
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")


def login(served: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(next(each["netmiko"] for each in served["devices"] if each["name"] == name))


def test_the_line_lists_every_device_capture_and_the_keys(served: dict[str, Any]) -> None:
    assert (served["checkpoint"], served["seed"]) == ("baseline", 1)
    platforms = {device["name"]: device["platform"] for device in served["devices"]}
    nodes = topology.load().nodes.values()
    assert platforms == {node.name: node.platform for node in nodes} | {"lab": "labkit"}
    for device in served["devices"]:
        netmiko = device["netmiko"]
        assert netmiko["host"] == "127.0.0.1"
        assert netmiko["username"] == "student"
        assert netmiko["device_type"] == device["platform"].replace("labkit", "linux")
    assert set(served["captures"]) == set(topology.load().links)
    assert all(Path(path).is_file() for path in served["captures"].values())
    assert (Path(served["keys"]) / "secrets.json").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_no_port_listens_beyond_one_address(served: dict[str, Any]) -> None:
    for device in served["devices"]:
        port = device["netmiko"]["port"]
        socket.create_connection(("127.0.0.1", port)).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port))


def test_a_wrong_password_is_refused(served: dict[str, Any]) -> None:
    wrong = login(served, "R1") | {"password": "guessed"}
    with pytest.raises(NetmikoAuthenticationException):
        ConnectHandler(**wrong)


def test_the_configured_passwords_do_not_open_ssh(served: dict[str, Any]) -> None:
    wrong = login(served, "Site-A-GW-Router") | {"password": "Telnet-Clear-1"}
    with pytest.raises(NetmikoAuthenticationException):
        ConnectHandler(**wrong)


@pytest.mark.parametrize(
    ("name", "command", "expected"),
    [
        ("Site-A-GW-Router", "ping 10.16.16.16 source Loopback0", "!!!!!"),
        ("R6", "show router 100 route-table", "No. of Routes: 5"),
        ("PC-A", "ping -c 1 192.168.1.1", "1 packets transmitted, 1 received"),
        ("Kali", "whoami", "student"),
        ("lab", "status", "Checkpoint  baseline"),
    ],
)
def test_plain_netmiko_drives_every_platform(
    served: dict[str, Any], name: str, command: str, expected: str
) -> None:
    with ConnectHandler(**login(served, name)) as connection:
        assert expected in connection.send_command(command)


def test_leaving_the_control_channel_is_quick(served: dict[str, Any]) -> None:
    connection = ConnectHandler(**login(served, "lab"))
    began = time.monotonic()
    connection.disconnect()
    assert time.monotonic() - began < 2


def test_sessions_survive_a_start_at_the_prompt_of_the_new_device(served: dict[str, Any]) -> None:
    with (
        ConnectHandler(**login(served, "R2")) as router,
        ConnectHandler(**login(served, "lab")) as lab,
    ):
        assert "Mirror" not in router.send_command("show debug")
        lab.send_command("start mirror")
        assert "No. of Routes: 5" in router.send_command("show router 100 route-table")
        assert "mirror" in lab.send_command("status")
        lab.send_command("start baseline")


def test_tcpdump_on_kali_shows_what_another_session_causes(served: dict[str, Any]) -> None:
    with (
        ConnectHandler(**login(served, "lab")) as lab,
        ConnectHandler(**login(served, "Site-B-GW-Router")) as gateway,
    ):
        lab.send_command("start mirror")
        with ConnectHandler(**login(served, "Kali")) as kali:
            kali.write_channel("tcpdump -i eth0 -n -c 4 icmp\n")
            kali.read_until_pattern("snapshot length")
            gateway.send_command("ping 10.15.15.15 source Loopback0 repeat 2")
            text = kali.read_until_pattern(r"dropped by kernel")
        assert text.count("IP 10.16.16.16 > 10.15.15.15: ICMP echo request, id") == 2
        assert "4 packets captured" in text
        lab.send_command("start baseline")


def test_exec_over_ssh_prints_only_the_answer(served: dict[str, Any]) -> None:
    facts = login(served, "PC-A")
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            facts["host"],
            facts["port"],
            facts["username"],
            facts["password"],
            allow_agent=False,
            look_for_keys=False,
        )
        _, output, _ = client.exec_command("ping -c 1 192.168.1.99")
        assert output.read().startswith(b"PING 192.168.1.99 (192.168.1.99) 56(84) bytes of data.")
        assert output.channel.recv_exit_status() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--checkpoint", "nowhere"), "there is no checkpoint 'nowhere'"),
        (("--capture-dir", "/dev/null/x"), "cannot write captures in /dev/null/x"),
        (("--port", "TAKEN"), "is not free"),
        (("--port", "70000"), "is not free"),
        (("--seed", "x"), "invalid int value"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_status_2(
    served: dict[str, Any], arguments: tuple[str, ...], message: str
) -> None:
    taken = str(login(served, "R1")["port"])
    words = [taken if word == "TAKEN" else word for word in arguments]
    process = serve("--json", *words)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (2, "")
    assert message in errors
    assert len(errors.splitlines()) == 1
