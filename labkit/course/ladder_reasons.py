"""Why a negotiation stopped, in sentences that follow from the events of IKE.

Each sentence names what was compared and which attribute differed, as far as the event knows.
Must not know prompts, widgets, or which faults the course puts in.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import TYPE_CHECKING

from labkit.ike.events import (
    AuthenticationFailed,
    BadMessage,
    DeleteReceived,
    DeleteSent,
    Dropped,
    IkeSaDeleted,
    IkeSaEstablished,
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
    SaInstalled,
)
from labkit.ike.values import EspTransform, Refusal, Role, Suite
from labkit.net.events import InvalidSpi, IsakmpSwitched, NotIpsec, ReplayError

if TYPE_CHECKING:
    from labkit.course.ladder import Ladder, Rung

_COMPLAINTS = (
    "not acceptable", "does not match", "No pre-shared", "malformed", "not supported", "failed",
    "reserved not zero", "retransmission", "deleting SA reason", "PROPOSAL_NOT_CHOSEN",
    "Can not start", "not found", "invalid", "did not find",
)  # fmt: skip


def complains(line: str) -> bool:
    """Whether a debug line is about something that went wrong."""
    return any(each in line for each in _COMPLAINTS)


def reasons(events: Iterable[object]) -> list[str]:
    """What went wrong, one sentence each, none twice; what came out acceptable is no trouble."""
    found: dict[str, None] = {}
    for event in events:
        sentence = reason(event)
        if sentence:
            found[sentence] = None
        if isinstance(event, PolicyChecked) and event.verdict is None:
            found = {each: None for each in found if not each.startswith("policy ")}
    return list(found)


@singledispatch
def reason(event: object) -> str:
    """A sentence about an event that is trouble, else ""."""
    return ""


@reason.register
def _(event: PolicyChecked) -> str:
    if event.verdict is None:
        return ""
    offer = suite(event.offer)
    return f"policy {event.priority} differs from the offer in {event.verdict} ({offer})"


@reason.register
def _(event: NoPolicyAccepted) -> str:
    return "no policy accepts the offer"


@reason.register
def _(event: KeyMissing) -> str:
    begins = event.role is Role.INITIATOR
    consequence = "main mode does not start" if begins else "pre-share cannot be accepted"
    return f"there is no pre-shared key for {event.peer}: {consequence}"


@reason.register
def _(event: PolicyMissing) -> str:
    return "no ISAKMP policy is configured"


@reason.register
def _(event: BadMessage) -> str:
    if event.connection:
        return f"not understood with the keys derived here ({event.reason})"
    return f"the message is malformed ({event.reason})"


@reason.register
def _(event: AuthenticationFailed) -> str:
    return "the HASH is wrong: the peer is not who it says, or its keys are others"


@reason.register
def _(event: ProposalRefused) -> str:
    what = event.refusal.value
    if event.refusal is Refusal.TRANSFORM:
        what += f" (offered: {'; '.join(esp(each) for each in event.offers)})"
    elif event.refusal is not Refusal.PFS:
        what += f" (proposed: {event.local_selector} here, {event.remote_selector} there)"
    return f"phase 2 is refused: {what}"


@reason.register
def _(event: NotifyReceived) -> str:
    harmless = ("INITIAL_CONTACT", "R_U_THERE", "R_U_THERE_ACK", "RESPONDER_LIFETIME",
                "REPLAY_STATUS")  # fmt: skip
    return "" if event.name in harmless else f"the peer says {event.name}"


@reason.register
def _(event: IkeSaDeleted) -> str:
    death = event.reason.startswith("Death")
    return f"the SA is given up: {event.reason}" if death else ""


@reason.register
def _(event: PeerDead) -> str:
    return f"{event.peer} does not answer: dead peer"


@reason.register
def _(event: RequestFailed) -> str:
    return f"the request for an SA came to nothing: {event.reason}"


@reason.register
def _(event: Dropped) -> str:
    return f"ignored: {event.reason}"


@reason.register
def _(event: InvalidSpi) -> str:
    return f"ESP with SPI 0x{event.spi:08x} from {event.source}, and no SA for it"


@reason.register
def _(event: ReplayError) -> str:
    return f"ESP sequence number {event.sequence} came again, or too late"


@reason.register
def _(event: NotIpsec) -> str:
    return f"a clear packet from {event.source} to {event.destination} must be protected: dropped"


def note(events: Iterable[object]) -> str:
    """What happened without a message, in a word; "" if it is not worth a rung."""
    words: list[str] = []
    for event in events:
        match event:
            case IkeSaDeleted():
                words.append(f"IKE SA deleted: {event.reason}")
            case SaDeleted():
                words.append(f"ESP SAs deleted: {event.reason}")
            case RekeyDue():
                words.append("rekey due")
            case DeleteSent() | DeleteReceived():
                continue
            case IsakmpSwitched():
                words.append(f"ISAKMP is {'on' if event.on else 'off'}")
            case _:
                words.append(reason(event))
    return "; ".join(dict.fromkeys(word for word in words if word))


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


# --------------------------------------------------------------------------- the whole


def outcome(ladder: Ladder) -> str:
    """How far a ladder came: the last of phases 1 and 2 that both ends have, or the reason."""
    if not ladder.rungs:
        return "No IKE message has flown: nothing has asked for an SA."
    both = ((ladder.left.name, "left"), (ladder.right.name, "right"))
    up = {side: _standing(ladder.rungs, side) for _, side in both}
    if all(each == "ESP" for each in up.values()):
        return "Up: Phase 1 and Phase 2 are complete, ESP SAs are installed at both ends."
    why = _stop(ladder)
    if all(each in ("IKE", "ESP") for each in up.values()):
        return f"Phase 1 is complete (QM_IDLE), Phase 2 is not.{why}"
    return why.strip() or "Phase 1 is under way."


def _standing(rungs: list[Rung], side: str) -> str:
    """What one end has at last: "", "IKE" or "ESP"."""
    ike, spis = False, set[int]()
    for rung in rungs:
        for event in getattr(rung, side).events:
            match event:
                case IkeSaEstablished():
                    ike = True
                case IkeSaDeleted():
                    ike = False
                case SaInstalled():
                    spis.add(event.child.inbound_spi)
                case SaDeleted():
                    spis.discard(event.child.inbound_spi)
    return "ESP" if spis else "IKE" if ike else ""


def _stop(ladder: Ladder) -> str:
    """Where and why, from the last message that met trouble; keys that differ are said."""
    for rung in reversed(ladder.rungs):
        for name, side in ((ladder.left.name, rung.left), (ladder.right.name, rung.right)):
            told = [each for each in side.reasons if not _consequence(each)]
            if told:
                at = "" if rung.is_note else f" at {rung.name}"
                return f" Stopped{at}: {name} says: {'; '.join(told)}.{_keys(rung)}"
    lost = [rung for rung in ladder.messages if rung.arrived is None]
    if lost:
        where = lost[-1]
        return f" {where.name} from {where.sender} never arrived."
    last = next((r for r in reversed(ladder.rungs) if r.reasons), None)
    return f" {'; '.join(last.reasons)}." if last else ""


def _consequence(sentence: str) -> bool:
    """What follows from a failure elsewhere is not its reason."""
    return sentence.startswith(
        ("the SA is given up", "the request for", "the peer says", "ignored", "ESP ")
    )


def _keys(rung: Rung) -> str:
    openers = rung.reading.opened_by
    if not rung.reading.sealed or len(openers) != 1:
        return ""
    return (
        f" Only the keys of {openers[0]} open this message: both ends share the Diffie-Hellman "
        "secret, so their pre-shared keys differ."
    )
