"""What a captured packet asks of the account of bytes: its size, what sealed it, where it was seen.

From the layers of a frame to the `Packing` that makes such a frame, so that "where do these bytes
come from" is answered with the sums of `model`.  Of ESP that nobody opened the size inside
is the largest that fits, since padding hides the rest.  Must not know Jupyter or files.
"""

from __future__ import annotations

from labkit.capture.keys import EspSecret, Secrets
from labkit.capture.layers import Dissection, Layer
from labkit.desk.bytes.model import IP, Kind, Mode, Packing, Place, algorithms
from labkit.protocols import esp

_KINDS: dict[str, Kind] = {"icmp": "icmp", "udp": "udp", "tcp": "tcp"}
_SALT = 4
"""Bytes at the end of a GCM key that are none of it (RFC 4106)."""


def packing_of(taken: Dissection, secrets: Secrets | None = None) -> Packing:
    """The packet of a frame as `model` asks for it.

    `secrets` say which transform an ESP packet's SPI stands for; without them it is the course's.
    Raises ValueError, in one line, for a frame of which there is no such account.
    """
    layers = taken.layers
    place = _place(layers)
    at = next((n for n, each in enumerate(layers) if each.protocol == "ip"), None)
    if at is None:
        raise ValueError("there is no IPv4 packet in this frame")
    sealed = next((n for n, each in enumerate(layers) if each.protocol == "esp"), None)
    if sealed is None:
        return Packing(size=_length(layers[at]), kind=_kind(layers[at + 1 :]), place=place)
    nat = any(each.protocol == "udp" for each in layers[at:sealed])
    transform = _transform(layers[sealed], secrets)
    inner = layers[sealed + 1 :]
    mode: Mode = "tunnel" if not inner or inner[0].protocol == "ip" else "transport"
    if inner and mode == "tunnel":
        size, kind = _length(inner[0]), _kind(inner[1:])
    elif inner:
        size, kind = IP + inner[-1].end - inner[0].start, _kind(inner)
    else:
        room = layers[sealed].end - layers[sealed].start
        size, kind = esp.largest_payload(room, *algorithms(transform)), "icmp"
    return Packing(
        size=size, transform=transform, mode=mode, kind=kind, nat=nat, place=place,
        mtu=max(1500, _length(layers[at])),
    )  # fmt: skip


def _place(layers: list[Layer]) -> Place:
    protocols = [each.protocol for each in layers]
    if "mpls" not in protocols:
        return "access"
    return "pseudowire" if protocols.count("eth") > 1 else "core"


def _length(layer: Layer) -> int:
    return int.from_bytes(layer.data[layer.start + 2 : layer.start + 4], "big")


def _kind(layers: list[Layer]) -> Kind:
    found = layers[0].protocol if layers else "nothing that can be read"
    if found not in _KINDS:
        raise ValueError(f"the packet carries {found}: the account knows ICMP, UDP and TCP")
    return _KINDS[found]


def _transform(layer: Layer, secrets: Secrets | None) -> str:
    spi = int.from_bytes(layer.data[layer.start : layer.start + 4], "big")
    for each in secrets.esp if secrets else ():
        if each.spi == spi:
            return _words(each)
    return Packing().transform


def _words(secret: EspSecret) -> str:
    """A transform set as it is typed."""
    cipher, integrity = secret.transforms
    words = [cipher]
    bits = 8 * (len(secret.key) - (_SALT if secret.cipher == "aes-gcm" else 0))
    if secret.cipher.startswith("aes") and bits != 128:
        words.append(str(bits))
    return " ".join([*words, integrity] if integrity else words)
