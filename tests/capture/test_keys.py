"""Key files: JSON there and back, and Wireshark profiles that really decrypt."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from random import Random

import pytest

from labkit.capture import CaptureError
from labkit.capture.keys import (
    EspSecret,
    IkeSecret,
    QuickModeSecret,
    Secrets,
    esp_row,
    read_secrets,
    write_keys,
)
from labkit.capture.pcap import PcapWriter
from labkit.protocols import esp
from labkit.protocols.wire import icmp
from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, Ethernet
from labkit.protocols.wire.ipv4 import ESP, IPv4

A, B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")

IKE = IkeSecret(
    icookie=b"initiate", rcookie=b"responds", initiator=B, responder=A, gxy=bytes(192),
    skeyid=b"s" * 32, skeyid_d=b"d" * 32, skeyid_a=b"a" * 32, skeyid_e=b"e" * 32, ka=b"k" * 16,
    quick_modes=(QuickModeSecret(0x00A1B2C3), QuickModeSecret(0xFFFFFFFF, b"pfs")),
)  # fmt: skip
CBC = EspSecret(B, A, 0x1A2B3C4D, "aes-cbc", b"c" * 32, "hmac-sha512-256", b"h" * 64)
SUITES = [
    (CBC, "esp-aes", "esp-sha512-hmac"),
    (replace(CBC, key=b"c" * 16, auth="hmac-sha256-128", auth_key=b"h" * 32), "esp-aes",
     "esp-sha256-hmac"),
    (replace(CBC, auth="hmac-sha1-96", auth_key=b"h" * 20), "esp-aes", "esp-sha-hmac"),
    (replace(CBC, auth="hmac-sha384-192", auth_key=b"h" * 48), "esp-aes", "esp-sha384-hmac"),
    (replace(CBC, auth="hmac-md5-96", auth_key=b"h" * 16), "esp-aes", "esp-md5-hmac"),
    (replace(CBC, cipher="3des-cbc", key=bytes(range(24))), "esp-3des", "esp-sha512-hmac"),
    (replace(CBC, cipher="aes-gcm", key=b"g" * 36, auth=None, auth_key=None), "esp-gcm", None),
]  # fmt: skip


def test_secrets_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    secrets = Secrets((IKE,), tuple(suite[0] for suite in SUITES))
    write_keys(tmp_path / "keys", secrets)
    assert read_secrets(tmp_path / "keys") == secrets
    names = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert names == ["esp_sa", "ikev1_decryption_table", "secrets.json"]


def test_the_json_has_the_promised_names_and_forms(tmp_path: Path) -> None:
    write_keys(tmp_path, Secrets((IKE,), (CBC,)))
    tree = json.loads((tmp_path / "secrets.json").read_text())
    (ike,), (sa,) = tree["ike"], tree["esp"]
    assert list(ike) == ["icookie", "rcookie", "initiator", "responder", "gxy", "skeyid",
                         "skeyid_d", "skeyid_a", "skeyid_e", "ka", "quick_modes"]  # fmt: skip
    assert ike["icookie"] == b"initiate".hex()
    assert ike["quick_modes"] == [
        {"mid": "00a1b2c3", "gxy": None},
        {"mid": "ffffffff", "gxy": "706673"},
    ]
    assert sa == {
        "src": "198.51.100.2", "dst": "192.0.2.28", "spi": "0x1a2b3c4d", "cipher": "aes-cbc",
        "key": "63" * 32, "auth": "hmac-sha512-256", "auth_key": "68" * 64,
    }  # fmt: skip


def test_the_ike_table_is_unquoted_and_the_esp_table_quoted(tmp_path: Path) -> None:
    write_keys(tmp_path, Secrets((IKE,), (CBC,)))
    table = (tmp_path / "ikev1_decryption_table").read_text()
    assert table == f"{b'initiate'.hex()},{'6b' * 16}\n"
    assert (tmp_path / "esp_sa").read_text() == (
        '"IPv4","198.51.100.2","192.0.2.28","0x1a2b3c4d","AES-CBC [RFC3602]",'
        f'"0x{"63" * 32}","HMAC-SHA-512-256 [RFC4868]","0x{"68" * 64}"\n'
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"ike": [], "esp": [{}]}', '{"ike": 3, "esp": []}', "\udcff"]
)
def test_a_broken_secrets_file_is_one_clear_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CaptureError, match=r"secrets\.json"):
        read_secrets(tmp_path)


def sealed(sa: EspSecret, cipher: str, integrity: str | None) -> bytes:
    """A frame with a ping in a tunnel, sealed by the lab's own ESP."""
    ping = IPv4(IPv4Address("172.16.1.1"), IPv4Address("192.168.1.1"), 1,
                icmp.echo_request(1, 1, bytes(72)).encode())  # fmt: skip
    outbound = esp.Outbound(
        sa.spi, cipher, sa.key, integrity, sa.auth_key or b"", Random(1).randbytes
    )
    outer = IPv4(sa.src, sa.dst, ESP, outbound.seal(ping.encode(), 4))
    return Ethernet(bytes(6), bytes(6), ETHERTYPE_IPV4, outer.encode()).encode()


@pytest.mark.parametrize(("sa", "cipher", "integrity"), SUITES, ids=lambda each: str(each)[:18])
def test_wireshark_decrypts_with_the_profile_that_was_written(
    sa: EspSecret, cipher: str, integrity: str | None, tshark: str, tmp_path: Path
) -> None:
    home = tmp_path / "config"
    write_keys(home, Secrets((IKE,), (sa,)))
    with PcapWriter(tmp_path / "a.pcap") as writer:
        writer.write(0, sealed(sa, cipher, integrity))
    command = [tshark, "-r", str(tmp_path / "a.pcap"), "-oesp.enable_encryption_decode:TRUE",
               "-oesp.enable_authentication_check:TRUE", "-Tfields", "-eip.dst", "-eicmp.type",
               "-eesp.icv_good", "-eesp.icv_bad"]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, "WIRESHARK_CONFIG_DIR": str(home)},
    )  # fmt: skip
    destinations, kind, good, bad = done.stdout.rstrip("\n").split("\t")
    assert (destinations, kind) == ("192.0.2.28,192.168.1.1", "8")
    assert "error" not in done.stderr.lower()
    if integrity is not None:
        assert (good, bad) == ("1", "0") or (good, bad) == ("True", "False")


def test_the_same_row_serves_the_command_line(tshark: str, tmp_path: Path) -> None:
    with PcapWriter(tmp_path / "a.pcap") as writer:
        writer.write(0, sealed(*SUITES[0]))
    command = [tshark, "-r", str(tmp_path / "a.pcap"), "-oesp.enable_encryption_decode:TRUE",
               f"-ouat:esp_sa:{esp_row(CBC)}", "-Tfields", "-eicmp.type"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "8"
