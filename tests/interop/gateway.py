"""Our IKE and ESP on real sockets, for a peer that was written by others.

    python -m tests.interop.gateway LOCAL PEER [--plain]

Reads commands as JSON, one a line, and answers each with one line; between them it goes on
carrying datagrams.  `--plain`: ESP as IP protocol 50 on a raw socket, for a peer whose kernel does
ESP; otherwise ESP in UDP (RFC 3948).  Meant for a network namespace of its own.

    {"do": "configure", …}      begin anew with these facts (see `told`)
    {"do": "begin"}             ask for the tunnel
    {"do": "until", "event": E, "seconds": S}   wait for an event of ours, by class name
    {"do": "ping", "seconds": S, "size": B}     ping through the newest SA until it is answered
    {"do": "flood", "count": N}                 so many pings; answers how many had to be said twice
    {"do": "say again" | "hear again"}          the last ESP packet once more, sent or received;
                                                the latter says which error that was
    {"do": "rekey" | "delete" | "deaf"}
    {"do": "wrong", "mistake": M}               make a mistake of `wrong` from now on; null: no more
    {"do": "report"}            what came of it
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from labkit.protocols import esp
from labkit.protocols.ike import ChildSa, Ike, Phase2Terms, Refusal, Request, Selector
from labkit.protocols.ike.events import (
    Event,
    NotifyReceived,
    NotifySent,
    RekeyDue,
    SaDeleted,
    SaInstalled,
)
from labkit.protocols.wire.icmp import Icmp, echo_request
from labkit.protocols.wire.ipv4 import ESP, IPv4
from labkit.sim.model.facts import Dpd, Ipsec, IsakmpKey, IsakmpPeer, IsakmpPolicy, TransformSet

HERE, THERE = IPv4Network("172.31.1.0/24"), IPv4Network("172.31.2.0/24")
OURS, THEIRS = HERE.network_address + 10, THERE.network_address + 1
MARKER = bytes(4)
IP_IN_IP, ICMP, ECHO, REPLY = 4, 1, 8, 0


class Gateway:
    """One IKE machine, its sockets, and the ESP SAs that came out of it."""

    def __init__(self, local: IPv4Address, peer: IPv4Address, *, plain: bool) -> None:
        self.local, self.peer = local, peer
        self.sockets = {port: self._udp(port) for port in ((500,) if plain else (500, 4500))}
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, ESP) if plain else None
        if self.raw is not None:
            self.raw.bind((str(local), 0))
        self.mended: Callable[[], None] = lambda: None
        """Takes back what was made wrong."""
        self.begin_anew({})

    def begin_anew(self, told: dict[str, Any]) -> None:
        """Forget everything and take new facts."""
        self.told = told
        policy = IsakmpPolicy(
            10, "aes", told.get("ike_bits", 128), told.get("hash", "sha256"), "pre-share",
            told.get("group", 5),
        )  # fmt: skip
        self.transform = TransformSet("TSET", *told.get("esp", ("esp-aes", 256, "esp-sha512-hmac")))
        self.pfs: int | None = told.get("pfs")
        key = IsakmpKey(told.get("secret", "WowWhatAPassword!"), self.peer)
        aggressive = told.get("aggressive", False)
        self.ike = Ike(self, os.urandom)
        self.ike.configure(
            Ipsec(
                policies=(policy,), keys=(key,), transform_sets=(self.transform,),
                dpd=Dpd(1, 1, periodic=True) if told.get("dpd") else None,
                peers=(IsakmpPeer(self.peer, aggressive=True),) if aggressive else (),
                nat_transparency=self.raw is None,
            )
        )  # fmt: skip
        self.inbound: dict[int, tuple[ChildSa, esp.Inbound]] = {}
        self.outbound: list[tuple[ChildSa, esp.Outbound]] = []
        self.events: list[Event] = []
        self.replies: set[int] = set()
        self.answered = 0
        self.sequence = 0
        self.deaf = False
        self.said = self.heard = b""
        """The last ESP packets, out and in."""

    def _udp(self, port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((str(self.local), port))
        return made

    def find_entry(
        self,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
    ) -> Phase2Terms | Refusal:
        fits = (local_selector, remote_selector) == self.selectors
        return Phase2Terms((self.transform,), self.pfs) if fits else Refusal.PROXY_IDENTITIES

    @property
    def selectors(self) -> tuple[Selector, Selector]:
        return Selector.of(HERE), Selector.of(IPv4Network(self.told.get("there", str(THERE))))

    # ---- carrying

    def carry(self, until: Callable[[], bool], seconds: float) -> bool:
        """Carry datagrams until something holds or time is up; says whether it holds."""
        end = time.monotonic() + seconds
        while True:
            self._pump()
            if until():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            due = self.ike.next_timer()
            wait = left if due is None else min(left, max(0.0, (due - now()) / 1e6))
            self.serve(wait, ())

    def serve(self, seconds: float | None, others: tuple[object, ...]) -> list[object]:
        """Wait for datagrams, at most so long; returns which of the others have something."""
        sockets = [*self.sockets.values(), *([self.raw] if self.raw else [])]
        ready = select.select([*sockets, *others], [], [], seconds)[0]
        for each in sockets:
            if each in ready:
                self._receive(each)
        due = self.ike.next_timer()
        if due is not None and due <= now():
            self.ike.on_timer(now())
        self._pump()
        return [each for each in others if each in ready]

    def _pump(self) -> None:
        for event in self.ike.events():
            self.events.append(event)
            if isinstance(event, SaInstalled):
                self._install(event.child, event.direction)
            elif isinstance(event, RekeyDue):
                self.request()
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
        if self.deaf:
            return
        if source is self.raw:
            self._esp(IPv4.decode(data).payload, None)
            return
        here = source.getsockname()[1]
        if here == 500 or data.startswith(MARKER) or len(data) < 4:
            self.ike.receive(data, (IPv4Address(host), port), (self.local, here), now())
        else:
            self._esp(data, port)

    def _esp(self, data: bytes, port: int | None) -> None:
        found = self.inbound.get(int.from_bytes(data[:4], "big"))
        if found is None:
            return
        child, sa = found
        payload, _ = sa.open(data)
        self.heard = data
        self.ike.esp_received(child, now(), port)
        packet = IPv4.decode(payload)
        if (packet.dst, packet.protocol) != (OURS, ICMP):
            return
        message = Icmp.decode(packet.payload)
        if message.type == REPLY:
            self.replies.add(message.sequence)
        elif message.type == ECHO:
            self.answered += 1
            self._send(Icmp(REPLY, 0, message.rest, message.payload).encode(), packet.src)

    def _send(self, message: bytes, destination: IPv4Address) -> None:
        child, sa = self.outbound[-1]
        sealed = sa.seal(IPv4(OURS, destination, ICMP, message, ttl=64).encode(), IP_IN_IP)
        self._carry_out(child, sealed)
        self.ike.esp_sent(child, now())

    def _carry_out(self, child: ChildSa, sealed: bytes) -> None:
        self.said = sealed
        if self.raw is not None:
            self.raw.sendto(sealed, (str(child.peer), 0))
        else:
            assert child.nat_path is not None
            self.sockets[4500].sendto(sealed, (str(child.peer), child.nat_path.peer_port))

    # ---- commands

    def request(self) -> None:
        ends = self.selectors
        wanted = Request(self.local, self.peer, *ends, (self.transform,), self.pfs)
        self.ike.request(wanted, now())

    def command(self, words: dict[str, Any]) -> object:
        """Do what a line says; returns what is answered."""
        seconds = words.get("seconds", 10)
        match words["do"]:
            case "configure":
                self.begin_anew(words)
            case "begin":
                self.request()
            case "until":
                wanted = words["event"]
                return self.carry(
                    lambda: any(type(event).__name__ == wanted for event in self.events), seconds
                )
            case "installed":
                pairs = 2 * words["pairs"]
                return self.carry(
                    lambda: sum(isinstance(e, SaInstalled) for e in self.events) >= pairs, seconds
                )
            case "ping":
                return self._ping(seconds, words.get("size", 60))
            case "flood":
                before = self.sequence
                if not all(self._ping(seconds, 60) for _ in range(words["count"])):
                    return "a ping was lost for good"
                return self.sequence - before - words["count"]
            case "say again":
                self._carry_out(self.outbound[-1][0], self.said)
            case "hear again":
                try:
                    self._esp(self.heard, 4500)
                except esp.EspError as error:
                    return type(error).__name__
                return "nothing"
            case "wrong":
                self._make(words["mistake"])
            case "rekey":
                self.ike.soft_limit(self.outbound[-1][0], now())
            case "delete":
                for child in self.ike.children():
                    self.ike.delete_child(child, now(), "By user command")
                self.ike.clear_ike_sas(now())
            case "deaf":
                self.deaf = True
            case "report":
                return self.report()
        self._pump()
        return True

    def _make(self, mistake: str | None) -> None:
        import pytest  # not there in the open lab's guest, where nothing is wrong

        from tests.interop.wrong import MISTAKES

        self.mended()
        if mistake is not None:
            patch = pytest.MonkeyPatch()
            self.mended = patch.undo
            MISTAKES[mistake](patch)

    def _ping(self, seconds: float, size: int) -> bool:
        """Echo requests, one in 0.5 s, until one is answered: the peer may be a little late."""
        end = time.monotonic() + seconds
        while self.outbound and time.monotonic() < end:
            self.sequence += 1
            self._send(echo_request(77, self.sequence, bytes(size)).encode(), THEIRS)
            sent = self.sequence
            if self.carry(lambda sent=sent: sent in self.replies, 0.5):  # type: ignore[misc]
                return True
        return False

    def report(self) -> dict[str, object]:
        installed = [event for event in self.events if isinstance(event, SaInstalled)]
        notes = (NotifySent, NotifyReceived)
        return {
            "events": [type(event).__name__ for event in self.events],
            "notifies": [each.name for each in self.events if isinstance(each, notes)],
            "in_udp": all(event.child.transform.in_udp for event in installed),
            "pfs": [event.child.pfs_group for event in installed],
            "answered": self.answered,
        }


def now() -> int:
    return time.monotonic_ns() // 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("local", type=IPv4Address)
    parser.add_argument("peer", type=IPv4Address)
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()
    gateway = Gateway(args.local, args.peer, plain=args.plain)
    print(json.dumps("ready"), flush=True)
    standard_input = sys.stdin.buffer.raw  # type: ignore[attr-defined]
    while True:
        due = gateway.ike.next_timer()
        wait = None if due is None else max(0.0, (due - now()) / 1e6)
        if standard_input not in gateway.serve(wait, (standard_input,)):
            continue
        line = standard_input.readline()
        if not line:
            return
        print(json.dumps(gateway.command(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
