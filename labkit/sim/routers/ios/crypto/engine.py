"""The software that does the cryptography: `show crypto engine`, `show crypto eli` and its debug.

An IOSv has no other engine.  Sessions and connections are those that there are now; how many
there may be is what the software is limited to.  Must not know the algorithms.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.protocols.ike.events import (
    ExchangeStarted,
    IkeSaDeleted,
    KeysDerived,
    SaDeleted,
    SasCreated,
)
from labkit.protocols.wire.isakmp import ENCRYPTED, HEADER_LENGTH
from labkit.sim.net.events import IsakmpDatagram
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.crypto.ipsec.page import active_sas
from labkit.sim.routers.ios.crypto.isakmp.page import sas_of
from labkit.sim.routers.ios.rows import Row, shows
from labkit.sim.routers.ios.system.hardware import serial

LIBRARY = "22.0.0"
_CAPABILITY = "IPPCP, DES, 3DES, AES, SEAL, GCM, GMAC, RSA, IPv6, GDOI, FAILCLOSE, HA"
_SESSIONS, _DH, _FLOWS = 100, 50, 1000


def brief(router: Router) -> Iterator[str]:
    """`show crypto engine brief`."""
    number = serial(router)[-8:]
    for name, value in (
        ("crypto engine name", "Cisco VPN Software Implementation"),
        ("crypto engine type", "software"),
        ("serial number", number),
        ("crypto engine state", "installed"),
        ("crypto engine in slot", "N/A"),
    ):
        yield f"{name:>28}:  {value}"
    yield ""


def configuration(router: Router) -> Iterator[str]:
    """`show crypto engine configuration`."""
    yield from brief(router)
    yield f"{'platform':>28}:  Cisco Software Crypto Engine"
    yield ""
    yield f"{'crypto lib version':>28}:  {LIBRARY}"
    yield ""


def eli(router: Router) -> Iterator[str]:
    """`show crypto eli`: the encryption layer interface, with its sessions."""
    sas = [each for each in sas_of(router) if not each.deleted and each.connection]
    yield "Hardware Encryption : INACTIVE"
    yield " Number of crypto engines = 1"
    yield ""
    yield "CryptoEngine Software Crypto Engine details: state = Active"
    yield f" Capability    : {_CAPABILITY}"
    yield ""
    for name, active, most in (
        ("IKE-Session", len(sas), _SESSIONS),
        ("IKEv2-Session", 0, _SESSIONS),
        ("DH", len(sas), _DH),
        ("IPSec-Session", active_sas(router), _FLOWS),
    ):
        yield f" {name:<14}: {active:>5} active, {most:>6} max, 0 failed"
    yield ""


def engine_connections(router: Router) -> Iterator[str]:
    """`show crypto engine connections active`."""
    yield "Crypto Engine Connections"
    yield ""
    yield "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address"
    for ident in router.ipsec.idents if router.ipsec else ():
        for pair in ident.pairs:
            child = pair.child
            name = _algorithm(child.transform.cipher, child.transform.key_bits)
            name += f"+{_hash(child.transform.integrity)}" if child.transform.integrity else ""
            if pair.inbound is not None:
                last = pair.inbound.window.highest if pair.inbound.window else 0
                got = ident.counters.decrypt
                yield _row(pair.inbound_id, "IPsec", name, 0, got, last, ident.local)
            if pair.outbound is not None:
                sent = ident.counters.encrypt
                yield _row(pair.outbound_id, "IPsec", name, sent, 0, 0, ident.local)
    for each in sas_of(router):
        if each.suite is not None and each.connection:
            digest = _hash(each.suite.hash)
            cipher = _algorithm(each.suite.encryption, each.suite.key_bits)
            yield _row(each.connection, "IKE", f"{digest}+{cipher}", 0, 0, 0, each.local)
    yield ""


def _row(
    number: int, kind: str, name: str, sent: int, received: int, last: int, local: IPv4Address
) -> str:
    return f"{number:5}  {kind:<7} {name:<19} {sent:7} {received:8} {last:8} {local}"


def _algorithm(cipher: str, key_bits: int | None) -> str:
    name = cipher.removeprefix("esp-").upper()
    return f"{name}{key_bits}" if key_bits not in (None, 128) and name in ("AES", "GCM") else name


def _hash(name: str) -> str:
    return name.removeprefix("esp-").removesuffix("-hmac").upper()


EXEC: list[Row] = [
    shows("show crypto engine connections active",
          lambda router, match: engine_connections(router)),
    shows("show crypto engine brief", lambda router, match: brief(router)),
    shows("show crypto engine configuration", lambda router, match: configuration(router)),
    shows("show crypto eli", lambda router, match: eli(router)),
]  # fmt: skip

# --------------------------------------------------------------------------- debug


FIRST = 1000
"""IKE SAs are numbered from 1001, the engine counts its own from 1."""
_FLAGS_AT = 19
"""The octet of the ISAKMP header with its flags (RFC 2408 §3.1)."""


def debugged(event: object) -> Iterator[str]:
    """What `debug crypto engine` says about an event: message by message, since every one that
    is encrypted has a hash inside, and when keys and SAs come and go.
    """
    match event:
        case IsakmpDatagram(sent=sent, payload=payload):
            if len(payload) >= HEADER_LENGTH and payload[_FLAGS_AT] & ENCRYPTED:
                done = ("Generate IKE hash", "Encrypt IKE packet")
                undone = ("Decrypt IKE packet", "Generate IKE hash")
                yield from (f"crypto_engine: {what}" for what in (done if sent else undone))
        case ExchangeStarted(exchange="main" | "aggressive"):
            yield "crypto_engine: Create DH"
        case KeysDerived(connection=number):
            yield "crypto_engine: Create IKE SA"
            yield f"crypto engine: deleting DH SW:{number - FIRST}"
        case SasCreated():
            yield "crypto_engine: Generate IKE QM keys"
            for _ in ("inbound", "outbound"):
                yield "crypto_engine: Create IPSec SA (by keys)"
        case SaDeleted(child=child):
            for number in (child.flow, child.flow + 1):
                yield f"crypto engine: deleting IPSec SA SW:{number}"
        case IkeSaDeleted(connection=number):
            yield f"crypto engine: deleting IKE SA SW:{number - FIRST}"
