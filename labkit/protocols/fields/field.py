"""What a field of a frame is, and how a table of them is read from bytes.

A protocol is mostly a table of `Spec`s: Wireshark's name of the field, its label, where it lies
and how it reads.  Names are Wireshark's because the display filter asks by them, and because a
learner who knows them here knows them there.  Knows bytes; must not know any protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = int | bytes | str | IPv4Address
Kind: TypeAlias = Callable[[bytes], Value]
BYTES_SHOWN = 48


class Field(NamedTuple):
    """Bytes `start` to `end` of a buffer and what they say; `name` is "" where Wireshark has
    none that we know."""

    name: str
    label: str
    start: int
    end: int
    value: Value
    text: str
    children: tuple[Field, ...] = ()


# --------------------------------------------------------------------------- kinds of values


def number(data: bytes) -> int:
    """An unsigned number."""
    return int.from_bytes(data, "big")


def raw(data: bytes) -> bytes:
    """Bytes that are only bytes."""
    return data


def mac(data: bytes) -> bytes:
    """A MAC address."""
    return data


def address(data: bytes) -> IPv4Address:
    """An IPv4 address."""
    return IPv4Address(data)


def words(data: bytes) -> str:
    """Text, with what is not ASCII as it would be in Latin-1."""
    return data.decode("latin-1")


# --------------------------------------------------------------------------- as text


def in_hex(digits: int) -> Callable[[int], str]:
    """Shows a number as 0x…."""
    return lambda value: f"0x{value:0{digits}x}"


def named(names: dict[int, str]) -> Callable[[int], str]:
    """Shows a number with its meaning before it."""
    return lambda value: f"{names[value]} ({value})" if value in names else str(value)


def colons(data: bytes) -> str:
    """Shows bytes as Wireshark writes them in filters: aa:bb:cc."""
    return data[:BYTES_SHOWN].hex(":") + ("…" if len(data) > BYTES_SHOWN else "")


def compact(data: bytes) -> str:
    """Shows bytes as one run of hex digits."""
    return data[:BYTES_SHOWN].hex() + ("…" if len(data) > BYTES_SHOWN else "")


def readable(data: bytes) -> str:
    """Shows what can be read of bytes, a dot for the rest."""
    shown = "".join(chr(each) if 32 <= each < 127 else "." for each in data[:BYTES_SHOWN])
    return shown + ("…" if len(data) > BYTES_SHOWN else "")


def flag(value: int) -> str:
    """Shows a bit."""
    return "set" if value else "not set"


TEXTS: dict[Kind, Callable[[Any], str]] = {
    number: str, raw: compact, mac: colons, address: str, words: str,
}  # fmt: skip


# --------------------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class Spec:
    """One line of a protocol's table; `mask` says which bits of a number count."""

    name: str
    label: str
    offset: int
    size: int
    kind: Kind = number
    text: Callable[[Any], str] | None = None
    mask: int = 0
    shift: int = field(init=False)
    """Bits below the mask."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shift", max((self.mask & -self.mask).bit_length() - 1, 0))


def expand(specs: Iterable[Spec], data: bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of a table at `start`; a field that does not fit before `end` is left out."""
    for spec in specs:
        first = start + spec.offset
        for value in values(spec, data, start, end):
            show = spec.text or TEXTS[spec.kind]
            yield Field(spec.name, spec.label, first, first + spec.size, value, show(value))


def values(spec: Spec, data: bytes, start: int, end: int) -> tuple[Value, ...]:
    """The value of one field of a table, empty where it does not fit."""
    return (value(spec, data, start),) if start + spec.offset + spec.size <= end else ()


def value(spec: Spec, data: bytes, start: int) -> Value:
    """The value of a field that fits."""
    first = start + spec.offset
    found = spec.kind(data[first : first + spec.size])
    if spec.mask and isinstance(found, int):
        return (found & spec.mask) >> spec.shift
    return found


def read(spec: Spec, data: bytes, start: int, end: int) -> list[Field]:
    """One field of a table: a list of one, or empty where it does not fit."""
    return list(expand((spec,), data, start, end))


def run(name: str, label: str, data: bytes, start: int, end: int) -> list[Field]:
    """The bytes `start` to `end` as one field: a list of one, or empty for no bytes."""
    if end <= start:
        return []
    value = data[start:end]
    return [Field(name, label, start, end, value, compact(value))]
