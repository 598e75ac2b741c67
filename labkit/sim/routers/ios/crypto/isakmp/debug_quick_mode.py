"""`debug crypto isakmp`, continued: quick mode, notifications and deletes.

IOS calls an exchange under an IKE SA a node, and prints its message ID.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.protocols.ike import ChildSa, Refusal, Role
from labkit.protocols.ike.algorithms import ESP_CIPHER_BY_FACT, ESP_INTEGRITY_BY_FACT
from labkit.protocols.ike.events import (
    DeleteSent,
    NodeCreated,
    NodeDeleted,
    NodePurged,
    NotifyReceived,
    NotifySent,
    ProposalChecked,
    ProposalRefused,
    SasCreated,
    SpiAllocated,
)
from labkit.sim.routers.ios.crypto.isakmp.debug import duration, isakmp, pointer

__all__ = ["isakmp"]
"""With the words of Phase 2 added."""
ERRORS = {
    Refusal.NO_MATCHING_MAP: 32,
    Refusal.PROXY_IDENTITIES: 32,
    Refusal.TRANSFORM: 256,
    Refusal.INVALID_LOCAL_ADDRESS: 8,
}
_ENCAPSULATION = {
    ("tunnel", False): "1 (Tunnel)",
    ("transport", False): "2 (Transport)",
    ("tunnel", True): "3 (Tunnel-UDP)",
    ("transport", True): "4 (Transport-UDP)",
}


@isakmp.register
def _(event: SpiAllocated) -> Iterator[str]:
    who = "Initiator" if event.role is Role.INITIATOR else "Responder"
    yield f"ISAKMP:({event.connection}):QM {who} gets spi"


@isakmp.register
def _(event: ProposalChecked) -> Iterator[str]:
    offer = event.offer
    cipher = ESP_CIPHER_BY_FACT.get(offer.cipher)
    integrity = ESP_INTEGRITY_BY_FACT.get(offer.integrity or "")
    yield f"ISAKMP:({event.connection}):Checking IPSec proposal {event.proposal}"
    yield f"ISAKMP: transform {event.transform}, {cipher.rfc if cipher else 'unknown'} "
    yield "ISAKMP:   attributes in transform:"
    yield f"ISAKMP:      encaps is {_ENCAPSULATION.get((offer.mode, offer.in_udp), offer.mode)}"
    for unit, value in (
        ("seconds", event.lifetime_seconds),
        ("kilobytes", event.lifetime_kilobytes),
    ):
        if value is not None:
            yield f"ISAKMP:      SA life type in {unit}"
            yield f"ISAKMP:      SA life duration {duration(value)}"
    if integrity is not None:
        yield f"ISAKMP:      authenticator is {integrity.rfc}"
    if offer.key_bits and cipher is not None and cipher.variable:
        yield f"ISAKMP:      key length is {offer.key_bits}"
    if event.group is not None:
        yield f"ISAKMP:      group is {event.group}"
    verdict = "acceptable" if event.acceptable else "not acceptable"
    yield f"ISAKMP:({event.connection}):atts are {verdict}."


@isakmp.register
def _(event: ProposalRefused) -> Iterator[str]:
    start = f"ISAKMP:({event.connection}):"
    error = ERRORS.get(event.refusal)
    if error is not None:
        yield f"{start} IPSec policy invalidated proposal with error {error}"
    ends = f"(local {event.local} remote {event.peer})"
    yield f"{start} phase 2 SA policy not acceptable! {ends}"


@isakmp.register
def _(event: NodeDeleted) -> Iterator[str]:
    error = str(event.error).upper()
    what = f'deleting node {event.message_id} error {error} reason "{event.reason}"'
    yield f"ISAKMP:({event.connection}):{what}"


@isakmp.register
def _(event: NodeCreated) -> Iterator[str]:
    yield f"ISAKMP: set new node {event.message_id} to QM_IDLE      "


@isakmp.register
def _(event: NodePurged) -> Iterator[str]:
    yield f"ISAKMP:({event.connection}):purging node {event.message_id}"


@isakmp.register
def _(event: SasCreated) -> Iterator[str]:
    child = event.child
    ours, peers = child.local_selector.address, child.remote_selector.address
    yield f"ISAKMP:({event.connection}): Creating IPSec SAs"
    yield f"        inbound SA from {child.peer} to {child.local} (f/i)  0/ 0" + (
        f"\n        (proxy {peers} to {ours})"
    )
    yield f"        has spi 0x{child.inbound_spi:X} and conn_id 0"
    yield from _lifetimes(child)
    yield f"        outbound SA from {child.local} to {child.peer} (f/i) 0/0" + (
        f"\n        (proxy {ours} to {peers})"
    )
    yield f"        has spi  0x{child.outbound_spi:X} and conn_id 0"
    yield from _lifetimes(child)


def _lifetimes(child: ChildSa) -> Iterator[str]:
    yield f"        lifetime of {child.lifetime_seconds} seconds"
    yield f"        lifetime of {child.lifetime_kilobytes} kilobytes"


# --------------------------------------------------------------------------- informational


@isakmp.register
def _(event: NotifySent) -> Iterator[str]:
    if event.name == "INITIAL_CONTACT":
        yield f"ISAKMP:({event.connection}):Send initial contact"
        return
    if event.connection:
        yield f"ISAKMP: set new node {event.message_id} to QM_IDLE      "
    yield (
        f"ISAKMP:({event.connection}):Sending NOTIFY {_known(event.name)} "
        f"protocol {event.protocol}\n\tspi {_spi(event.spi)}, message ID = {event.message_id}"
    )


@isakmp.register
def _(event: NotifyReceived) -> Iterator[str]:
    start = f"ISAKMP:({event.connection}):"
    yield (
        f"{start} processing NOTIFY {_known(event.name)} protocol {event.protocol}\n"
        f"\tspi {_spi(event.spi)}, message ID = {event.message_id}, sa = 0x{pointer(event)}"
    )
    if not event.authenticated:
        yield f"{start}Notify has no hash. Rejected."


@isakmp.register
def _(event: DeleteSent) -> Iterator[str]:
    yield f"ISAKMP: set new node {event.message_id} to QM_IDLE      "


def _known(name: str) -> str:
    return f"DPD/{name}" if name.startswith("R_U_THERE") else name


def _spi(spi: bytes) -> int:
    """IOS prints the SPI of ESP; cookies print as 0."""
    return int.from_bytes(spi, "big") if len(spi) == 4 else 0
