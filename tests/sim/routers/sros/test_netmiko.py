"""An unmodified netmiko drives a router over loopback SSH."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from netmiko import ConnectHandler

from labkit.sim import Threaded
from labkit.sim.lab.owner import Owner
from labkit.sim.lab.session import ShellSession
from labkit.sim.serve.port import Login, Screen, Window
from labkit.sim.serve.ssh import SshServers
from tests.sim.routers.sros.bench import Bench

LOGIN = Login("student", "a-password")


class Rack:
    """R6 behind an SSH server."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.owner = Owner(Threaded())
        self.owner.clock = bench.network.clock
        self.servers = SshServers(["R6"], LOGIN, self)

    def open(
        self, device: str, screen: Screen, window: Window | None, command: str | None
    ) -> ShellSession:
        opening = self.bench.devices[device].open_shell
        return ShellSession(device, self.owner, screen, opening, lambda: None, command)

    def connect(self) -> Any:
        return ConnectHandler(
            device_type="nokia_sros",
            host="127.0.0.1",
            port=self.servers.ports["R6"],
            username=LOGIN.username,
            password=LOGIN.password,
        )


@pytest.fixture
def rack(bench: Bench) -> Iterator[Rack]:
    rack = Rack(bench)
    yield rack
    rack.servers.close()
    rack.owner.close()


def test_netmiko_connects_shows_configures_and_saves(rack: Rack) -> None:
    with rack.connect() as router:
        assert router.base_prompt == "A:R6"
        assert "Number of SAPs : 1" in router.send_command("show service sap-using")
        typed = router.send_config_set(
            ["configure service vprn 100", 'description "by a script"', "no such-command"]
        )
        assert "Error: Bad command." in typed
        assert router.find_prompt() == "*A:R6#"
        assert "Saving configuration ... OK" in router.save_config()
        assert router.find_prompt() == "A:R6#"
        whole = router.send_command("admin display-config")
        assert 'description "by a script"' in whole and "# Finished " in whole
    assert 'description "by a script"' in (rack.bench.devices["R6"].saved or "")
