"""A wire that loses, doubles, delays and reorders at random: both ends come to one view."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.protocols.ike import Datagram
from tests.protocols.ike.pair import Pair


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_what_the_initiator_has_the_responder_has_too(seed: int) -> None:
    chance = random.Random(seed)

    def wire(datagram: Datagram, count: int) -> list[tuple[int, Datagram]]:
        copies = chance.choice((0, 1, 1, 1, 2))
        return [(chance.randrange(1_000, 3_000_000), datagram) for _ in range(copies)]

    pair = Pair()
    pair.wire = wire
    pair.ask()
    pair.run(200)
    theirs = {child.outbound_spi: child for child in pair.a.children()}
    for child in pair.b.children():
        other = theirs[child.inbound_spi]
        assert (other.outbound_key, other.inbound_spi) == (child.inbound_key, child.outbound_spi)
    assert len(theirs) <= 1
    assert "MM_KEY_EXCH" not in pair.states()[0] + pair.states()[1]


def test_a_wire_that_loses_a_fifth_seldom_prevents_a_tunnel() -> None:
    up = 0
    for seed in range(20):
        chance = random.Random(seed)
        pair = Pair(seed)
        pair.wire = lambda datagram, count, c=chance: (  # type: ignore[misc]
            [(1_000, datagram)] if c.random() > 0.2 else []
        )
        pair.ask()
        pair.run(150)
        up += len(pair.b.children())
    assert up >= 19
