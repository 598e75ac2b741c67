"""`debug crypto isakmp`, continued: quick mode, notifications and deletes.

IOS calls an exchange under an IKE SA a node, and prints its message ID.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.protocols.ike import ChildSa, Refusal, Role
from labkit.protocols.ike.algorithms import ESP_CIPHER_BY_FACT, ESP_INTEGRITY_BY_FACT
from labkit.protocols.ike.events import (
    DeleteSent,
    Event,
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
from labkit.sim.routers.ios.crypto.isakmp.debug import (
    beginning,
    duration,
    ending,
    identities,
    messages,
    pointer,
    suite,
)

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


def isakmp(event: object) -> Iterator[str]:
    """The messages about an event."""
    if isinstance(event, Event):
        for part in (messages, beginning, suite, identities, ending, _quick_mode, _informational):
            yield from part(event)


def _quick_mode(event: Event) -> Iterator[str]:
    """Phase 2 from its SPI to its SAs."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case SpiAllocated():
            who = "Initiator" if event.role is Role.INITIATOR else "Responder"
            yield f"{start}QM {who} gets spi"
        case ProposalChecked():
            yield from _proposal_checked(event, start)
        case ProposalRefused():
            error = ERRORS.get(event.refusal)
            if error is not None:
                yield f"{start} IPSec policy invalidated proposal with error {error}"
            ends = f"(local {event.local} remote {event.peer})"
            yield f"{start} phase 2 SA policy not acceptable! {ends}"
        case NodeDeleted():
            failed = str(event.error).upper()
            what = f'deleting node {event.message_id} error {failed} reason "{event.reason}"'
            yield f"{start}{what}"
        case NodeCreated():
            yield f"ISAKMP: set new node {event.message_id} to QM_IDLE      "
        case NodePurged():
            yield f"{start}purging node {event.message_id}"
        case SasCreated():
            child = event.child
            ours, peers = child.local_selector.address, child.remote_selector.address
            yield f"{start} Creating IPSec SAs"
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


def _proposal_checked(event: ProposalChecked, start: str) -> Iterator[str]:
    offer = event.offer
    cipher = ESP_CIPHER_BY_FACT.get(offer.cipher)
    integrity = ESP_INTEGRITY_BY_FACT.get(offer.integrity or "")
    yield f"{start}Checking IPSec proposal {event.proposal}"
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
    yield f"{start}atts are {verdict}."


def _lifetimes(child: ChildSa) -> Iterator[str]:
    yield f"        lifetime of {child.lifetime_seconds} seconds"
    yield f"        lifetime of {child.lifetime_kilobytes} kilobytes"


def _informational(event: Event) -> Iterator[str]:
    """Notifications and deletes."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case NotifySent():
            if event.name == "INITIAL_CONTACT":
                yield f"{start}Send initial contact"
                return
            if event.connection:
                yield f"ISAKMP: set new node {event.message_id} to QM_IDLE      "
            yield (
                f"{start}Sending NOTIFY {_known(event.name)} protocol {event.protocol}\n"
                f"\tspi {_spi(event.spi)}, message ID = {event.message_id}"
            )
        case NotifyReceived():
            yield (
                f"{start} processing NOTIFY {_known(event.name)} protocol {event.protocol}\n"
                f"\tspi {_spi(event.spi)}, message ID = {event.message_id}, "
                f"sa = 0x{pointer(event)}"
            )
            if not event.authenticated:
                yield f"{start}Notify has no hash. Rejected."
        case DeleteSent():
            yield f"ISAKMP: set new node {event.message_id} to QM_IDLE      "


def _known(name: str) -> str:
    return f"DPD/{name}" if name.startswith("R_U_THERE") else name


def _spi(spi: bytes) -> int:
    """IOS prints the SPI of ESP; cookies print as 0."""
    return int.from_bytes(spi, "big") if len(spi) == 4 else 0
