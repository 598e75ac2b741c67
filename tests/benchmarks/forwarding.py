"""Packets per second from PC to PC through the tunnel, every tap on, against scapy.

Ours is the whole way: command, hosts, gateways, ESP, labels, mirror, pcap files.
scapy only takes apart and rebuilds the frames that the way consists of, once a hop, as a
forwarder in scapy would: a TTL less, checksums anew; it looks nothing up and encrypts nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from labkit.sim.lab.lab import Lab
from tests.benchmarks.measure import Comparison, Figures, Reading, seconds, take_turns

PINGS = 200
PING = "ping -q -s 72 -i 0.01 -c {} 192.168.1.10"
THERE_AND_BACK = 20_000
"""Microseconds of lab time in which a ping and its mirrored copies are over."""
ROUNDS = 3


def rows() -> Iterator[Comparison]:
    """One row; a ping is two packets, there and back."""
    yield Comparison(
        "forwarding PC-B to PC-A through the tunnel",
        "scapy rebuilding the same frames",
        "1/s",
        Reading.SPEED,
        _forwarding,
    )


def _forwarding() -> Figures:
    with (
        tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder,
        Lab("tunnel", capture_dir=Path(folder)) as lab,
    ):
        ping(lab, 1)
        frames = frames_of_a_ping(lab)
        rebuild = rebuilder(frames)
        figures = take_turns(
            lambda: 2 * PINGS / seconds(lambda: ping(lab, PINGS)),
            lambda: 2 * PINGS / seconds(lambda: [rebuild() for _ in range(PINGS)]),
            ROUNDS,
        )
    return figures._replace(note=f"{len(frames)} frames a ping, there, back and mirrored")


def ping(lab: Lab, count: int) -> None:
    """So many pings from PC-B to PC-A; raises RuntimeError if one is lost."""
    said = lab.run("PC-B", PING.format(count))
    if f" {count} received" not in said:
        raise RuntimeError(f"pings were lost: {said.strip().splitlines()[-1]}")


def frames_of_a_ping(lab: Lab) -> list[bytes]:
    """The frames that one ping puts on all links, the mirror's copies too, in order.

    What else the lab sends in the ping's second (VRRP, BGP) is not scapy's to rebuild.
    """
    before = lab.live.total
    ping(lab, 1)
    frames = lab.live.since(before)
    return [frame.data for frame in frames if frame.time < frames[0].time + THERE_AND_BACK]


def rebuilder(frames: list[bytes]) -> Callable[[], list[bytes]]:
    """What takes each of the frames apart and returns them as a hop would send them on."""
    from scapy.contrib.mpls import MPLS
    from scapy.layers.inet import ICMP, IP
    from scapy.layers.l2 import Ether

    def one(frame: bytes) -> bytes:
        packet: Any = Ether(frame)
        if MPLS in packet:
            packet[MPLS].ttl -= 1
        elif IP in packet:
            packet[IP].ttl -= 1
        if IP in packet:
            del packet[IP].chksum
        if ICMP in packet:
            del packet[ICMP].chksum
        return bytes(packet)

    return lambda: [one(frame) for frame in frames]
