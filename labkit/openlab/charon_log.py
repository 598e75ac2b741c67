"""The keys of a recording, out of what charon logs about them (levels mgr 2, ike 4, chd 4).

A line is `SECONDS THREAD[GROUP] text`; a key is a line `NAME => N bytes @ ADDRESS` and its hex
dump below.  What belongs together is told by the thread: it takes a message of known cookies,
derives keys, installs SPIs.  Names as in RFC 2409 section 5 and appendix B.  Knows charon's
words; must not know where the log comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address

from labkit.capture.keys import EspSecret, IkeSecret, QuickModeSecret, Secrets

_LINE = re.compile(r"(?:\S+ )?(\d+)\[(\w+)\] (.*)")
_VALUE = re.compile(r"(.+?) => (\d+) bytes @")
_DUMP = re.compile(r"\s*\d+: ((?:[0-9A-F]{2} )+)")
_MESSAGE = re.compile(r"checkout IKEv1 SA by message with SPIs (\w{16})_i (\w{16})_r")
_QUICK = re.compile(r"(generating|parsed) QUICK_MODE (?:request|response) (\d+)")
_SPI = re.compile(r"SPI 0x(\w+), src (\S+) dst (\S+)")
_NONCE = 32
"""Bytes of each of charon's nonces."""
_SEED_TAIL = 1 + 4 + 2 * _NONCE
"""What follows g^xy in the seed of a quick mode's keys: protocol, SPI, both nonces."""

CIPHERS = {"AES_CBC": "aes-cbc", "AES_GCM_16": "aes-gcm"}
INTEGRITY = {
    "HMAC_SHA2_512_256": "hmac-sha512-256",
    "HMAC_SHA2_256_128": "hmac-sha256-128",
    "HMAC_SHA1_96": "hmac-sha1-96",
}


@dataclass(slots=True)
class _Thread:
    """What one of charon's threads is at."""

    cookies: tuple[bytes, bytes] = (b"", b"")
    mid: int = 0
    values: dict[str, bytes] = field(default_factory=dict)
    cipher: str = ""
    integrity: str | None = None
    inbound: bool = False


def secrets(logs: Sequence[tuple[str, IPv4Address, IPv4Address]]) -> Secrets:
    """The keys of all SAs in the logs of both gateways: (text, its address, its peer's).

    Where the two disagree (their pre-shared keys differ) the initiator's are given, which the
    first encrypted message is read with.
    """
    ike: dict[tuple[bytes, bytes], IkeSecret] = {}
    esp: dict[tuple[IPv4Address, int], EspSecret] = {}
    for text, local, peer in sorted(logs, key=lambda log: "initiating Main Mode" not in log[0]):
        ends = (local, peer) if "initiating Main Mode" in text else (peer, local)
        _read(text, ends, ends[0] == local, ike, esp)
    return Secrets(tuple(ike.values()), tuple(esp.values()))


def _read(
    text: str,
    ends: tuple[IPv4Address, IPv4Address],
    initiator: bool,
    ike: dict[tuple[bytes, bytes], IkeSecret],
    esp: dict[tuple[IPv4Address, int], EspSecret],
) -> None:
    threads: dict[str, _Thread] = {}
    for number, said, value in _lines(text):
        thread = threads.setdefault(number, _Thread())
        if match := _MESSAGE.match(said):
            thread.cookies = bytes.fromhex(match[1]), bytes.fromhex(match[2])
        elif match := _QUICK.match(said):
            thread.mid = int(match[2])
        elif match := re.match(r"using (\S+) for (encryption|integrity)", said.strip()):
            if match[2] == "encryption":
                thread.cipher, thread.integrity = CIPHERS[match[1]], None
            else:
                thread.integrity = INTEGRITY[match[1]]
        elif match := re.match(r"adding (inbound|outbound) ESP SA", said):
            thread.inbound = match[1] == "inbound"
        elif match := _SPI.match(said.strip()):
            found = _esp(thread, initiator, match)
            esp.setdefault((found.dst, found.spi), found)
        elif match := _VALUE.match(said):
            thread.values[match[1]] = value
            if match[1] == "encryption key Ka" and thread.cookies not in ike:
                ike[thread.cookies] = _ike(thread, ends)
            elif match[1] == "initiator SA seed" and thread.cookies in ike:
                _add_quick_mode(ike, thread)


def _ike(thread: _Thread, ends: tuple[IPv4Address, IPv4Address]) -> IkeSecret:
    value = thread.values
    return IkeSecret(
        icookie=thread.cookies[0],
        rcookie=thread.cookies[1],
        initiator=ends[0],
        responder=ends[1],
        gxy=value["shared Diffie Hellman secret"],
        skeyid=value["SKEYID"],
        skeyid_d=value["SKEYID_d"],
        skeyid_a=value["SKEYID_a"],
        skeyid_e=value["SKEYID_e"],
        ka=value["encryption key Ka"],
    )


def _add_quick_mode(ike: dict[tuple[bytes, bytes], IkeSecret], thread: _Thread) -> None:
    sa = ike[thread.cookies]
    if thread.mid in {each.mid for each in sa.quick_modes}:
        return  # the other gateway's log had it
    shared = thread.values["initiator SA seed"][:-_SEED_TAIL]
    quick_modes = (*sa.quick_modes, QuickModeSecret(thread.mid, shared or None))
    ike[thread.cookies] = replace(sa, quick_modes=quick_modes)


def _esp(thread: _Thread, initiator: bool, match: re.Match[str]) -> EspSecret:
    # The initiator's keys protect what the initiator sends.
    whose = "responder" if thread.inbound == initiator else "initiator"
    return EspSecret(
        src=IPv4Address(match[2]),
        dst=IPv4Address(match[3]),
        spi=int(match[1], 16),
        cipher=thread.cipher,
        key=thread.values[f"encryption {whose} key"],
        auth=thread.integrity,
        auth_key=thread.values[f"integrity {whose} key"] if thread.integrity else None,
    )


def _lines(text: str) -> Iterator[tuple[str, str, bytes]]:
    """Thread, words, and the bytes dumped below them."""
    open_values: dict[str, tuple[str, bytes]] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        thread, said = match[1], match[3]
        dump = _DUMP.match(said)
        if dump and thread in open_values:
            name, data = open_values[thread]
            open_values[thread] = name, data + bytes.fromhex(dump[1])
            continue
        if thread in open_values:
            yield thread, *open_values.pop(thread)
        if _VALUE.match(said):
            open_values[thread] = said, b""
        else:
            yield thread, said, b""
    for thread, value in open_values.items():
        yield thread, *value
