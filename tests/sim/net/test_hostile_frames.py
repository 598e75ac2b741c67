"""Nothing that arrives on a wire makes the lab raise, and the tunnel goes on."""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.wire.icmp import Icmp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import Tcp
from labkit.protocols.wire.udp import Udp
from labkit.sim.net.clock import MILLISECOND, SECOND
from tests.sim.net import facts as given
from tests.sim.net.facts import GW_A, GW_B, LAN, PC_A, WAN, A, B
from tests.sim.net.stage import Stage
from tests.sim.net.test_nat import OVERLOAD, translating
from tests.sim.net.test_walk import lab

IPV4 = b"\x08\0"


def inject(stage: Stage, link: str, frame: bytes, sender: str) -> None:
    spec = stage.network.links[link].spec
    stage.network.links[link].inject(frame, towards=spec.far_end(sender))


def mutated(draw: random.Random, frame: bytes) -> bytes:
    """A frame with changed, missing or additional bytes; mostly behind the Ethernet header."""
    data = bytearray(frame)
    match draw.randrange(4):
        case 0:
            del data[draw.randrange(len(data)) :]
        case 1:
            data += draw.randbytes(draw.randrange(1, 60))
        case _:
            for _ in range(draw.randrange(1, 6)):
                data[draw.randrange(12, len(data))] = draw.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("seed", range(2))
def test_mutated_frames_on_every_link_do_no_harm(seed: int) -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    stage.ping("PC-B", PC_A)
    stage.wait(SECOND)
    draw = random.Random(seed)
    seen = [(link, frame, node) for link, kept in stage.frames.items() for _, frame, node in kept]
    for _ in range(600):
        link, frame, sender = draw.choice(seen)
        inject(stage, link, mutated(draw, frame), sender)
        stage.wait(10 * MILLISECOND)
    stage.wait(400 * SECOND)
    marks = stage.ping(B, GW_A, GW_B, count=10)
    assert marks.endswith("!!!!!")


def test_noise_instead_of_frames_does_no_harm() -> None:
    told = given.both()
    told[B] = translating(told[B], OVERLOAD)
    stage = Stage(told)
    draw = random.Random(7)
    macs = {port: stage[B].ports[port].mac for port in (WAN, LAN)}
    for _ in range(600):
        port, link, sender = draw.choice([(WAN, "wan", A), (LAN, "lan-b", "PC-B")])
        kind = draw.choice([b"\x08\0", b"\x08\x06", b"\x88\x47", draw.randbytes(2)])
        body = draw.randbytes(draw.randrange(80))
        if draw.random() < 0.5:
            body = b"\x45\0" + body
        inject(stage, link, (macs[port] + bytes(6) + kind + body)[draw.randrange(3) :], sender)
    inject(stage, "wan", b"", A)
    stage.wait(SECOND)
    assert stage.ping("PC-B", PC_A) == "!!!!!"


def forged(draw: random.Random, packets: list[IPv4], src: IPv4Address, dst: IPv4Address) -> IPv4:
    """A packet with good checksums and nonsense inside, quoting or varying real ones."""
    quoted = bytearray(draw.choice(packets).encode()[: draw.randrange(1, 80)])
    quoted[draw.randrange(len(quoted))] ^= draw.randrange(256)
    match draw.randrange(5):
        case 0:
            rest = draw.randbytes(4)
            body = Icmp(draw.choice([0, 3, 5, 8, 11]), draw.randrange(16), rest, bytes(quoted))
            return IPv4(src, dst, 1, body.encode())
        case 1:
            port = draw.choice([500, 4500, 179, 9])
            return IPv4(src, dst, 17, Udp(port, port, bytes(quoted)).encode(src, dst))
        case 2:
            ports = (draw.choice([179, 40000]), draw.choice([179, 23, 49153]))
            numbers = (draw.getrandbits(32), draw.getrandbits(32), draw.randrange(64))
            segment = Tcp(*ports, *numbers, payload=bytes(quoted), options=draw.randbytes(8))
            return IPv4(src, dst, 6, segment.encode(src, dst))
        case 3:
            real = draw.choice([packet for packet in packets if packet.protocol == 50])
            return replace(real, payload=real.payload[:8] + draw.randbytes(draw.randrange(120)))
        case _:
            place = draw.randrange(8191)
            return IPv4(src, dst, 1, bytes(quoted), fragment_offset=place, more_fragments=True)


def test_forged_packets_with_good_checksums_do_no_harm() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    packets = [IPv4.decode(f[14:]) for _, f, _ in stage.frames["b-primary"] if f[12:14] == IPV4]
    site_b, r6 = IPv4Address("198.51.100.2"), IPv4Address("198.51.100.1")
    ports = stage[B].ports[WAN], stage["R6"].ports["1/1/1"]
    draw = random.Random(3)
    for _ in range(600):
        (to, dst), (by, src) = draw.sample([(ports[0], site_b), (ports[1], r6)], 2)
        src = draw.choice([src, src, IPv4Address("192.0.2.28"), PC_A])
        packet = forged(draw, packets, src, dst)
        inject(stage, "b-primary", to.mac + by.mac + IPV4 + packet.encode(), by.ref.node)
        stage.wait(10 * MILLISECOND)
    stage.wait(400 * SECOND)
    assert stage.ping(B, GW_A, GW_B, count=10).endswith("!!!!!")
