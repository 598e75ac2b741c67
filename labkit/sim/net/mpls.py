"""A label switching router: push, swap, pop (RFC 3031, 3032; no penultimate hop popping).

The pipe model of RFC 3443: labels start with TTL 255 and the payload's TTL is not touched in
the core; what runs out of label TTL is dropped without a word, unless it is an MPLS echo.  What a
popped stack hides goes to a VRF or a pseudowire, as the label table says.  Must not know: how
labels are given out, what IP or a bridge does with the payload.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.mpls import Label, decode_stack, encode_stack
from labkit.sim.net.tables import LabelAction, PopTransport, Swap, ToPseudowire, ToVrf

if TYPE_CHECKING:
    from labkit.sim.net.provider import Provider


class Lsr:
    """The label forwarding of the router around it; `lfib()` gives the table in force."""

    def __init__(self, egress: Provider, lfib: Callable[[], Mapping[int, LabelAction]]) -> None:
        self._egress = egress
        self._lfib = lfib

    def push_and_send(
        self,
        labels: Sequence[int],
        port: str,
        payload: bytes,
        ttl: int = 255,
        service_ttl: int = 255,
    ) -> None:
        """Send `payload` under `labels`, outermost first; `ttl` is that of the outermost."""
        times = (ttl, *(service_ttl for _ in labels[1:]))
        stack = encode_stack(Label(v, ttl=t) for v, t in zip(labels, times, strict=False))
        self._egress.send_mpls(port, stack + payload)

    def receive(self, payload: bytes) -> None:
        """Act on a labelled packet, label by label; drop one that no entry is for."""
        try:
            stack, inner = decode_stack(payload)
        except DecodeError:
            return
        lfib = self._lfib()
        for depth, label in enumerate(stack):
            match lfib.get(label.value):
                case Swap(value, port):
                    self._swap(stack[depth:], value, port, inner)
                    return
                case PopTransport():
                    continue
                case ToVrf(vrf) if label.bottom:
                    self._egress.from_vpn(vrf, inner)
                    return
                case ToPseudowire() as action if label.bottom:
                    self._egress.from_pseudowire(action, inner)
                    return
                case _:
                    return
        self._egress.from_lsp(inner)

    def _swap(self, stack: Sequence[Label], value: int, port: str, inner: bytes) -> None:
        top = stack[0]
        if top.ttl <= 1:
            self._egress.expired(inner)
            return
        swapped = Label(value, top.exp, top.bottom, top.ttl - 1)
        self._egress.send_mpls(port, encode_stack((swapped, *stack[1:])) + inner)
