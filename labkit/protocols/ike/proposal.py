"""Proposals: writing what we offer, reading what a peer offers, and choosing.

Phase 1: RFC 2409 appendix A; the attributes go out in the order IOS writes them.  Phase 2:
RFC 2407 §4.5.  Pure functions over `labkit.protocols.wire.isakmp` payloads and `configuration`.

Must not know: states, keys, who the peer is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from labkit.protocols.ike.algorithms import (
    AUTHENTICATION,
    CIPHER_BY_FACT,
    CIPHER_BY_NUMBER,
    ESP_CIPHER_BY_FACT,
    ESP_CIPHER_BY_ID,
    ESP_INTEGRITY_BY_FACT,
    ESP_INTEGRITY_BY_NUMBER,
    HASH_BY_FACT,
    HASH_BY_NUMBER,
)
from labkit.protocols.ike.configuration import IsakmpPolicy, TransformSet
from labkit.protocols.ike.dh import GROUPS
from labkit.protocols.ike.values import EspTransform, Suite
from labkit.protocols.wire.isakmp import Attribute, Proposal, SecurityAssociation, Transform

KEY_IKE = 1
ISAKMP, ESP = 1, 3
SECONDS, KILOBYTES = 1, 2
DEFAULT_LIFETIME = 28_800
"""What an offer without a lifetime means (RFC 2407 §4.5)."""

# Attribute types of Phase 1 (RFC 2409 appendix A).
ENCRYPTION, HASH, AUTH_METHOD, GROUP, LIFE_TYPE, LIFE_DURATION, KEY_LENGTH = 1, 2, 3, 4, 11, 12, 14
# Attribute types of Phase 2 (RFC 2407 §4.5).
ESP_LIFE_TYPE, ESP_LIFE_DURATION, ESP_GROUP, ENCAPSULATION, ESP_AUTH, ESP_KEY_LENGTH = range(1, 7)

ENCAPSULATIONS = {
    ("tunnel", False): 1,
    ("transport", False): 2,
    ("tunnel", True): 3,
    ("transport", True): 4,
}
"""Mode, and whether ESP is in UDP (RFC 2407 §4.5, RFC 3947 §5.1)."""

Verdict = Literal["encryption", "key length", "hash", "authentication", "group", "lifetime"]

_AUTH_NAMES = {number: fact for fact, number in AUTHENTICATION.items()}
_ENCAPSULATION_BY_NUMBER = {number: each for each, number in ENCAPSULATIONS.items()}

# --------------------------------------------------------------------------- Phase 1


def offer_policies(policies: Sequence[IsakmpPolicy]) -> SecurityAssociation:
    """One proposal with a transform for each policy, in the order given."""
    transforms = tuple(
        Transform(number, KEY_IKE, _phase1_attributes(policy))
        for number, policy in enumerate(policies, 1)
    )
    return SecurityAssociation((Proposal(1, ISAKMP, b"", transforms),))


def _phase1_attributes(policy: IsakmpPolicy) -> tuple[Attribute, ...]:
    cipher = CIPHER_BY_FACT[policy.encryption]
    attributes = [Attribute(ENCRYPTION, cipher.number)]
    if len(cipher.key_sizes) > 1:
        attributes.append(Attribute(KEY_LENGTH, policy.key_bits or 128))
    return (
        *attributes,
        Attribute(HASH, HASH_BY_FACT[policy.hash].number),
        Attribute(GROUP, policy.group),
        Attribute(AUTH_METHOD, AUTHENTICATION[policy.authentication]),
        Attribute(LIFE_TYPE, SECONDS),
        # IOS writes Phase 1 durations in four bytes, whatever their value.
        Attribute(LIFE_DURATION, policy.lifetime.to_bytes(4, "big")),
    )


def read_suite(transform: Transform) -> Suite:
    """An offered Phase 1 transform in words."""
    encryption = transform.attribute(ENCRYPTION) or 0
    hash_ = transform.attribute(HASH) or 0
    authentication = transform.attribute(AUTH_METHOD) or 0
    cipher = CIPHER_BY_NUMBER.get(encryption)
    return Suite(
        cipher.fact if cipher else f"#{encryption}",
        transform.attribute(KEY_LENGTH),
        HASH_BY_NUMBER[hash_].fact if hash_ in HASH_BY_NUMBER else f"#{hash_}",
        _AUTH_NAMES.get(authentication, f"#{authentication}"),
        transform.attribute(GROUP) or 0,
        dict(read_lifetimes(transform.attributes, LIFE_TYPE, LIFE_DURATION)).get(
            SECONDS, DEFAULT_LIFETIME
        ),
    )


def mismatch(offer: Suite, policy: IsakmpPolicy, *, key: bool) -> Verdict | None:
    """The first attribute in which an offer and a policy differ, in IOS's order.

    `key`: a pre-shared key for the peer exists.  A lifetime never differs: the shorter one is
    used.  Signatures and encrypted nonces are not implemented, hence never acceptable.
    """
    if offer.encryption != policy.encryption:
        return "encryption"
    if policy.encryption == "aes" and (offer.key_bits or 128) != (policy.key_bits or 128):
        return "key length"
    if offer.hash != policy.hash:
        return "hash"
    if offer.authentication != policy.authentication or offer.authentication != "pre-share":
        return "authentication"
    if not key:
        return "authentication"
    known = offer.group in GROUPS
    return None if known and offer.group == policy.group else "group"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison that was made on the way to a choice."""

    transform: Transform
    policy: IsakmpPolicy
    offer: Suite
    verdict: Verdict | None
    last: bool
    """Whether it is the last transform of the offer."""


def check_policies(
    sa: SecurityAssociation, policies: Sequence[IsakmpPolicy], *, key: bool
) -> Iterator[Check]:
    """Compare, best policy first, each with every offered transform; stop at the first fit."""
    transforms = [
        (transform, index == len(proposal.transforms))
        for proposal in sa.proposals
        if proposal.protocol == ISAKMP
        for index, transform in enumerate(proposal.transforms, 1)
        if transform.id == KEY_IKE
    ]
    for policy in policies:
        for transform, last in transforms:
            offer = read_suite(transform)
            verdict = mismatch(offer, policy, key=key)
            yield Check(transform, policy, offer, verdict, last)
            if verdict is None:
                return


def agreed_suite(check: Check) -> Suite:
    """What an acceptable comparison agrees on: the shorter lifetime wins."""
    lifetime = min(check.offer.lifetime or DEFAULT_LIFETIME, check.policy.lifetime)
    return replace(check.offer, lifetime=lifetime, priority=check.policy.priority)


def answer(sa: SecurityAssociation, chosen: Transform) -> SecurityAssociation:
    """The responder's SA payload: the proposal with the chosen transform alone, unaltered."""
    proposal = next(each for each in sa.proposals if chosen in each.transforms)
    return SecurityAssociation((replace(proposal, transforms=(chosen,)),))


# --------------------------------------------------------------------------- Phase 2


@dataclass(frozen=True, slots=True)
class EspOffer:
    """One offered ESP transform with everything that was offered around it."""

    proposal: Proposal
    wire: Transform
    transform: EspTransform
    lifetime_seconds: int | None
    lifetime_kilobytes: int | None
    group: int | None

    @property
    def known(self) -> bool:
        """Whether every algorithm and the mode are ones we have."""
        cipher = ESP_CIPHER_BY_FACT.get(self.transform.cipher)
        if cipher is None or self.transform.mode.startswith("#"):
            return False
        if cipher.variable and self.transform.key_bits not in cipher.key_bits:
            return False
        if cipher.combined:
            return self.transform.integrity is None
        if self.transform.integrity is None:
            return cipher.fact != "esp-null"
        return self.transform.integrity in ESP_INTEGRITY_BY_FACT


def offer_transform_sets(
    sets: Sequence[TransformSet],
    spi: bytes,
    lifetime_seconds: int,
    lifetime_kilobytes: int,
    group: int | None,
    *,
    host_to_host: bool,
    in_udp: bool = False,
) -> SecurityAssociation:
    """A proposal for each transform set, best first.

    A set in transport mode is offered so only if the proxies are the peers themselves
    (`host_to_host`), with tunnel mode to fall back on; `require_mode` allows no fallback.
    """
    proposals = []
    for number, each in enumerate(sets, 1):
        transforms = tuple(
            Transform(
                index,
                ESP_CIPHER_BY_FACT[each.cipher].transform_id,
                _phase2_attributes(
                    each, ENCAPSULATIONS[mode, in_udp], lifetime_seconds, lifetime_kilobytes, group
                ),
            )
            for index, mode in enumerate(_modes(each, host_to_host), 1)
        )
        proposals.append(Proposal(number, ESP, spi, transforms))
    return SecurityAssociation(tuple(proposals))


def _modes(each: TransformSet, host_to_host: bool) -> tuple[str, ...]:
    if each.mode == "tunnel":
        return ("tunnel",)
    if each.require_mode:
        return ("transport",)
    return ("transport", "tunnel") if host_to_host else ("tunnel",)


def _phase2_attributes(
    each: TransformSet, encapsulation: int, seconds: int, kilobytes: int, group: int | None
) -> tuple[Attribute, ...]:
    attributes = [
        Attribute(ENCAPSULATION, encapsulation),
        Attribute(ESP_LIFE_TYPE, SECONDS),
        _duration(seconds),
        Attribute(ESP_LIFE_TYPE, KILOBYTES),
        _duration(kilobytes),
    ]
    if each.integrity is not None:
        attributes.append(Attribute(ESP_AUTH, ESP_INTEGRITY_BY_FACT[each.integrity].number))
    if ESP_CIPHER_BY_FACT[each.cipher].variable:
        attributes.append(Attribute(ESP_KEY_LENGTH, each.key_bits or 128))
    if group is not None:
        attributes.append(Attribute(ESP_GROUP, group))
    return tuple(attributes)


def _duration(value: int) -> Attribute:
    """A Phase 2 lifetime: the short form if it fits (IOS: basic), else four bytes (VPI)."""
    return Attribute(ESP_LIFE_DURATION, value if value < 1 << 16 else value.to_bytes(4, "big"))


def read_esp_offers(sa: SecurityAssociation) -> tuple[EspOffer, ...]:
    """Every ESP transform of an SA payload.

    Proposals that share their number with another protocol's (AH and ESP together) are left
    out, since AH is not implemented; so are those whose SPI is not four bytes.
    """
    numbers = [proposal.number for proposal in sa.proposals]
    return tuple(
        _read_esp(proposal, transform)
        for proposal in sa.proposals
        if proposal.protocol == ESP
        and len(proposal.spi) == 4
        and numbers.count(proposal.number) == 1
        for transform in proposal.transforms
    )


def _read_esp(proposal: Proposal, transform: Transform) -> EspOffer:
    cipher = ESP_CIPHER_BY_ID.get(transform.id)
    auth = transform.attribute(ESP_AUTH)
    integrity = ESP_INTEGRITY_BY_NUMBER.get(auth or 0)
    lifetimes = dict(read_lifetimes(transform.attributes, ESP_LIFE_TYPE, ESP_LIFE_DURATION))
    number = transform.attribute(ENCAPSULATION) or 0
    mode, in_udp = _ENCAPSULATION_BY_NUMBER.get(number, (f"#{number}", False))
    key_bits = transform.attribute(ESP_KEY_LENGTH)
    return EspOffer(
        proposal,
        transform,
        EspTransform(
            cipher.fact if cipher else f"#{transform.id}",
            key_bits if cipher is None or cipher.variable else None,
            integrity.fact if integrity else None if auth is None else f"#{auth}",
            mode,
            in_udp,
        ),
        lifetimes.get(SECONDS),
        lifetimes.get(KILOBYTES),
        transform.attribute(ESP_GROUP),
    )


def fits(
    offer: EspTransform, each: TransformSet, *, host_to_host: bool, in_udp: bool = False
) -> bool:
    """Whether a transform set allows an offer; the mode as in `offer_transform_sets`."""
    variable = ESP_CIPHER_BY_FACT[each.cipher].variable
    return (
        offer.cipher == each.cipher
        and offer.integrity == each.integrity
        and (not variable or offer.key_bits == (each.key_bits or 128))
        and offer.mode in _modes(each, host_to_host)
        and offer.in_udp == in_udp
    )


def answer_offer(offer: EspOffer, spi: bytes) -> SecurityAssociation:
    """The responder's SA payload: the chosen transform alone, unaltered, with its own SPI."""
    return SecurityAssociation((replace(offer.proposal, spi=spi, transforms=(offer.wire,)),))


def read_lifetimes(
    attributes: Sequence[Attribute], kind: int, duration: int
) -> Iterator[tuple[int, int]]:
    """(life type, duration) pairs: each type attribute belongs to the duration after it."""
    current = SECONDS
    for attribute in attributes:
        if attribute.type == kind:
            current = attribute.number
        elif attribute.type == duration:
            yield current, attribute.number
