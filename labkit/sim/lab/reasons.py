"""What went wrong between two gateways, in sentences that follow from the events of IKE.

Each sentence names what was compared and which attribute differed, as far as the event knows.
Must not know prompts, widgets, or which faults the course puts in.
"""

from __future__ import annotations

from labkit.protocols.ike.events import (
    AuthenticationFailed,
    BadMessage,
    Dropped,
    IkeSaDeleted,
    KeyMissing,
    NoPolicyAccepted,
    NotifyReceived,
    PeerDead,
    PolicyChecked,
    PolicyMissing,
    ProposalRefused,
    RekeyDue,
    RequestFailed,
    SaDeleted,
)
from labkit.protocols.ike.values import EspTransform, Refusal, Role, Suite
from labkit.sim.net.events import InvalidSpi, IsakmpSwitched, NotIpsec, ReplayError

_HARMLESS = (
    "INITIAL_CONTACT", "R_U_THERE", "R_U_THERE_ACK", "RESPONDER_LIFETIME", "REPLAY_STATUS"
)  # fmt: skip
"""Notifications that tell of no trouble."""


def reason(event: object) -> str:
    """A sentence about an event that is trouble, else ""."""
    match event:
        case PolicyChecked(verdict=str(verdict)):
            offer = suite(event.offer)
            return f"policy {event.priority} differs from the offer in {verdict} ({offer})"
        case NoPolicyAccepted():
            return "no policy accepts the offer"
        case KeyMissing():
            begins = event.role is Role.INITIATOR
            consequence = "main mode does not start" if begins else "pre-share cannot be accepted"
            return f"there is no pre-shared key for {event.peer}: {consequence}"
        case PolicyMissing():
            return "no ISAKMP policy is configured"
        case BadMessage():
            if event.connection:
                return f"not understood with the keys derived here ({event.reason})"
            return f"the message is malformed ({event.reason})"
        case AuthenticationFailed():
            return "the HASH is wrong: the peer is not who it says, or its keys are others"
        case ProposalRefused():
            return f"phase 2 is refused: {_refusal(event)}"
        case NotifyReceived() if event.name not in _HARMLESS:
            return f"the peer says {event.name}"
        case IkeSaDeleted() if event.reason.startswith("Death"):
            return f"the SA is given up: {event.reason}"
        case PeerDead():
            return f"{event.peer} does not answer: dead peer"
        case RequestFailed():
            return f"the request for an SA came to nothing: {event.reason}"
        case Dropped():
            return f"ignored: {event.reason}"
        case InvalidSpi():
            return f"ESP with SPI 0x{event.spi:08x} from {event.source}, and no SA for it"
        case ReplayError():
            return f"ESP sequence number {event.sequence} came again, or too late"
        case NotIpsec():
            ends = f"{event.source} to {event.destination}"
            return f"a clear packet from {ends} must be protected: dropped"
    return ""


def _refusal(event: ProposalRefused) -> str:
    what = event.refusal.value
    if event.refusal is Refusal.TRANSFORM:
        return f"{what} (offered: {'; '.join(esp(each) for each in event.offers)})"
    if event.refusal is Refusal.PFS:
        return what
    return f"{what} (proposed: {event.local_selector} here, {event.remote_selector} there)"


def note(event: object) -> str:
    """What an event is where no message tells of it, in a word; "" if it is not worth telling."""
    match event:
        case IkeSaDeleted():
            return f"IKE SA deleted: {event.reason}"
        case SaDeleted():
            return f"ESP SAs deleted: {event.reason}"
        case RekeyDue():
            return "rekey due"
        case IsakmpSwitched():
            return f"ISAKMP is {'on' if event.on else 'off'}"
    return reason(event)


def suite(offer: Suite) -> str:
    """An offered Phase 1 suite in the words of the configuration."""
    bits = f" {offer.key_bits}" if offer.key_bits else ""
    return (
        f"offered: encr {offer.encryption}{bits}, hash {offer.hash}, "
        f"authentication {offer.authentication}, group {offer.group}"
    )


def esp(offer: EspTransform) -> str:
    """An offered ESP transform in the words of the configuration."""
    bits = f" {offer.key_bits}" if offer.key_bits else ""
    return f"{offer.cipher}{bits} {offer.integrity or ''}".strip() + f", {offer.mode}"
