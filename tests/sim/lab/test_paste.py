"""What `show running-config` prints of two finished gateways makes gateways of two others."""

from __future__ import annotations

import pytest

from labkit.sim.lab.lab import Lab

GATEWAYS = ("Site-A-GW-Router", "Site-B-GW-Router")
PORTS = ("GigabitEthernet0/0", "GigabitEthernet0/1", "GigabitEthernet0/2")


@pytest.fixture(scope="module")
def finished() -> dict[str, list[str]]:
    """The configurations as a person copies them from the screen: from `version` to `end`."""
    with Lab("tunnel") as lab:
        shown = {name: lab.run(name, "show running-config").splitlines() for name in GATEWAYS}
    return {name: lines[lines.index("version 15.6") :] for name, lines in shown.items()}


def paste(lab: Lab, name: str, lines: list[str]) -> list[str]:
    """Type lines at the configuration prompt; what was refused."""
    lab.run(name, "configure terminal")
    return [line for line in lines if "% " in lab.run(name, line).replace("% NOTE", "")]


def pings(lab: Lab) -> str:
    return lab.run("Site-B-GW-Router", "ping 192.168.1.1 source GigabitEthernet0/0")


def shown(lab: Lab, name: str) -> list[str]:
    lines = lab.run(name, "show running-config").splitlines()
    return lines[lines.index("version 15.6") :]


def test_pasted_line_by_line_at_the_baseline_the_tunnel_comes_up(
    finished: dict[str, list[str]],
) -> None:
    with Lab("baseline") as lab:
        for name, lines in finished.items():
            assert paste(lab, name, lines) == []
            assert shown(lab, name) == lines
        assert ".!!!!" in pings(lab)
        assert "QM_IDLE" in lab.run("Site-A-GW-Router", "show crypto isakmp sa")


def test_pasted_into_empty_routers_it_comes_up_once_the_ports_are_opened(
    finished: dict[str, list[str]],
) -> None:
    """A running configuration does not say `no shutdown`; a port of an empty router is shut."""
    with Lab("baseline") as lab:
        for name, lines in finished.items():
            lab.run(name, "write erase", "")
            lab.run(name, "reload", "no", "")
            assert "hostname Router" in shown(lab, name)
            assert paste(lab, name, lines) == []
            lab.run(name, "configure terminal")
            for port in PORTS:
                if f"interface {port}" in lines and " shutdown" not in _section(lines, port):
                    lab.run(name, f"interface {port}")
                    lab.run(name, "no shutdown")
            lab.run(name, "end")
            assert shown(lab, name) == lines
        lab.advance(30)
        lab.run("Site-B-GW-Router", "ping 198.51.100.1 repeat 2")
        lab.run("Site-A-GW-Router", "ping 192.0.2.25 repeat 2")
        assert ".!!!!" in pings(lab)
        lab.run("Site-B-GW-Router", "write memory")
        assert "bytes" in lab.run("Site-B-GW-Router", "show startup-config").splitlines()[0]


def _section(lines: list[str], port: str) -> list[str]:
    start = lines.index(f"interface {port}") + 1
    return lines[start : lines.index("!", start)]
