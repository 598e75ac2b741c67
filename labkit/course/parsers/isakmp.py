"""IOS `show crypto isakmp …`: SAs, their details, policies and keys (Phase 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.course.parsers import rows, sections

_SA = re.compile(
    r"^(?P<dst>[\d.]+) +(?P<src>[\d.]+) +(?P<state>[A-Z]+_[A-Z_]+) +(?P<conn_id>\d+) +"
    r"(?P<status>\S.*?)[ \r]*$",
    re.MULTILINE,
)
_DETAIL = re.compile(
    r"^\d+ +[\d.]+ +(?P<remote>[\d.]+) +(?:\S+ +)??(?P<status>[A-Z]+) +(?P<encryption>\S+) +"
    r"(?P<hash>\S+) +\S+ +(?P<group>\d+) +[\d:]+ *[A-Z]* *$",
    re.MULTILINE,
)
_SUITE = re.compile(
    r"^(?:Protection suite of priority (\d+)|Default protection suite)", re.MULTILINE
)
_KEY = re.compile(
    r"^\S+ +(?P<address>[\d.]+)(?: +\[[\d.]+ *\])? +(?P<key>\S+)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class IsakmpSa:
    """A row of `show crypto isakmp sa`: `dst` is the responder."""

    dst: str
    src: str
    state: str
    conn_id: int
    status: str

    @property
    def deleted(self) -> bool:
        return "deleted" in self.status

    def with_peer(self, address: str) -> bool:
        return address in (self.dst, self.src)


@dataclass(frozen=True, slots=True)
class IsakmpSaDetail:
    """A row of `show crypto isakmp sa detail`: what was really agreed."""

    remote: str
    status: str
    encryption: str
    hash: str
    group: int


@dataclass(frozen=True, slots=True)
class IsakmpPolicy:
    """A protection suite, in the words that one types: aes 128, sha256, pre-share, 5, 86400."""

    priority: int
    encryption: str
    hash: str
    authentication: str
    group: int
    lifetime: int


@dataclass(frozen=True, slots=True)
class IsakmpKey:
    """A pre-shared key and for whom it is."""

    address: str
    key: str


def isakmp_sas(text: str) -> list[IsakmpSa]:
    """Read `show crypto isakmp sa`."""
    return rows(text, _SA, IsakmpSa)


def isakmp_details(text: str) -> list[IsakmpSaDetail]:
    """Read `show crypto isakmp sa detail`."""
    return rows(text, _DETAIL, IsakmpSaDetail)


def isakmp_policies(text: str) -> list[IsakmpPolicy]:
    """Read `show crypto isakmp policy`, best priority first; the default suite counts 65535."""
    return [_policy(int(start[1] or 65535), body) for start, body in sections(text, _SUITE)]


def isakmp_keys(text: str) -> list[IsakmpKey]:
    """Read `show crypto isakmp key`."""
    return rows(text, _KEY, IsakmpKey)


def _policy(priority: int, body: str) -> IsakmpPolicy:
    lines = dict(re.findall(r"^\s+([^:\n]+):\s*(.*?)\s*$", body, re.MULTILINE))
    group = re.search(r"#(\d+)", lines.get("Diffie-Hellman group", ""))
    lifetime = re.match(r"\d+", lines.get("lifetime", ""))
    return IsakmpPolicy(
        priority,
        _encryption(lines.get("encryption algorithm", "")),
        _hash(lines.get("hash algorithm", "")),
        _authentication(lines.get("authentication method", "")),
        int(group[1]) if group else 0,
        int(lifetime[0]) if lifetime else 0,
    )


def _encryption(words: str) -> str:
    if words.startswith("AES"):
        bits = re.search(r"\((\d+) bit", words)
        return f"aes {bits[1]}" if bits else "aes"
    return "3des" if "Three key" in words else "des" if words.startswith("DES") else words


def _hash(words: str) -> str:
    if words.startswith("Secure Hash Standard 2"):
        bits = re.search(r"\((\d+) bit", words)
        return f"sha{bits[1]}" if bits else "sha2"
    return "sha" if words.startswith("Secure Hash") else "md5" if "Digest" in words else words


def _authentication(words: str) -> str:
    known = {"Pre-Shared Key": "pre-share", "Rivest-Shamir-Adleman Signature": "rsa-sig"}
    return known.get(words, words)
