"""The lab's secrets as files: what Wireshark reads from a profile, and all of it as JSON.

`write_keys` makes three files: `ikev1_decryption_table` (fields unquoted, as Wireshark's own
editor writes them), `esp_sa` (fields quoted) and `secrets.json`.  A GCM key carries its 4-byte
salt at the end (RFC 4106 section 8.1), which is what Wireshark expects too.

Knows the formats; where the secrets come from is the lab's business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from labkit import resources
from labkit.capture import CaptureError

IKE_TABLE = "ikev1_decryption_table"
ESP_TABLE = "esp_sa"
SECRETS = "secrets.json"

CIPHERS = {
    "aes-cbc": ("esp-aes", "AES-CBC [RFC3602]"),
    "aes-gcm": ("esp-gcm", "AES-GCM with 16 octet ICV [RFC4106]"),
    "3des-cbc": ("esp-3des", "TripleDES-CBC [RFC2451]"),
    "des-cbc": ("esp-des", "DES-CBC [RFC2405]"),
    "null": ("esp-null", "NULL"),
}
"""Our name of an ESP cipher: a transform set's, and Wireshark's."""

AUTHENTICATIONS = {
    "hmac-sha512-256": ("esp-sha512-hmac", "HMAC-SHA-512-256 [RFC4868]"),
    "hmac-sha384-192": ("esp-sha384-hmac", "HMAC-SHA-384-192 [RFC4868]"),
    "hmac-sha256-128": ("esp-sha256-hmac", "HMAC-SHA-256-128 [RFC4868]"),
    "hmac-sha1-96": ("esp-sha-hmac", "HMAC-SHA-1-96 [RFC2404]"),
    "hmac-md5-96": ("esp-md5-hmac", "HMAC-MD5-96 [RFC2403]"),
    None: (None, "NULL"),
}
"""Our name of an ESP integrity algorithm: a transform set's, and Wireshark's."""

BY_TRANSFORM = {
    names[0]: name for table in (CIPHERS, AUTHENTICATIONS) for name, names in table.items()
}
"""A transform set's name of an algorithm: ours."""


@dataclass(frozen=True, slots=True)
class QuickModeSecret:
    """One quick mode: message ID, and its own Diffie-Hellman secret where there is PFS."""

    mid: int
    gxy: bytes | None = None


@dataclass(frozen=True, slots=True)
class IkeSecret:
    """One ISAKMP SA: cookies, peers, and the key material of RFC 2409 section 5."""

    icookie: bytes
    rcookie: bytes
    initiator: IPv4Address
    responder: IPv4Address
    gxy: bytes
    skeyid: bytes
    skeyid_d: bytes
    skeyid_a: bytes
    skeyid_e: bytes
    ka: bytes
    """The cipher's key (RFC 2409 appendix B)."""
    quick_modes: tuple[QuickModeSecret, ...] = ()


@dataclass(frozen=True, slots=True)
class EspSecret:
    """One direction of an IPsec SA; `cipher` and `auth` are keys of the tables above."""

    src: IPv4Address
    dst: IPv4Address
    spi: int
    cipher: str
    key: bytes
    auth: str | None = None
    auth_key: bytes | None = None

    @property
    def transforms(self) -> tuple[str, str | None]:
        """Cipher and integrity algorithm as a transform set names them."""
        return CIPHERS[self.cipher][0], AUTHENTICATIONS[self.auth][0]


@dataclass(frozen=True, slots=True)
class Secrets:
    """All that is needed to read the lab's encrypted traffic."""

    ike: tuple[IkeSecret, ...] = ()
    esp: tuple[EspSecret, ...] = ()


def write_keys(folder: Path, secrets: Secrets) -> None:
    """Write the three files, each whole or not at all, for their owner only; makes the folder.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    resources.put(folder / IKE_TABLE, _lines(map(ike_row, secrets.ike)))
    resources.put(folder / ESP_TABLE, _lines(map(esp_row, secrets.esp)))
    resources.put(folder / SECRETS, json.dumps(_plain(secrets), indent=1) + "\n")


def read_secrets(folder: Path) -> Secrets:
    """Read `secrets.json`; raises OSError, or CaptureError if it is not what we write."""
    path = folder / SECRETS
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        ike = tuple(_ike_from_json(each) for each in tree["ike"])
        return Secrets(ike, tuple(_esp_from_json(each) for each in tree["esp"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CaptureError(f"{path.name}: {type(error).__name__}: {error}") from error


def ike_row(secret: IkeSecret) -> str:
    """Return the line of `ikev1_decryption_table`, also good for tshark's `-o uat:`."""
    return f"{secret.icookie.hex()},{secret.ka.hex()}"


def esp_row(secret: EspSecret) -> str:
    """Return the line of `esp_sa`, also good for tshark's `-o uat:`."""
    words = (
        "IPv4",
        str(secret.src),
        str(secret.dst),
        f"0x{secret.spi:08x}",
        CIPHERS[secret.cipher][1],
        _wireshark_key(secret.key),
        AUTHENTICATIONS[secret.auth][1],
        _wireshark_key(secret.auth_key),
    )
    return ",".join(f'"{word}"' for word in words)


def _wireshark_key(key: bytes | None) -> str:
    return f"0x{key.hex()}" if key else ""


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


# --------------------------------------------------------------------------- JSON


def _plain(value: Any, name: str = "") -> Any:
    """Dataclasses as dictionaries, bytes as hex digits."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name), each.name) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int):
        return f"0x{value:08x}" if name == "spi" else f"{value:08x}"
    return value if value is None else str(value)


_IKE_BYTES = (
    "icookie", "rcookie", "gxy", "skeyid", "skeyid_d", "skeyid_a", "skeyid_e", "ka",
)  # fmt: skip


def _ike_from_json(tree: dict[str, Any]) -> IkeSecret:
    return IkeSecret(
        initiator=IPv4Address(tree["initiator"]),
        responder=IPv4Address(tree["responder"]),
        quick_modes=tuple(
            QuickModeSecret(int(each["mid"], 16), _bytes(each["gxy"]))
            for each in tree["quick_modes"]
        ),
        **{name: bytes.fromhex(tree[name]) for name in _IKE_BYTES},
    )


def _esp_from_json(tree: dict[str, Any]) -> EspSecret:
    cipher, auth = tree["cipher"], tree["auth"]
    if cipher not in CIPHERS or auth not in AUTHENTICATIONS:
        raise ValueError(f"unknown algorithm {cipher!r} or {auth!r}")
    return EspSecret(
        src=IPv4Address(tree["src"]),
        dst=IPv4Address(tree["dst"]),
        spi=int(tree["spi"], 16),
        cipher=cipher,
        key=bytes.fromhex(tree["key"]),
        auth=auth,
        auth_key=_bytes(tree["auth_key"]),
    )


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
