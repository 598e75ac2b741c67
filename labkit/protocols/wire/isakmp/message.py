"""The ISAKMP header and the message (RFC 2408 section 3.1).

An encrypted message is a header and opaque bytes here; who has the key decrypts these and reads
them with `decode_payloads(header.next_payload, plain, padded=True)`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp.payload import Payload, decode_payloads, encode_payloads

HEADER_LENGTH = 28
VERSION_1 = 0x10
NON_ESP_MARKER = bytes(4)
"""What precedes a message on UDP port 4500 (RFC 3948)."""

# Exchange types.
MAIN_MODE = 2
AGGRESSIVE = 4
INFORMATIONAL = 5
QUICK_MODE = 32

# Flags.
ENCRYPTED = 0x01

_HEADER = struct.Struct("!8s8sBBBBII")


@dataclass(frozen=True, slots=True)
class Header:
    """The header; its length field is the message's, and its message ID a number."""

    initiator_cookie: bytes
    responder_cookie: bytes
    exchange_type: int
    flags: int = 0
    message_id: int = 0
    next_payload: int = 0
    """The first payload's type; `Message.encode` fills it in where it has the payloads."""
    version: int = VERSION_1

    @property
    def encrypted(self) -> bool:
        """Whether the payloads are encrypted."""
        return bool(self.flags & ENCRYPTED)

    def encode(self, length: int) -> bytes:
        """Return the 28 bytes for a message of `length` bytes, header included."""
        return _HEADER.pack(
            self.initiator_cookie,
            self.responder_cookie,
            self.next_payload,
            self.version,
            self.exchange_type,
            self.flags,
            self.message_id,
            length,
        )

    @classmethod
    def decode(cls, data: bytes) -> Header:
        """Read the header of a whole message.

        Raises DecodeError if the data is not exactly as long as the header says.
        """
        if len(data) < HEADER_LENGTH:
            raise DecodeError(f"ISAKMP: {len(data)} bytes are no header")
        icookie, rcookie, first, version, exchange, flags, mid, length = _HEADER.unpack_from(data)
        if length != len(data):
            raise DecodeError(f"ISAKMP: the header says {length} bytes, there are {len(data)}")
        return cls(icookie, rcookie, exchange, flags, mid, first, version)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: payloads in the clear, or (flag ENCRYPTED) the bytes `encrypted`."""

    header: Header
    payloads: tuple[Payload, ...] = ()
    encrypted: bytes = b""

    def encode(self) -> bytes:
        """Return the message; lengths and next-payload fields follow from the payloads."""
        if self.header.encrypted:
            return self.header.encode(HEADER_LENGTH + len(self.encrypted)) + self.encrypted
        body = encode_payloads(self.payloads)
        first = self.payloads[0].type if self.payloads else 0
        header = replace(self.header, next_payload=first)
        return header.encode(HEADER_LENGTH + len(body)) + body

    @classmethod
    def decode(cls, data: bytes) -> Message:
        """Read a message of ISAKMP version 1; raises DecodeError."""
        header = Header.decode(data)
        if header.version >> 4 != VERSION_1 >> 4:
            raise DecodeError(f"ISAKMP: version {header.version >> 4}")
        body = data[HEADER_LENGTH:]
        if header.encrypted:
            return cls(header, (), body)
        return cls(header, decode_payloads(header.next_payload, body))


def pad(payloads: bytes, block_size: int) -> bytes:
    """Return the chain padded with zeros for a block cipher.

    RFC 2409 appendix B asks for padding up to a multiple; IOS, like this, always adds some: a
    length that already is a multiple grows by a whole block.
    """
    return payloads + bytes(block_size - len(payloads) % block_size)
