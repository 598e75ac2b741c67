"""What keys open: ESP packets, IKE messages, whole captures (`labkit decrypt`).

Whatever is in front of the outer IP header stays as it was (Ethernet, labels, a pseudowire's
inner Ethernet), so the opened packet is seen where the sealed one was.  Tunnel and transport
mode (RFC 4303 section 3.1), and ESP in UDP (RFC 3948).  A capture may hold one packet many times
(a mirror's copies), so replays are opened like any other.  Fragments of ESP stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path

from labkit.capture import CaptureError
from labkit.capture.dissect import OpenedEsp, dissect, packet_of, sealed_of
from labkit.capture.ike_reader import IkeKey, IkeReader
from labkit.capture.keys import EspSecret, Secrets, read_secrets
from labkit.capture.pcap import LINKTYPE_ETHERNET, PcapWriter, read
from labkit.protocols import esp
from labkit.protocols.wire.ipv4 import IPv4

_IP_IN_IP = 4
_SPI_LENGTH = 4
_GRE = 47
_GRE_ETHERNET = bytes.fromhex("00006558")
_IKE_PORTS = (b"\x01\xf4", b"\x11\x94")
"""UDP 500 and 4500; a frame without either in it holds no IKE."""


class Outcome(Enum):
    """What became of one frame."""

    CLEAR = "no ESP"
    DECRYPTED = "decrypted"
    UNKNOWN_SPI = "unknown SPI"
    BAD_ICV = "bad ICV"
    MALFORMED = "malformed"
    FRAGMENT = "fragment of ESP"


class Report(Counter[Outcome]):
    """How many frames of a capture met which outcome."""

    @property
    def esp(self) -> int:
        """The frames with ESP."""
        return self.total() - self[Outcome.CLEAR]

    def __str__(self) -> str:
        return (
            f"{self.total()} frames, {self.esp} with ESP: {self[Outcome.DECRYPTED]} decrypted, "
            f"{self[Outcome.UNKNOWN_SPI]} of unknown SPI, {self[Outcome.BAD_ICV]} with a bad ICV, "
            f"{self[Outcome.MALFORMED]} malformed, {self[Outcome.FRAGMENT]} fragments"
        )


class Decryptor:
    """Opens frames with the keys of security associations."""

    def __init__(self, secrets: Iterable[EspSecret]) -> None:
        """Raises CaptureError for a key whose length does not fit its algorithm."""
        self._associations: dict[tuple[IPv4Address, int], list[esp.Inbound]] = {}
        self._sizes: dict[tuple[IPv4Address, int], tuple[int, int]] = {}
        for secret in secrets:
            # The same SPI may come again in a capture over several runs: all its keys are tried.
            same = self._associations.setdefault((secret.dst, secret.spi), [])
            same.append(_association(secret))
            sizes = esp.CIPHERS[secret.transforms[0]].iv, esp.icv_size(*secret.transforms)
            self._sizes[secret.dst, secret.spi] = sizes

    def open_esp(self, destination: IPv4Address, sealed: bytes) -> OpenedEsp | None:
        """What an ESP packet for that address carries; None where it cannot be opened."""
        key = destination, int.from_bytes(sealed[:_SPI_LENGTH], "big")
        for association in self._associations.get(key, ()):
            try:
                payload, next_header = association.open(sealed)
            except esp.EspError:
                continue
            return OpenedEsp(payload, next_header, *self._sizes[key])
        return None

    def open_frame(self, frame: bytes) -> tuple[bytes, Outcome]:
        """Return the Ethernet frame with its ESP replaced, or as it was, and what happened."""
        found = packet_of(frame)
        if found is None:
            return frame, Outcome.CLEAR
        start, packet = found
        kind, sealed = sealed_of(packet)
        if packet.protocol == _GRE and packet.payload.startswith(_GRE_ETHERNET):
            # A mirror's copy on its way through a provider of Linux routers (RFC 2784).
            inner, outcome = self.open_frame(packet.payload[len(_GRE_ETHERNET) :])
            opened_copy = replace(packet, payload=_GRE_ETHERNET + inner)
            return frame[:start] + opened_copy.encode(), outcome
        if kind != "esp":
            return frame, Outcome.CLEAR
        if packet.is_fragment:
            return frame, Outcome.FRAGMENT
        opened, outcome = self._open(packet, sealed)
        return frame[:start] + opened if opened else frame, outcome

    def _open(self, packet: IPv4, sealed: bytes) -> tuple[bytes, Outcome]:
        """The packet that takes the place of `packet`; empty if it cannot be opened."""
        spi = int.from_bytes(sealed[:_SPI_LENGTH], "big")
        outcome = Outcome.UNKNOWN_SPI
        for association in self._associations.get((packet.dst, spi), ()):
            try:
                payload, next_header = association.open(sealed)
            except esp.AuthenticationFailed:
                outcome = Outcome.BAD_ICV
            except esp.EspError:
                outcome = Outcome.MALFORMED
            else:
                if next_header == _IP_IN_IP:
                    return payload, Outcome.DECRYPTED
                transport = replace(packet, protocol=next_header, payload=payload)
                return transport.encode(), Outcome.DECRYPTED
        return b"", outcome


class Keys(Decryptor):
    """What opens ESP and IKE while frames are taken apart: an `Opener` of `capture.dissect`.

    Made for a capture: `learn` runs over its frames in their order first, because IKE's IVs follow
    from one another.
    """

    def __init__(self, secrets: Secrets) -> None:
        """Raises CaptureError for a key that does not fit its algorithm."""
        super().__init__(secrets.esp)
        keys = [IkeKey("the capture", sa.icookie, sa.rcookie, sa.ka) for sa in secrets.ike]
        self._ike = IkeReader(keys)
        self._wanted = bool(keys)

    def learn(self, frame: bytes) -> None:
        """Take the next frame of the capture."""
        if not self._wanted or not any(port in frame[20:80] for port in _IKE_PORTS):
            return
        for layer in dissect(frame).layers:
            if layer.protocol == "isakmp":
                self._ike.read(layer.data[layer.start : layer.end])

    def open_ike(self, message: bytes) -> bytes | None:
        """The payloads of an encrypted message that was learned; None where they stay closed."""
        return self._ike.opened(message)


def decrypt_capture(source: Path, target: Path, secrets: Secrets) -> Report:
    """Write `source` (pcap or pcapng) to `target` (pcap) with its ESP opened.

    Times stay, to the microsecond.  Raises OSError, and CaptureError for a source that is no
    Ethernet capture or is broken; `target` is then untouched.
    """
    decryptor = Decryptor(secrets.esp)
    report = Report()
    draft = target.with_name(f".{target.name}.new")
    try:
        with PcapWriter(draft) as writer:
            for packet in read(source):
                if packet.link_type != LINKTYPE_ETHERNET:
                    raise CaptureError(f"{source.name}: link type {packet.link_type}, no Ethernet")
                frame, outcome = decryptor.open_frame(packet.data)
                report[outcome] += 1
                writer.write(packet.time, frame)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return report


def decrypt_file(source: Path, target: Path, keys: Path) -> Report:
    """The whole command: keys from the folder `keys`.  Raises OSError and CaptureError."""
    return decrypt_capture(source, target, read_secrets(keys))


def _association(secret: EspSecret) -> esp.Inbound:
    try:
        cipher, integrity = secret.transforms
        keys = secret.key, integrity, secret.auth_key or b""
        return esp.Inbound(secret.spi, cipher, *keys, window=None)
    except ValueError as error:
        raise CaptureError(f"the keys of SPI 0x{secret.spi:08x}: {error}") from error
