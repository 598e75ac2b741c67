"""Commands that a learner tries beside the course's own: banners, summaries."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import B


def test_banners_are_kept_apart_and_the_exec_banner_comes_last(b: Any) -> None:
    b.lines("configure terminal\nbanner login #Members only#\nbanner exec #Welcome in#\nend")
    config = b.type("show running-config | include banner")
    assert config == "banner exec ^CWelcome in^C\nbanner login ^CMembers only^C\n"
    shell = b.bench.devices[B].open_shell("ssh", height=0)
    shell.start()
    said = shell.output()
    assert said.index("Members only") < said.index("Welcome in")
    b.lines("configure terminal\nno banner login\nend")
    assert "login" not in b.type("show running-config | include banner")


def test_the_summary_counts_every_route_once(b: Any) -> None:
    page = b.type("show ip route summary").splitlines()
    total = next(line.split() for line in page if line.startswith("Total"))
    internal = next(line.split() for line in page if line.startswith("internal"))
    routes = [
        line for line in b.type("show ip route").splitlines() if line[:1] in "LCSB" and line[2:3]
    ]
    prefixes = [line for line in routes if not line.startswith("Codes")]
    assert int(total[1]) + int(total[2]) - int(internal[1]) == len(prefixes) > 1
    groups = [line for line in b.type("show ip route").splitlines() if " subnetted, " in line]
    assert int(internal[1]) == len(groups)


def test_what_is_switched_off_for_ike_and_esp_reaches_the_router(b: Any) -> None:
    router = b.bench.devices[B].router
    assert router.facts.ipsec.aggressive_mode and router.facts.ipsec.nat_transparency
    b.lines("""
        configure terminal
        crypto isakmp aggressive-mode disable
        no crypto ipsec nat-transparency udp-encapsulation
        crypto ipsec security-association idle-time 90
        crypto map VPN-MAP 100
        set security-association idle-time 120
        set security-association replay disable
        end
    """)
    told = router.facts.ipsec
    assert not told.aggressive_mode and not told.nat_transparency
    (entry,) = told.maps[0].entries
    assert (told.idle_seconds, entry.idle_seconds, entry.replay_window) == (90, 120, 0)
    b.lines("configure terminal\ncrypto map VPN-MAP 100")
    b.lines("no set security-association replay disable\nend")
    assert router.facts.ipsec.maps[0].entries[0].replay_window is None


def test_a_session_after_a_reload_is_a_new_one() -> None:
    with Lab("tunnel") as lab:
        for line in ("configure terminal", "crypto logging session", "end", "write memory"):
            lab.run(B, line)
        lab.run(B, "reload", "")
        lab.advance(60)
        lab.run(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        told = lab.run(B, "show logging | include SESSION_STATUS").splitlines()
        counted = lab.run(B, "show ip route summary").splitlines()
        table = lab.run(B, "show ip route").splitlines()
    assert len(told) == 1 and "tunnel is UP" in told[0]
    internal = next(line.split() for line in counted if line.startswith("internal"))
    assert int(internal[1]) == sum(" subnetted, " in line for line in table)


@pytest.mark.parametrize("logs", [True, False])
def test_sessions_are_logged_if_that_was_asked_for(logs: bool) -> None:
    with Lab("tunnel") as lab:
        for line in ("configure terminal", f"{'' if logs else 'no '}crypto logging session", "end"):
            assert "%" not in lab.run(B, line)
        lab.run(B, "clear crypto session")
        lab.run(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        told = lab.run(B, "show logging | include SESSION_STATUS").splitlines()
        brief = lab.run(B, "show crypto session brief").splitlines()[-1].split()
    states = [line.partition("tunnel is ")[2].split()[0].rstrip(".") for line in told]
    assert states == (["DOWN", "UP"] if logs else [])
    assert all(line.endswith("Id: 192.0.2.28") for line in told)
    assert (brief[:2], brief[-1]) == (["192.0.2.28", "Gi0/1"], "UA")
