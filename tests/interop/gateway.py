"""Our IKE and ESP on real UDP sockets, for a peer that was written by others.

    python -m tests.interop.gateway LOCAL PEER [--wait] [--aggressive] [--pfs GROUP]

Brings a tunnel up (or waits for the peer to do so), pings through it, lets itself be rekeyed for
a while if told to, and prints what came of it as JSON.  Meant for a network namespace of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import time
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from labkit import esp
from labkit.ike import ChildSa, Entry, Ike, Refusal, Request, Selector
from labkit.ike.events import Event, SaDeleted, SaInstalled
from labkit.model.facts import Ipsec, IsakmpKey, IsakmpPeer, IsakmpPolicy, TransformSet
from labkit.wire.icmp import Icmp, echo_request
from labkit.wire.ipv4 import IPv4

SECRET = "WowWhatAPassword!"
HERE, THERE = IPv4Network("172.31.1.0/24"), IPv4Network("172.31.2.0/24")
OURS, THEIRS = HERE.network_address + 10, THERE.network_address + 1
POLICY = IsakmpPolicy(10, "aes", 128, "sha256", "pre-share", 5)
TSET = TransformSet("TSET", "esp-aes", 256, "esp-sha512-hmac")
MARKER = bytes(4)
IP_IN_IP = 4


class Gateway:
    """One IKE machine, its two sockets, and the ESP SAs that came out of it."""

    def __init__(self, local: IPv4Address, told: Ipsec, pfs: int | None) -> None:
        self.local, self.pfs = local, pfs
        self.ike = Ike(self, os.urandom)
        self.ike.configure(told)
        self.sockets = {port: self._socket(port) for port in (500, 4500)}
        self.inbound: dict[int, tuple[ChildSa, esp.Inbound]] = {}
        self.outbound: list[tuple[ChildSa, esp.Outbound]] = []
        self.events: list[Event] = []
        self.replies: set[int] = set()

    def _socket(self, port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((str(self.local), port))
        return made

    def find_entry(
        self,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
    ) -> Entry | Refusal:
        fits = (local_selector, remote_selector) == (Selector.of(HERE), Selector.of(THERE))
        return Entry((TSET,), self.pfs) if fits else Refusal.PROXY_IDENTITIES

    def run(self, seconds: float, until: str = "") -> bool:
        """Carry datagrams for a while, or until the attribute `until` is not empty."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._pump()
            if until and getattr(self, until):
                return True
            for each in select.select(list(self.sockets.values()), [], [], 0.05)[0]:
                self._receive(each)
            due = self.ike.next_timer()
            if due is not None and due <= now():
                self.ike.on_timer(now())
        return not until

    def _pump(self) -> None:
        for event in self.ike.events():
            self.events.append(event)
            if isinstance(event, SaInstalled):
                self._install(event.child, event.direction)
            elif isinstance(event, SaDeleted):
                self.inbound.pop(event.child.inbound_spi, None)
                spi = event.child.outbound_spi
                self.outbound = [each for each in self.outbound if each[1].spi != spi]
        for datagram in self.ike.outbox():
            to = str(datagram.destination), datagram.destination_port
            self.sockets[datagram.source_port].sendto(datagram.payload, to)

    def _install(self, child: ChildSa, direction: str) -> None:
        kind = child.transform
        if direction == "inbound":
            keys = child.inbound_key, kind.integrity, child.inbound_integrity_key
            opened = esp.Inbound(child.inbound_spi, kind.cipher, *keys)
            self.inbound[child.inbound_spi] = child, opened
        else:
            secret = child.outbound_key, kind.integrity, child.outbound_integrity_key
            sealed = esp.Outbound(child.outbound_spi, kind.cipher, *secret, os.urandom)
            self.outbound.append((child, sealed))

    def _receive(self, source: socket.socket) -> None:
        data, (host, port) = source.recvfrom(65535)
        here = source.getsockname()[1]
        if here == 500 or data.startswith(MARKER) or len(data) < 4:
            self.ike.receive(data, (IPv4Address(host), port), (self.local, here), now())
            return
        found = self.inbound.get(int.from_bytes(data[:4], "big"))
        if found is None:
            return
        child, sa = found
        payload, _ = sa.open(data)
        self.ike.esp_received(child, now(), port)
        packet = IPv4.decode(payload)
        if (packet.src, packet.dst, packet.protocol) == (THEIRS, OURS, 1):
            reply = Icmp.decode(packet.payload)
            if reply.type == 0:
                self.replies.add(reply.sequence)

    def ping(self, sequence: int) -> None:
        """Send one echo request through the newest SA."""
        child, sa = self.outbound[-1]
        assert child.nat_path is not None
        echo = echo_request(77, sequence, b"labkit" * 10).encode()
        sealed = sa.seal(IPv4(OURS, THEIRS, 1, echo, ttl=64).encode(), IP_IN_IP)
        self.sockets[4500].sendto(sealed, (str(child.peer), child.nat_path.peer_port))
        self.ike.esp_sent(child, now())


def now() -> int:
    return time.monotonic_ns() // 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("local", type=IPv4Address)
    parser.add_argument("peer", type=IPv4Address)
    parser.add_argument("--wait", action="store_true")
    parser.add_argument("--aggressive", action="store_true")
    parser.add_argument("--pfs", type=int)
    parser.add_argument("--linger", type=float, default=0)
    args = parser.parse_args()
    told = Ipsec((POLICY,), (IsakmpKey(SECRET, args.peer),), (TSET,))
    if args.aggressive:
        told = replace(told, peers=(IsakmpPeer(args.peer, aggressive=True),))
    gateway = Gateway(args.local, told, args.pfs)
    print("ready", flush=True)
    if not args.wait:
        ends = Selector.of(HERE), Selector.of(THERE)
        gateway.ike.request(Request(args.local, args.peer, *ends, (TSET,), args.pfs), now())
    up = gateway.run(15, until="outbound")
    gateway.run(0.2)  # charon installs its policies a little after the third message
    for sequence in range(1, 4 if up else 1):
        gateway.ping(sequence)
        gateway.run(0.3)
    gateway.run(args.linger)
    if up and args.linger:
        gateway.ping(9)
        gateway.run(0.3)
    gateway.ike.clear_children(now())
    gateway.ike.clear_ike_sas(now())
    gateway.run(0.3)
    installed = [event for event in gateway.events if isinstance(event, SaInstalled)]
    result = {
        "up": up,
        "replies": sorted(gateway.replies),
        "pairs": len(installed) // 2,
        "in_udp": all(event.child.transform.in_udp for event in installed),
        "pfs": [event.child.pfs_group for event in installed],
        "events": [type(event).__name__ for event in gateway.events],
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
