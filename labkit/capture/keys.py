"""The lab's secrets as files: what Wireshark reads from a profile, and all of it as JSON.

`write_keys` makes three files: `ikev1_decryption_table` (fields unquoted, as Wireshark's own
editor writes them), `esp_sa` (fields quoted) and `secrets.json`.  A GCM key carries its 4-byte
salt at the end (RFC 4106 section 8.1), which is what Wireshark expects too.

Knows the formats; where the secrets come from is the lab's business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from labkit import resources
from labkit.capture import CaptureError

IKE_TABLE = "ikev1_decryption_table"
ESP_TABLE = "esp_sa"
SECRETS = "secrets.json"

CIPHERS = {
    "aes-cbc": "AES-CBC [RFC3602]",
    "aes-gcm": "AES-GCM with 16 octet ICV [RFC4106]",
    "3des-cbc": "TripleDES-CBC [RFC2451]",
    "des-cbc": "DES-CBC [RFC2405]",
    "null": "NULL",
}
"""Our name of an ESP cipher: Wireshark's."""

AUTHENTICATIONS = {
    "hmac-sha512-256": "HMAC-SHA-512-256 [RFC4868]",
    "hmac-sha384-192": "HMAC-SHA-384-192 [RFC4868]",
    "hmac-sha256-128": "HMAC-SHA-256-128 [RFC4868]",
    "hmac-sha1-96": "HMAC-SHA-1-96 [RFC2404]",
    "hmac-md5-96": "HMAC-MD5-96 [RFC2403]",
    None: "NULL",
}
"""Our name of an ESP integrity algorithm: Wireshark's."""


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
    resources.put(folder / SECRETS, json.dumps(_to_json(secrets), indent=1) + "\n")


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
    fields = (
        "IPv4",
        str(secret.src),
        str(secret.dst),
        f"0x{secret.spi:08x}",
        CIPHERS[secret.cipher],
        _wireshark_key(secret.key),
        AUTHENTICATIONS[secret.auth],
        _wireshark_key(secret.auth_key),
    )
    return ",".join(f'"{field}"' for field in fields)


def _wireshark_key(key: bytes | None) -> str:
    return f"0x{key.hex()}" if key else ""


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


# --------------------------------------------------------------------------- JSON


def _to_json(secrets: Secrets) -> dict[str, Any]:
    return {
        "ike": [_ike_to_json(each) for each in secrets.ike],
        "esp": [_esp_to_json(each) for each in secrets.esp],
    }


_IKE_BYTES = (
    "icookie", "rcookie", "gxy", "skeyid", "skeyid_d", "skeyid_a", "skeyid_e", "ka",
)  # fmt: skip


def _ike_to_json(secret: IkeSecret) -> dict[str, Any]:
    return {
        "icookie": secret.icookie.hex(),
        "rcookie": secret.rcookie.hex(),
        "initiator": str(secret.initiator),
        "responder": str(secret.responder),
        "gxy": secret.gxy.hex(),
        "skeyid": secret.skeyid.hex(),
        "skeyid_d": secret.skeyid_d.hex(),
        "skeyid_a": secret.skeyid_a.hex(),
        "skeyid_e": secret.skeyid_e.hex(),
        "ka": secret.ka.hex(),
        "quick_modes": [
            {"mid": f"{each.mid:08x}", "gxy": _hex(each.gxy)} for each in secret.quick_modes
        ],
    }


def _esp_to_json(secret: EspSecret) -> dict[str, Any]:
    return {
        "src": str(secret.src),
        "dst": str(secret.dst),
        "spi": f"0x{secret.spi:08x}",
        "cipher": secret.cipher,
        "key": secret.key.hex(),
        "auth": secret.auth,
        "auth_key": _hex(secret.auth_key),
    }


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


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
