"""tshark, given our secrets, reads every encrypted byte that two machines exchange."""

from __future__ import annotations

import random
import struct
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.protocols.esp import Outbound
from labkit.protocols.ike import Phase2Terms
from labkit.protocols.ike.configuration import IsakmpPolicy, TransformSet
from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.icmp import echo_request
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.udp import Udp
from tests.protocols.ike.pair import POLICY, TSET, A, Pair, facts

MAC = b"\x02\0\0\0\0\1"
ESP_NAMES = {
    ("esp-aes", "esp-sha512-hmac"): ("AES-CBC [RFC3602]", "HMAC-SHA-512-256 [RFC4868]"),
    ("esp-aes", "esp-sha256-hmac"): ("AES-CBC [RFC3602]", "HMAC-SHA-256-128 [RFC4868]"),
    ("esp-aes", "esp-sha-hmac"): ("AES-CBC [RFC3602]", "HMAC-SHA-1-96 [RFC2404]"),
    ("esp-gcm", None): ("AES-GCM with 16 octet ICV [RFC4106]", "NULL"),
}


def write_pcap(path: Path, packets: list[IPv4]) -> None:
    """A classic pcap of Ethernet frames, one millisecond apart."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, packet in enumerate(packets):
            frame = Ethernet(MAC, MAC, 0x0800, packet.encode()).encode()
            file.write(struct.pack("<IIII", 0, number * 1000, len(frame), len(frame)) + frame)


def exchange(pair: Pair) -> list[IPv4]:
    packets = []
    for datagram in pair.sent:
        udp = Udp(datagram.source_port, datagram.destination_port, datagram.payload)
        payload = udp.encode(datagram.source, datagram.destination)
        packets.append(IPv4(datagram.source, datagram.destination, 17, payload, tos=0xC0))
    return packets


def tunnelled(pair: Pair) -> list[IPv4]:
    """A ping each way, through the ESP SAs that came out of it."""
    packets = []
    for ike in (pair.b, pair.a):
        (child,) = ike.children()
        out = Outbound(
            child.outbound_spi, child.transform.cipher, child.outbound_key,
            child.transform.integrity, child.outbound_integrity_key, random.Random(3).randbytes,
        )  # fmt: skip
        hosts = child.local_selector.address + 10, child.remote_selector.address + 10
        echo = echo_request(1, 1, b"x" * 72).encode()
        inner = IPv4(IPv4Address(hosts[0]), IPv4Address(hosts[1]), 1, echo)
        packets.append(IPv4(child.local, child.peer, 50, out.seal(inner.encode(), 4)))
    return packets


def keys_of(pair: Pair) -> list[str]:
    (secrets,) = pair.a.secrets()
    row = f"{secrets.initiator_cookie.hex()},{secrets.cipher_key.hex()}"
    options = ["-o", f"uat:ikev1_decryption_table:{row}"]
    options += ["-o", "esp.enable_encryption_decode:TRUE"]
    options += ["-o", "esp.enable_authentication_check:TRUE"]
    for ike in (pair.a, pair.b):
        (child,) = ike.children()
        cipher, integrity = ESP_NAMES[child.transform.cipher, child.transform.integrity]
        fields = (
            "IPv4", str(child.local), str(child.peer), f"0x{child.outbound_spi:08x}", cipher,
            f"0x{child.outbound_key.hex()}", integrity,
            f"0x{child.outbound_integrity_key.hex()}" if child.outbound_integrity_key else "",
        )  # fmt: skip
        options += ["-o", "uat:esp_sa:" + ",".join(f'"{field}"' for field in fields)]
    return options


def dissect(tshark: str, path: Path, options: list[str]) -> str:
    command = [tshark, "-n", "-r", str(path), "-V", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


SUITES = [
    (POLICY, TSET, None),
    (
        IsakmpPolicy(1, "aes", 128, "sha", "pre-share", 2),
        TransformSet("T", "esp-aes", 128, "esp-sha-hmac"),
        None,
    ),
    (
        IsakmpPolicy(1, "aes", 256, "sha", "pre-share", 14),
        TransformSet("T", "esp-aes", 192, "esp-sha256-hmac"),
        14,
    ),
    (IsakmpPolicy(1, "3des", None, "md5", "pre-share", 5), TransformSet("T", "esp-gcm", 256), 19),
]


@pytest.mark.needs("tshark")
@pytest.mark.parametrize(("policy", "tset", "pfs"), SUITES)
def test_tshark_decrypts_ike_and_esp(
    tshark: str, tmp_path: Path, policy: IsakmpPolicy, tset: TransformSet, pfs: int | None
) -> None:
    pair = Pair()
    pair.configure(facts(policy), facts(policy))
    pair.maps[A].answer = Phase2Terms((tset,), pfs_group=pfs)
    pair.ask(transform_sets=(tset,), pfs_group=pfs)
    pair.run()
    esp = tunnelled(pair)
    options = keys_of(pair)
    for child in pair.b.children():
        pair.b.delete_child(child, pair.now, "By user command")
    pair.b.clear_ike_sas(pair.now)
    pair.run()
    path = tmp_path / "exchange.pcap"
    write_pcap(path, exchange(pair) + esp)
    text = dissect(tshark, path, options)
    assert "Malformed" not in text
    assert "[Expert Info (Error" not in text
    assert text.count("ID type: IPV4_ADDR (1)") == 2
    assert text.count("ID type: IPV4_ADDR_SUBNET (4)") == 4
    assert "INITIAL-CONTACT" in text
    assert text.count("Payload: Delete (12)") == 2
    assert text.count("Type: 8 (Echo (ping) request)") == 2
    if tset.integrity is not None:
        assert text.count("[Good: True]") == 2
