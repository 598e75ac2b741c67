"""`show crypto engine …` and `show crypto eli`: the software that does the cryptography.

An IOSv has no other engine.  Sessions and connections are those that there are now; how many
there may be is what the software is limited to.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cli.cisco_ios.show.crypto_ipsec import active_sas
from labkit.cli.cisco_ios.show.crypto_isakmp import sas_of
from labkit.cli.cisco_ios.show.version import serial
from labkit.net.router import Router

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
