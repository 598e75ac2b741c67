"""The layers of one frame with all their fields, as scapy reads them: the tree under the list.

`capture.layers` says where things begin (scapy would guess what is below a label by its first
nibble); scapy names and prints the fields.  It is imported on first use, since that takes a
third of a second, and its layers one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from labkit.capture.layers import Part, parts
from labkit.wire.mpls import ENTRY_LENGTH

_BYTES_SHOWN = 48


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its name and its (field, value) pairs as text, in the order of the wire."""

    name: str
    fields: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "\n".join([self.name, *(f"    {name}: {value}" for name, value in self.fields)])


def dissect(frame: bytes) -> tuple[Layer, ...]:
    """Return the layers of an Ethernet frame, the outermost first; raises nothing."""
    return tuple(layer for part in parts(frame) for layer in _dissect_part(frame, part))


def report(frame: bytes) -> str:
    """Return the tree as text."""
    return "\n".join(map(str, dissect(frame)))


def _dissect_part(frame: bytes, part: Part) -> list[Layer]:
    data = frame[part.start : part.end]
    if part.kind == "data":
        return [_raw("Data", data)] if data else []
    scapy = _scapy()
    try:
        return _by_scapy(scapy, part.kind, data)
    except Exception:  # a cut or crafted frame makes scapy raise whatever its fields do
        return [_raw(f"Unreadable {part.kind}", data)]


def _by_scapy(scapy: dict[str, Any], kind: str, data: bytes) -> list[Layer]:
    if kind == "mpls":
        starts = range(0, len(data), ENTRY_LENGTH)
        return [_fields(scapy["mpls"](data[start : start + ENTRY_LENGTH])) for start in starts]
    layers: list[Layer] = []
    packet = scapy[kind](data)
    while packet.name not in ("NoPayload", "Padding"):
        raw = packet.name == "Raw"
        layers.append(_raw("Data", bytes(packet.original)) if raw else _fields(packet))
        packet = packet.payload
    return layers


def _fields(packet: Any) -> Layer:
    """One scapy layer, without what is below it."""
    shown: list[tuple[str, str]] = []
    for field in packet.fields_desc:
        if field.name not in packet.fields:
            continue  # a conditional field of another type of message, with a made-up value
        value = packet.getfieldval(field.name)
        if value == b"":
            continue
        if isinstance(value, bytes):
            text = _hex(value)
        elif isinstance(value, list) and any(hasattr(each, "fields_desc") for each in value):
            text = "; ".join(_inline(each) for each in value)
        elif hasattr(value, "fields_desc"):
            text = _inline(value)
        else:
            text = str(field.i2repr(packet, value))
        shown.append((field.name, text))
    return Layer(packet.name, tuple(shown))


def _inline(packet: Any) -> str:
    """A packet within a field (an option, a proposal), on one line."""
    layer = _fields(packet)
    return f"{layer.name}({', '.join(f'{name}={value}' for name, value in layer.fields)})"


def _raw(name: str, data: bytes) -> Layer:
    text = data[:_BYTES_SHOWN].decode("ascii", "replace")
    readable = "".join(each if each.isprintable() and each != "\ufffd" else "." for each in text)
    return Layer(name, (("length", str(len(data))), ("bytes", _hex(data)), ("text", readable)))


def _hex(data: bytes) -> str:
    return data[:_BYTES_SHOWN].hex() + ("…" if len(data) > _BYTES_SHOWN else "")


@cache
def _scapy() -> dict[str, Any]:
    """The scapy class that reads each kind of part."""
    for name in ("ipsec", "isakmp", "vrrp"):
        import_module(f"scapy.layers.{name}")  # they bind themselves to IP and UDP
    from scapy.contrib.mpls import MPLS, EoMCW
    from scapy.layers.inet import IP
    from scapy.layers.l2 import ARP, Dot1Q, Ether

    return {
        "ethernet": Ether,
        "vlan": Dot1Q,
        "mpls": MPLS,
        "control word": EoMCW,
        "ipv4": IP,
        "arp": ARP,
    }
