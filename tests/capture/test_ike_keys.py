"""The IKE table: Wireshark opens a main mode that our codecs wrote, with the key that we export."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from labkit.capture.keys import IkeSecret, Secrets, write_keys
from labkit.capture.pcap import PcapWriter
from labkit.protocols.wire import isakmp
from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, Ethernet
from labkit.protocols.wire.ipv4 import UDP, IPv4
from labkit.protocols.wire.udp import Udp

A, B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")
COOKIES = (b"initiate", b"responds")
KA = bytes(range(16))


def offer() -> isakmp.SecurityAssociation:
    """AES-128, SHA-256, group 5, pre-shared key."""
    pairs = ((1, 7), (14, 128), (2, 4), (4, 5), (3, 1))
    attributes = tuple(isakmp.Attribute(kind, value) for kind, value in pairs)
    transform = isakmp.Transform(1, 1, attributes)
    return isakmp.SecurityAssociation((isakmp.Proposal(1, 1, b"", (transform,)),))


@dataclass
class Chain:
    """CBC through the encrypted messages of main mode (RFC 2409 appendix B)."""

    iv: bytes

    def encrypt(self, payloads: tuple[isakmp.Payload, ...]) -> bytes:
        plain = isakmp.pad(isakmp.encode_payloads(payloads), 16)
        cipher = Cipher(AES(KA), CBC(self.iv)).encryptor().update(plain)
        self.iv = cipher[-16:]
        return cipher


def main_mode() -> list[bytes]:
    gxi, gxr = bytes(range(192)), bytes(range(1, 193))
    chain = Chain(sha256(gxi + gxr).digest()[:16])
    clear: list[tuple[isakmp.Payload, ...]] = [
        (offer(),),
        (offer(),),
        (isakmp.KeyExchange(gxi), isakmp.Nonce(b"i" * 20)),
        (isakmp.KeyExchange(gxr), isakmp.Nonce(b"r" * 20)),
    ]
    messages = []
    for number, payloads in enumerate(clear):
        responder = COOKIES[1] if number else bytes(8)
        header = isakmp.Header(COOKIES[0], responder, isakmp.MAIN_MODE)
        messages.append(isakmp.Message(header, payloads).encode())
    for address in (B, A):
        header = isakmp.Header(*COOKIES, isakmp.MAIN_MODE, isakmp.ENCRYPTED, next_payload=5)
        identity = isakmp.Identification(1, address.packed, 17, 500)
        cipher = chain.encrypt((identity, isakmp.Hash(sha256(address.packed).digest())))
        messages.append(isakmp.Message(header, encrypted=cipher).encode())
    return messages


def test_wireshark_follows_main_mode_with_the_profile_that_was_written(
    tshark: str, tmp_path: Path
) -> None:
    with PcapWriter(tmp_path / "a.pcap") as writer:
        for number, message in enumerate(main_mode()):
            src, dst = (A, B) if number % 2 else (B, A)
            packet = IPv4(src, dst, UDP, Udp(500, 500, message).encode(src, dst), tos=0xC0)
            frame = Ethernet(bytes(6), bytes(6), ETHERTYPE_IPV4, packet.encode()).encode()
            writer.write(number, frame)
    blank = b""
    secret = IkeSecret(*COOKIES, B, A, blank, blank, blank, blank, blank, KA)
    write_keys(tmp_path / "config", Secrets((secret,)))
    command = [tshark, "-r", str(tmp_path / "a.pcap"), "-Tfields", "-eisakmp.id.data.ipv4_addr",
               "-eisakmp.hash", "-e_ws.malformed"]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, "WIRESHARK_CONFIG_DIR": str(tmp_path / "config")},
    )  # fmt: skip
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[:4] == [["", "", ""]] * 4
    for row, address in zip(rows[4:], (B, A), strict=True):
        assert row == [str(address), sha256(address.packed).hexdigest(), ""]
