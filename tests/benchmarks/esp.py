"""ESP packets per second, against scapy's SecurityAssociation and against bare pyca.

Bare pyca is what one writes first: a new Cipher and a new HMAC for every packet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import IPv4Address
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from labkit.protocols import esp
from labkit.protocols.wire.ipv4 import IPv4
from tests.benchmarks.measure import Comparison, Figures, Reading, rate, take_turns

SPI = 0x1A2B3C4D
KEY, AUTH = bytes(range(32)), bytes(range(64))
SIZES = (100, 1400)
ICV = 32
AT_LEAST_SCAPY, AT_LEAST_PYCA = 100, 0.7
Maker = Callable[[bytes], Callable[[], object]]
"""Makes, for an inner packet, the work that is repeated."""
ENDS = ("198.51.100.2", "192.0.2.28")


def rows() -> Iterator[Comparison]:
    """Seal and open, AES-CBC-256 with HMAC-SHA-512-256, at both sizes."""
    for size in SIZES:
        inner = inner_packet(size)
        for verb, ours, bare, scapy in (
            ("seal", _seal, _bare_seal, _scapy_seal),
            ("open", _open, _bare_open, _scapy_open),
        ):
            name = f"ESP {verb}, {size} bytes"
            to_reach = (AT_LEAST_SCAPY, AT_LEAST_PYCA) if verb == "seal" else (None, None)
            for against, other, at_least, bound in (
                ("scapy SecurityAssociation", scapy, 0.2, to_reach[0]),
                ("bare pyca", bare, 0.1, to_reach[1]),
            ):
                measure = partial(_rates, ours, other, inner, at_least)
                yield Comparison(name, against, "1/s", Reading.SPEED, measure, bound)


def _rates(ours: Maker, theirs: Maker, inner: bytes, at_least: float) -> Figures:
    """Packets per second of both, `theirs` over at least so many seconds a round."""
    our_work, their_work = ours(inner), theirs(inner)
    return take_turns(lambda: rate(our_work), lambda: rate(their_work, at_least))


def inner_packet(size: int) -> bytes:
    """An IPv4 packet of `size` bytes."""
    source, destination = IPv4Address("172.16.1.10"), IPv4Address("192.168.1.10")
    return IPv4(source, destination, 253, bytes(size - 20)).encode()


def _outbound() -> esp.Outbound:
    return esp.Outbound(SPI, "esp-aes", KEY, "esp-sha512-hmac", AUTH, os.urandom)


def _seal(inner: bytes) -> Callable[[], object]:
    outbound = _outbound()
    return lambda: outbound.seal(inner, 4)


def _open(inner: bytes) -> Callable[[], object]:
    packet = _outbound().seal(inner, 4)
    inbound = esp.Inbound(SPI, "esp-aes", KEY, "esp-sha512-hmac", AUTH, window=None)
    return lambda: inbound.open(packet)


def _bare_seal(inner: bytes) -> Callable[[], object]:
    sequence = 0

    def seal() -> bytes:
        nonlocal sequence
        sequence += 1
        iv = os.urandom(16)
        pad = -(len(inner) + 2) % 16
        plain = inner + bytes(range(1, pad + 1)) + bytes((pad, 4))
        encryptor = Cipher(algorithms.AES(KEY), modes.CBC(iv)).encryptor()
        body = encryptor.update(plain) + encryptor.finalize()
        packet = SPI.to_bytes(4, "big") + sequence.to_bytes(4, "big") + iv + body
        mac = hmac.HMAC(AUTH, hashes.SHA512())
        mac.update(packet)
        return packet + mac.finalize()[:ICV]

    return seal


def _bare_open(inner: bytes) -> Callable[[], object]:
    packet = _outbound().seal(inner, 4)

    def open_() -> bytes:
        mac = hmac.HMAC(AUTH, hashes.SHA512())
        mac.update(packet[:-ICV])
        if mac.finalize()[:ICV] != packet[-ICV:]:
            raise ValueError("ICV")
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(packet[8:24])).decryptor()
        plain = decryptor.update(packet[24:-ICV]) + decryptor.finalize()
        return plain[: -2 - plain[-2]]

    return open_


def _association() -> Any:
    from scapy.layers.inet import IP
    from scapy.layers.ipsec import ESP, SecurityAssociation

    association: Any = SecurityAssociation
    return association(
        ESP,
        spi=SPI,
        crypt_algo="AES-CBC",
        crypt_key=KEY,
        auth_algo="SHA2-512-256",
        auth_key=AUTH,
        tunnel_header=IP(src=ENDS[0], dst=ENDS[1]),
    )


def _scapy_seal(inner: bytes) -> Callable[[], object]:
    from scapy.layers.inet import IP

    association, packet = _association(), IP(inner)
    return lambda: bytes(association.encrypt(packet))


def _scapy_open(inner: bytes) -> Callable[[], object]:
    from scapy.layers.inet import IP

    association = _association()
    sealed = _outbound().seal(inner, 4)
    packet = IP(bytes(IP(src=ENDS[0], dst=ENDS[1], proto=esp.PROTOCOL) / sealed))
    return lambda: association.decrypt(packet.copy())  # it writes into what it is given
