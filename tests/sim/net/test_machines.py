"""The provider's machines alone: VRRP, bridge, label switching, mirror and BGP session."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.protocols.wire import bgp as wire
from labkit.protocols.wire.mpls import decode_stack
from labkit.protocols.wire.vrrp import Vrrp
from labkit.sim.model.facts import MirrorDest, MirrorSource, Sap, VrrpGroup
from labkit.sim.net.bgp.session import Session
from labkit.sim.net.bgp.session import State as BgpState
from labkit.sim.net.bgp.terms import (
    Close,
    Connect,
    Down,
    Established,
    Learned,
    Local,
    Notified,
    Send,
)
from labkit.sim.net.control.services import MirrorState, SapState
from labkit.sim.net.mirror import Mirrors
from labkit.sim.net.mpls import Lsr
from labkit.sim.net.tables import LabelAction, PopTransport, Pseudowire, Swap, ToPseudowire, ToVrf
from labkit.sim.net.vpls import InterfacePoint, Point, SapPoint, SpokePoint, VplsInstance
from labkit.sim.net.vrrp import ANNOUNCE, SECOND, State, VirtualRouter

R2, R3, VIRTUAL = map(IPv4Address, ("192.0.2.26", "192.0.2.27", "192.0.2.25"))

# --------------------------------------------------------------------------- VRRP


def router(address: IPv4Address, priority: int, **group: object) -> VirtualRouter:
    return VirtualRouter(VrrpGroup(101, (VIRTUAL,), priority, **group), address)  # type: ignore[arg-type]


def run_link(routers: list[VirtualRouter], start: int, end: int) -> None:
    """Let the routers of one link hear each other's advertisements from `start` to `end`."""
    now = start
    while True:
        for each in routers:
            for message in each.outbox():
                for other in routers:
                    if isinstance(message, Vrrp) and other is not each:
                        other.receive(message, each.address, now)
        due = [t for t in (each.next_timer() for each in routers) if t is not None]
        if not due or min(due) > end:
            return
        now = max(now, min(due))
        for each in routers:
            each.on_timer(now)


def test_the_higher_priority_becomes_master_and_the_other_backup() -> None:
    """Both start at once; R2's skew time is the shorter one."""
    r2, r3 = router(R2, 201), router(R3, 100)
    for each in (r2, r3):
        each.startup(0)
    run_link([r2, r3], 0, 10 * SECOND)
    assert (r2.state, r3.state) == (State.MASTER, State.BACKUP)
    assert r3.master == R2


def test_a_silent_master_is_replaced_after_three_intervals_and_the_skew() -> None:
    """3 x 1 s + (256 - 100) / 256 s after the last advertisement."""
    r2, r3 = router(R2, 201), router(R3, 100)
    for each in (r2, r3):
        each.startup(0)
    run_link([r2, r3], 0, 10 * SECOND)
    last = (r3.next_timer() or 0) - r3.master_down_interval
    run_link([r3], 10 * SECOND, 20 * SECOND)
    assert r3.state is State.MASTER
    assert r3.since - last == 3_609_375


def test_a_master_that_is_told_to_stop_is_replaced_after_the_skew_alone() -> None:
    """Priority 0 says: do not wait."""
    r2, r3 = router(R2, 201), router(R3, 100)
    for each in (r2, r3):
        each.startup(0)
    run_link([r2, r3], 0, 10 * SECOND)
    r2.shutdown(10 * SECOND)
    run_link([r2, r3], 10 * SECOND, 12 * SECOND)
    assert r3.state is State.MASTER
    assert r3.since == 10 * SECOND + 609_375


def test_a_better_router_preempts_unless_it_is_told_not_to() -> None:
    """R2 comes back beside a master with priority 100."""
    for preempt, expected in ((True, State.MASTER), (False, State.BACKUP)):
        r2, r3 = router(R2, 201, preempt=preempt), router(R3, 100)
        r3.startup(0)
        run_link([r3], 0, 10 * SECOND)
        r2.startup(10 * SECOND)
        run_link([r2, r3], 10 * SECOND, 20 * SECOND)
        assert r2.state is expected


def test_routers_with_different_vrids_are_both_master() -> None:
    """Neither counts the other's advertisements as its own group's."""
    r2 = router(R2, 201)
    r3 = VirtualRouter(VrrpGroup(102, (VIRTUAL,), 100), R3)
    for each in (r2, r3):
        each.startup(0)
    run_link([r2, r3], 0, 10 * SECOND)
    assert (r2.state, r3.state) == (State.MASTER, State.MASTER)


def test_the_owner_of_the_address_is_master_at_once() -> None:
    """Priority 255 whatever was configured (RFC 3768 section 6.1)."""
    owner = router(VIRTUAL, 100)
    owner.startup(0)
    assert owner.state is State.MASTER
    first, announce = owner.outbox()
    assert isinstance(first, Vrrp)
    assert first.priority == 255
    assert announce == ANNOUNCE


# --------------------------------------------------------------------------- bridge

SAP, SPOKE_12, SPOKE_13 = SapPoint("1/1/2"), SpokePoint(12, 101), SpokePoint(13, 101)
MAC_A, MAC_B, MAC_IF = (bytes([0x52, 0x54, 0, 0, 0, n]) for n in (1, 2, 3))


def bridge(points: set[Point]) -> tuple[VplsInstance, list[tuple[Point, bytes]]]:
    sent: list[tuple[Point, bytes]] = []
    instance = VplsInstance(101, lambda point, frame: sent.append((point, frame)))
    instance.settle(True, frozenset(points))
    return instance, sent


def frame(dst: bytes, src: bytes) -> bytes:
    return dst + src + b"\x08\x00payload"


def test_an_unknown_destination_floods_and_a_learned_one_does_not() -> None:
    """Never back to where the frame came in."""
    instance, sent = bridge({SAP, SPOKE_12, SPOKE_13})
    instance.receive(frame(MAC_B, MAC_A), SAP, 0)
    assert {point for point, _ in sent} == {SPOKE_12, SPOKE_13}
    sent.clear()
    instance.receive(frame(MAC_A, MAC_B), SPOKE_12, 1)
    assert [point for point, _ in sent] == [SAP]


def test_spokes_have_no_split_horizon_among_each_other() -> None:
    """R2's advertisements reach R3 by R1 that way."""
    instance, sent = bridge({SAP, SPOKE_12, SPOKE_13})
    instance.receive(frame(bytes.fromhex("01005e000012"), MAC_A), SPOKE_12, 0)
    assert {point for point, _ in sent} == {SAP, SPOKE_13}


def test_a_mac_is_forgotten_after_its_age_and_when_its_point_goes_down() -> None:
    """Five minutes on a SAP."""
    instance, sent = bridge({SAP, SPOKE_12, SPOKE_13})
    instance.receive(frame(MAC_B, MAC_A), SAP, 0)
    assert instance.fdb(299 * SECOND)[MAC_A].point == SAP
    assert instance.fdb(300 * SECOND) == {}
    instance.receive(frame(MAC_A, MAC_B), SPOKE_12, 301 * SECOND)
    assert MAC_B in instance.fdb(301 * SECOND)
    instance.settle(True, frozenset({SAP, SPOKE_13}))
    assert instance.fdb(301 * SECOND) == {}
    assert len(sent) == 4


def test_a_routed_interface_takes_its_own_macs_and_all_broadcasts() -> None:
    """And what it sends is bridged, but not learned."""
    interface = InterfacePoint("toCustomerSiteA")
    instance, sent = bridge({SPOKE_12, interface})
    instance.attach_interface(interface.name, lambda: (MAC_IF,))
    instance.receive(frame(MAC_IF, MAC_A), SPOKE_12, 0)
    instance.receive(frame(b"\xff" * 6, MAC_A), SPOKE_12, 0)
    assert [point for point, _ in sent] == [interface, interface]
    instance.receive(frame(MAC_A, MAC_IF), interface, 1)
    assert sent[-1][0] == SPOKE_12
    assert MAC_IF not in instance.fdb(1)


# --------------------------------------------------------------------------- labels


class Egress:
    """Notes what an LSR does."""

    def __init__(self) -> None:
        self.did: list[tuple[object, ...]] = []

    def send_mpls(self, port: str, payload: bytes) -> None:
        self.did.append(("send", port, payload))

    def from_vpn(self, vrf: str, packet: bytes) -> None:
        self.did.append(("vpn", vrf, packet))

    def from_pseudowire(self, action: ToPseudowire, frame: bytes) -> None:
        self.did.append(("pw", action, frame))

    def from_lsp(self, packet: bytes) -> None:
        self.did.append(("lsp", packet))

    def expired(self, packet: bytes) -> None:
        self.did.append(("expired", packet))


LFIB: dict[int, LabelAction] = {
    100: Swap(200, "1/1/1"),
    101: PopTransport("to-R2"),
    102: ToVrf("100"),
    103: ToPseudowire(101, 21, 101),
}


def pushed(*labels: int, ttl: int = 255) -> bytes:
    egress = Egress()
    Lsr(egress, lambda: LFIB).push_and_send(labels, "1/1/4", b"inner", ttl)
    return egress.did[0][2]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("labels", "did"),
    [
        ((101, 102), [("vpn", "100", b"inner")]),
        ((101, 103), [("pw", LFIB[103], b"inner")]),
        ((101,), [("lsp", b"inner")]),
        ((999, 102), []),
        ((102, 103), []),
    ],
)
def test_an_egress_pops_label_by_label(
    labels: tuple[int, ...], did: list[tuple[object, ...]]
) -> None:
    """A transport label is real and popped here; the one below says where to go, if it is known."""
    egress = Egress()
    Lsr(egress, lambda: LFIB).receive(pushed(*labels))
    assert egress.did == did


def test_a_transit_router_swaps_the_top_label_and_counts_its_ttl_down() -> None:
    """The label below is untouched."""
    egress = Egress()
    Lsr(egress, lambda: LFIB).receive(pushed(100, 102))
    ((_, port, payload),) = egress.did
    stack, inner = decode_stack(payload)  # type: ignore[arg-type]
    assert port == "1/1/1"
    assert [(label.value, label.ttl, label.bottom) for label in stack] == [
        (200, 254, False),
        (102, 255, True),
    ]
    assert inner == b"inner"


def test_a_label_whose_ttl_runs_out_goes_no_further() -> None:
    """The pipe model answers nothing for it, unless it is an MPLS echo."""
    egress = Egress()
    Lsr(egress, lambda: LFIB).receive(pushed(100, 102, ttl=1))
    assert egress.did == [("expired", b"inner")]


# --------------------------------------------------------------------------- mirror


def test_a_mirror_copies_only_the_directions_it_was_told() -> None:
    """And never its own copies."""
    out: list[tuple[str, bytes]] = []
    mirrors = Mirrors(lambda port, data: None, lambda pw, data: out.append((str(pw.vc_id), data)))
    pseudowire = Pseudowire(200, 61, 200, True, (1, 2), "1/1/4")
    mirrors.settle((MirrorState(MirrorDest(200), True, spoke=pseudowire),))
    mirrors.copy("1/1/1", "ingress", b"before")
    mirrors.set_source(MirrorSource(200, (("1/1/1", frozenset({"ingress"})),)))
    mirrors.copy("1/1/1", "ingress", b"in")
    mirrors.copy("1/1/1", "egress", b"out")
    mirrors.copy("1/1/2", "ingress", b"elsewhere")
    assert out == [("200", b"in")]
    mirrors.clear()
    mirrors.copy("1/1/1", "ingress", b"after")
    assert out == [("200", b"in")]


def test_a_mirrored_port_that_carries_the_copies_does_not_copy_them_again() -> None:
    """Or else one frame would be copied for ever."""
    out: list[bytes] = []

    def send(port: str, data: bytes) -> None:
        out.append(data)
        mirrors.copy(port, "egress", data)

    mirrors = Mirrors(send, lambda pw, data: None)
    sap = SapState(Sap("1/1/3"), True)
    mirrors.settle((MirrorState(MirrorDest(200, sap=sap.sap), True, sap=sap),))
    mirrors.set_source(MirrorSource(200, (("1/1/3", frozenset({"egress"})),)))
    mirrors.copy("1/1/3", "egress", b"x")
    assert out == [b"x"]


# --------------------------------------------------------------------------- BGP session

CE = Local(65116, IPv4Address("10.16.16.16"), 65000, True, 180, 60)
PE = Local(65000, IPv4Address("10.10.10.6"), 65116, False, 90, 30)


def wire_up(ce: Session, pe: Session, now: int) -> None:
    """Carry messages between two sessions until both are quiet."""
    ends = ((ce, pe), (pe, ce))
    for _ in range(20):
        for near, far in ends:
            for action in near.outbox():
                match action:
                    case Connect():
                        for each in (far, near):
                            each.confirmed(now)
                    case Send(data):
                        far.receive(data, now)
                    case Close():
                        far.failed(now)


def established() -> tuple[Session, Session]:
    ce, pe = Session(CE), Session(PE)
    for each in (pe, ce):
        each.start(0)
        each.on_timer(0)
    wire_up(ce, pe, 0)
    return ce, pe


def test_two_speakers_that_agree_reach_established_with_the_shorter_hold_time() -> None:
    """IOS 180/60 against 90/30."""
    ce, pe = established()
    assert (ce.state, pe.state) == (BgpState.ESTABLISHED, BgpState.ESTABLISHED)
    assert (ce.hold_time, pe.hold_time) == (90, 90)
    assert ce.next_timer() == pe.next_timer() == 30 * SECOND
    assert Established() in ce.events()


def test_a_wrong_peer_as_is_refused_with_a_notification() -> None:
    """OPEN Message Error, Bad Peer AS (2/2), and both rest before they try again."""
    ce, pe = Session(CE), Session(Local(65000, PE.router_id, 65117, False))
    for each in (pe, ce):
        each.start(0)
        each.on_timer(0)
    wire_up(ce, pe, 0)
    assert (ce.state, pe.state) == (BgpState.IDLE, BgpState.IDLE)
    assert Notified(True, 2, 2, (65116).to_bytes(2, "big")) in pe.events()
    assert Notified(False, 2, 2, (65116).to_bytes(2, "big")) in ce.events()
    assert ce.next_timer() == 10 * SECOND


def test_silence_ends_a_session_after_the_hold_time() -> None:
    """Keepalives go out, nothing comes in."""
    ce, _ = established()
    ce.events()
    while ce.state is BgpState.ESTABLISHED:
        now = ce.next_timer()
        assert now is not None
        ce.on_timer(now)
    assert now == 90 * SECOND
    assert Down("BGP Notification sent") in ce.events()
    assert ce.sent.notifications == 1


def test_an_update_is_handed_on_and_keeps_the_session_alive() -> None:
    """Any message restarts the hold timer."""
    ce, pe = established()
    pe.events()
    update = wire.Update(withdrawn=(IPv4Network("10.16.16.0/24"),))
    ce.send_update(update)
    wire_up(ce, pe, 80 * SECOND)
    assert pe.events() == [Learned(update)]


def test_an_interface_that_goes_down_ends_the_session_without_a_word() -> None:
    """Nothing can be sent any more; the session does not try again until it is started."""
    ce, _ = established()
    ce.outbox()
    ce.stop(5 * SECOND, "Interface flap", notify=False)
    assert ce.outbox() == [Close()]
    assert ce.state is BgpState.IDLE
    assert ce.next_timer() is None


def test_rubbish_on_the_connection_ends_the_session() -> None:
    """Connection Not Synchronized (1/1)."""
    ce, _ = established()
    ce.receive(bytes(40), SECOND)
    assert ce.state is BgpState.IDLE
    assert any(isinstance(e, Notified) and e.code == 1 for e in ce.events())
