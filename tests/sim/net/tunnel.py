"""A tunnel between two gateways back to back, and looks at its state."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from labkit.sim.model.facts import Ace, Acl, CryptoMap, DeviceFacts
from labkit.sim.net.ipsec import IpsecEngine
from tests.sim.net import facts as given
from tests.sim.net.facts import GW_A, GW_B, A, B
from tests.sim.net.stage import Stage

LOOP_A, LOOP_B = IPv4Address("10.15.15.15"), IPv4Address("10.16.16.16")


def tunnel(**changed: DeviceFacts) -> Stage:
    told = given.both()
    for key, value in changed.items():
        told[{"a": A, "b": B}[key]] = value
    return Stage(told)


def up(**changed: DeviceFacts) -> Stage:
    """A tunnel that has carried one lost and four good pings."""
    stage = tunnel(**changed)
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    return stage


def engine(stage: Stage, name: str) -> IpsecEngine:
    found = stage.network.router(name).ipsec
    assert found is not None
    return found


def counts(stage: Stage, name: str) -> tuple[int, int, int]:
    counters = engine(stage, name).idents[0].counters
    return counters.encaps, counters.decaps, counters.send_errors


def state(stage: Stage, name: str) -> list[str]:
    return [sa.state for sa in engine(stage, name).ike.ike_sas(stage.network.clock.now)]


def protocols(stage: Stage, link: str = "wan") -> list[int]:
    return [frame[23] for _, frame, _ in stage.frames[link] if frame[12:14] == b"\x08\0"]


def with_ipsec(told: DeviceFacts, **changes: object) -> DeviceFacts:
    return replace(told, ipsec=replace(told.ipsec, **changes))  # type: ignore[arg-type]


def with_acl(told: DeviceFacts, *entries: Ace) -> DeviceFacts:
    return replace(told, acls=(Acl("VPN-TRAFFIC", entries),))


def with_entry(told: DeviceFacts, **changes: object) -> DeviceFacts:
    entry = replace(told.ipsec.maps[0].entries[0], **changes)  # type: ignore[arg-type]
    return with_ipsec(told, maps=(CryptoMap("VPN-MAP", (entry,)),))


def last_esp(stage: Stage) -> bytes:
    """The last ESP frame that B has sent."""
    sent = [f for _, f, node in stage.frames["wan"] if f[23] == 50 and node == B]
    return sent[-1]
