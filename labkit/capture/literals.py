"""Values as a display filter writes them: numbers, addresses, bytes and text in quotes.

What Wireshark's filters take for them (wireshark-filter(4)); `capture.display_filter` says where
one stands and what is wrong with it.  Pure: text in, a value out, or ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import TypeAlias

from labkit.capture import fields
from labkit.capture.fields import Kind

Literal: TypeAlias = int | bytes | str | IPv4Address | IPv4Network
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")


def unquoted(text: str) -> str:
    """What stands between quotation marks, its escapes resolved."""

    def put(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "x" and len(code) == 3:
            return chr(int(code[1:], 16))
        return {"n": "\n", "r": "\r", "t": "\t"}.get(code, code)

    return _ESCAPE.sub(put, text[1:-1])


def _number(text: str) -> int:
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return int(text, 16)
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise ValueError(text)
    return int(text, 8) if text.startswith("0") and len(text) > 1 else int(text)


def _address(text: str) -> IPv4Address | IPv4Network:
    return IPv4Network(text, strict=False) if "/" in text else IPv4Address(text)


def raw_bytes(text: str) -> bytes:
    """`1a:2b`, `1a-2b` or `1a2b`.  Raises ValueError."""
    groups = re.split(r"[:.-]", text)
    if any(not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", each) for each in groups):
        raise ValueError(text)
    return bytes.fromhex("".join(groups))


def _mac(text: str) -> bytes:
    data = raw_bytes(text)
    if len(data) != 6:
        raise ValueError(text)
    return data


def _plain(text: str) -> str:
    return text


READ: dict[Kind, Callable[[str], Literal]] = {
    fields.number: _number, fields.address: _address, fields.raw: raw_bytes, fields.mac: _mac,
    fields.words: _plain,
}  # fmt: skip
"""How a value of each kind of field is read.  Each raises ValueError."""
