"""`show crypto isakmp …`: SAs of Phase 1, policies, keys, peers.

Destination is the responder and source the initiator, so both ends print the same pair.  The
connection id is 0 until keys exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.protocols.ike import IkeSaStatus
from labkit.sim.model.facts import ALL_ONES, IsakmpPolicy
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.crypto.facts import DEFAULT_POLICIES
from labkit.sim.routers.ios.rows import Command, M, Row, shows
from labkit.sim.routers.ios.wording import DAY, HOUR, clock

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

ENCRYPTION = {
    "des": "DES - Data Encryption Standard (56 bit keys).",
    "3des": "Three key triple DES",
    "aes": "AES - Advanced Encryption Standard ({} bit keys).",
}
HASH = {
    "md5": "Message Digest 5",
    "sha": "Secure Hash Standard",
    "sha256": "Secure Hash Standard 2 (256 bit)",
    "sha384": "Secure Hash Standard 2 (384 bit)",
    "sha512": "Secure Hash Standard 2 (512 bit)",
}
AUTHENTICATION = {
    "pre-share": ("Pre-Shared Key", "psk"),
    "rsa-sig": ("Rivest-Shamir-Adleman Signature", "rsig"),
    "rsa-encr": ("Rivest-Shamir-Adleman Encryption", "renc"),
}
GROUP_BITS = {1: 768, 2: 1024, 5: 1536, 14: 2048, 15: 3072, 16: 4096, 19: 256, 20: 384, 21: 521}
"""Of 24, with a subgroup, IOS says more."""
_LEGEND = """\
Codes: C - IKE configuration mode, D - Dead Peer Detection
       K - Keepalives, N - NAT-traversal
       T - cTCP encapsulation, X - IKE Extended Authentication
       psk - Preshared key, rsig - RSA signature
       renc - RSA encryption"""


def sas_of(router: Router) -> list[IkeSaStatus]:
    """The IKE SAs of a router, deleted ones that still linger included."""
    return router.ipsec.ike.ike_sas(router.clock.now) if router.ipsec else []


def sa(router: Router, active: bool = False, nat: bool = False) -> Iterator[str]:
    """`show crypto isakmp sa [active | nat]`: all, those in use, those through a NAT."""
    yield "IPv4 Crypto ISAKMP SA"
    yield "dst             src             state          conn-id status"
    for each in sas_of(router):
        if (active and each.deleted) or (nat and not each.behind_nat):
            continue
        status = "ACTIVE (deleted)" if each.deleted else "ACTIVE"
        ends = f"{each.responder!s:<15} {each.initiator!s:<15}"
        yield f"{ends} {each.state:<14} {each.connection:>7} {status}"
    yield ""
    yield "IPv6 Crypto ISAKMP SA"
    yield ""


def sa_count(router: Router) -> Iterator[str]:
    """`show crypto isakmp sa count`."""
    sas = sas_of(router)
    dead = sum(each.deleted for each in sas)
    active = sum(each.established is not None and not each.deleted for each in sas)
    yield f"Active ISAKMP SA's: {active}"
    yield "Standby ISAKMP SA's: 0"
    yield f"Currently being negotiated ISAKMP SA's: {len(sas) - active - dead}"
    yield f"Dead ISAKMP SA's: {dead}"


def sa_detail(router: Router) -> Iterator[str]:
    """`show crypto isakmp sa detail`."""
    yield from _LEGEND.splitlines()
    yield "IPv4 Crypto ISAKMP SA"
    yield ""
    yield "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap."
    yield ""
    for each in sas_of(router):
        yield _detail_row(router, each)
        yield f"       Engine-id:Conn-id =  {_engine(each)}"
        yield ""
    yield "IPv6 Crypto ISAKMP SA"
    yield ""


def _detail_row(router: Router, each: IkeSaStatus) -> str:
    suite = each.suite
    encryption = suite.encryption if suite else ""
    hash_ = suite.hash if suite else ""
    known = AUTHENTICATION.get(suite.authentication) if suite else None
    group = suite.group if suite else 0
    lifetime = "0" if each.remaining is None else _lifetime(each.remaining)
    return (
        f"{each.connection:<5} {each.local!s:<15} {each.peer!s:<15} {'':<6} {'ACTIVE':<6} "
        f"{encryption:<4} {hash_:<6} {known[1] if known else '':<4} {group:<2} {lifetime:<8} "
        f"{capabilities(router, each):<3}"
    )


def capabilities(router: Router, each: IkeSaStatus) -> str:
    """D where dead peers are detected, N where a NAT is on the way."""
    detects = each.peer_detects_dead_peers and router.facts.ipsec.dpd
    return ("D" if detects else "") + ("N" if each.behind_nat else "")


def _lifetime(seconds: int) -> str:
    return clock(seconds) if seconds < DAY else f"{seconds // DAY}d{seconds % DAY // HOUR:02}h"


def _engine(each: IkeSaStatus) -> str:
    return f"SW:{each.connection - 1000}" if each.connection else "???"


def policy(router: Router) -> Iterator[str]:
    """`show crypto isakmp policy`: the default ones if there are no others."""
    if router.facts.ipsec.policies == DEFAULT_POLICIES:
        yield from default_policy(router)
        return
    yield ""
    yield "Global IKE policy"
    for each in router.facts.ipsec.policies:
        yield from _suite("Protection", each)


def default_policy(router: Router) -> Iterator[str]:
    """`show crypto isakmp default policy`: what IOS would use if nothing were configured."""
    yield ""
    yield "Default IKE policy"
    for each in DEFAULT_POLICIES:
        yield from _suite("Default protection", each)


def _suite(title: str, each: IsakmpPolicy) -> Iterator[str]:
    yield f"{title} suite of priority {each.priority}"
    yield "\tencryption algorithm:\t" + ENCRYPTION[each.encryption].format(each.key_bits or 128)
    yield f"\thash algorithm:\t\t{HASH[each.hash]}"
    yield f"\tauthentication method:\t{AUTHENTICATION[each.authentication][0]}"
    yield f"\tDiffie-Hellman group:\t#{each.group} ({_group(each.group)})"
    yield f"\tlifetime:\t\t{each.lifetime} seconds, no volume limit"


def _group(number: int) -> str:
    return "2048 bit, 256 bit subgroup" if number == 24 else f"{GROUP_BITS[number]} bit"


def key(router: Router) -> Iterator[str]:
    """`show crypto isakmp key`."""
    yield "Keyring      Hostname/Address                            Preshared Key"
    yield ""
    for each in router.facts.ipsec.keys:
        address = each.hostname or str(each.address)
        if each.mask != ALL_ONES:
            address = f"{address:<15}[{each.mask!s:<15}]"
        yield f"{each.keyring or 'default':<12} {address:<43} {each.key}"


def profiles(router: Router) -> Iterator[str]:
    """`show crypto isakmp profile`."""
    ipsec = router.facts.ipsec
    entries = [entry for each in (*ipsec.maps, *ipsec.dynamic_maps) for entry in each.entries]
    for told in ipsec.profiles:
        yield f"IKEv1 PROFILE {told.name}"
        yield f"Ref Count = {1 + sum(each.isakmp_profile == told.name for each in entries)}"
        yield "   Identities matched are:"
        yield from (f"    ip-address {address} {mask} " for address, mask in told.identities)
        yield "   Certificate maps matched are:"
        yield "   Identity presented is: " + ("fqdn" if ipsec.identity else "ip-address")
        yield f"   keyring(s): {told.keyring or '<none>'}"
        yield "   trustpoint(s): <all>"


def peers(router: Router) -> Iterator[str]:
    """`show crypto isakmp peers`."""
    seen = set()
    for each in sas_of(router):
        ends = each.peer, each.peer_port, each.local
        if not each.deleted and ends not in seen:
            seen.add(ends)
            yield f"Peer: {each.peer} Port: {each.peer_port} Local: {each.local}"
            yield f" Phase1 id: {each.peer_identity or '(none)'}"


def _clear_isakmp(shell: IosShell, match: M) -> None:
    shell.device.ipsec.clear_isakmp(connection=match.get("connection"))


EXEC: list[Row] = [
    shows("show crypto isakmp sa [active | nat]",
          lambda router, match: sa(router, match.said("active"), match.said("nat"))),
    shows("show crypto isakmp sa count", lambda router, match: sa_count(router)),
    shows("show crypto isakmp sa detail", lambda router, match: sa_detail(router)),
    shows("show crypto isakmp policy", lambda router, match: policy(router)),
    shows("show crypto isakmp default policy", lambda router, match: default_policy(router)),
    shows("show crypto isakmp key", lambda router, match: key(router), 15),
    shows("show crypto isakmp profile", lambda router, match: profiles(router)),
    shows("show crypto isakmp peers", lambda router, match: peers(router)),
    Command("clear crypto isakmp [<connection:0-32766>]", _clear_isakmp, privilege=15),
]  # fmt: skip
