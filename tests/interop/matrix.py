"""What is tried with strongSwan, and the page that says how it went.

A suite is a Phase 1 policy, a transform and perhaps perfect forward secrecy, in our words and in
strongSwan's; a mismatch is one thing that differs, and how it ends on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

ROLES = ("we begin", "strongSwan begins")
GROUPS = {5: "modp1536", 14: "modp2048", 19: "ecp256", 20: "ecp384", 24: "modp2048s256"}
ESP = {
    "aes128-sha256": ("esp-aes", 128, "esp-sha256-hmac"),
    "aes128-sha512": ("esp-aes", 128, "esp-sha512-hmac"),
    "aes256-sha256": ("esp-aes", 256, "esp-sha256-hmac"),
    "aes256-sha512": ("esp-aes", 256, "esp-sha512-hmac"),
    "aes128gcm16": ("esp-gcm", 128, None),
    "aes256gcm16": ("esp-gcm", 256, None),
}
IKE = ((128, "sha256"), (256, "sha512"), (256, "sha256"), (128, "sha512"))
UP = "up, pings both ways"


@dataclass(frozen=True, slots=True)
class Suite:
    """What both are told."""

    ike_bits: int
    hash: str
    group: int
    esp: str
    pfs: int | None

    @property
    def ours(self) -> dict[str, Any]:
        return {
            "ike_bits": self.ike_bits, "hash": self.hash, "group": self.group,
            "esp": ESP[self.esp], "pfs": self.pfs,
        }  # fmt: skip

    @property
    def theirs(self) -> dict[str, str]:
        pfs = f"-{GROUPS[self.pfs]}" if self.pfs else ""
        return {
            "ike": f"aes{self.ike_bits}-{self.hash}-{GROUPS[self.group]}",
            "esp": f"{self.esp}{pfs}",
        }

    def __str__(self) -> str:
        pfs = f", PFS {self.pfs}" if self.pfs else ""
        return f"aes{self.ike_bits}-{self.hash} group {self.group}; {self.esp}{pfs}"


def suites() -> list[Suite]:
    """Every transform with and without PFS, every group with several of them."""
    phase1, group = cycle(IKE), cycle((5, 14, 19))
    made = [
        Suite(*next(phase1), number := next(group), esp, number if pfs else None)
        for pfs in (False, True)
        for esp in ESP
    ]
    return [
        *made,
        Suite(256, "sha512", 20, "aes256gcm16", 20),
        Suite(128, "sha256", 5, "aes256-sha512", 24),
    ]


def plain_suites() -> list[Suite]:
    """What plain ESP is tried with: every transform and every group, half of them with PFS."""
    made = suites()
    return [*made[0:6:2], *made[7:12:2]]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference, by role: the event of ours and the words of charon's log that end it."""

    name: str
    ends: tuple[tuple[str, str], tuple[str, str]]
    ours: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    answers: str = ""
    """The transform, PFS and all, of whoever answers (as strongSwan writes it)."""
    begins: str = ""
    """The transform of whoever begins."""

    def told(self, role: str) -> tuple[dict[str, Any], dict[str, str]]:
        """What we and strongSwan are told."""
        ours, theirs = dict(self.ours), dict(self.theirs)
        we, they = (self.begins, self.answers) if role == ROLES[0] else (self.answers, self.begins)
        if they:
            theirs["esp"] = they
        if we:
            ours["pfs"] = next(number for number, name in GROUPS.items() if we.endswith(f"-{name}"))
        return ours, theirs


REFUSED = ("NotifyReceived", "no proposal found")
WE_REFUSE = "received NO_PROPOSAL_CHOSEN error notify"
MISMATCHES = (
    Mismatch(
        "pre-shared key",
        (("Dropped", "could not decrypt payloads"), ("BadMessage", "sending retransmit 1")),
        ours={"secret": "WowWhatAnotherPassword!"},
    ),
    Mismatch(
        "Phase 1 proposal (hash)",
        (REFUSED, ("NoPolicyAccepted", WE_REFUSE)),
        theirs={"ike": "aes128-sha512-modp1536"},
    ),
    Mismatch(
        "Phase 1 proposal (key length)",
        (REFUSED, ("NoPolicyAccepted", WE_REFUSE)),
        theirs={"ike": "aes256-sha256-modp1536"},
    ),
    Mismatch(
        "Phase 1 group",
        (REFUSED, ("NoPolicyAccepted", WE_REFUSE)),
        theirs={"ike": "aes128-sha256-modp2048"},
    ),
    Mismatch(
        "transform set",
        (
            ("NotifyReceived", "no matching proposal found, sending NO_PROPOSAL_CHOSEN"),
            ("ProposalRefused", WE_REFUSE),
        ),
        theirs={"esp": "aes128-sha256"},
    ),
    Mismatch(
        "proxy identities",
        (
            ("NotifyReceived", "no matching CHILD_SA config found"),
            ("ProposalRefused", WE_REFUSE),
        ),
        ours={"there": "172.31.3.0/24"},
    ),
    Mismatch(
        "PFS, which only the one that answers demands",
        (
            ("NotifyReceived", "no matching proposal found, sending NO_PROPOSAL_CHOSEN"),
            ("ProposalRefused", WE_REFUSE),
        ),
        answers="aes256-sha512-modp2048",
    ),
    Mismatch(
        "PFS, in groups that differ",
        (
            ("NotifyReceived", "no matching proposal found, sending NO_PROPOSAL_CHOSEN"),
            ("ProposalRefused", WE_REFUSE),
        ),
        begins="aes256-sha512-modp1536",
        answers="aes256-sha512-modp2048",
    ),
)
OTHERS = (
    "aggressive mode, we begin",
    "aggressive mode, strongSwan begins",
    "strongSwan renews Phase 2, then Phase 1; pings go on",
    "we renew Phase 2; pings go on",
    "we delete; strongSwan forgets",
    "strongSwan deletes; we forget",
    "DPD, we ask: answered, and a peer that went deaf is given up",
    "DPD, strongSwan asks: answered, and it gives us up when we go deaf",
    "PFS, which only strongSwan demands, and it begins: we give it, as IOS does",
    "PFS, which only we demand, and we begin: strongSwan refuses",
    "both begin at once; pings go on",
    "a flood of pings goes on while strongSwan, and then we, renew Phase 2; none is lost for good",
    "ESP that must be fragmented on the way is put together by both",
    "ESP that is sent once more is refused by both",
)


def expected() -> list[tuple[str, str, str]]:
    """Every row of the page: what, who, outcome."""
    rows = [(str(suite), role, UP) for suite in suites() for role in ROLES]
    for each in MISMATCHES:
        for role, (event, words) in zip(ROLES, each.ends, strict=True):
            rows.append((each.name, role, f"we: {event}; charon: {words}"))
    return rows + [(name, "", "as said") for name in OTHERS]


def page(rows: list[tuple[str, str, str]], version: str) -> str:
    """docs/interoperability.md."""
    table = "\n".join(f"| {what} | {who} | {outcome} |" for what, who, outcome in rows)
    return head(version) + table + "\n"


def head(version: str) -> str:
    """What is above the table's rows."""
    return HEAD.format(version=version, plain="\n".join(f"- {each}" for each in plain_suites()))


HEAD = """# Interoperability

Our IKE and ESP against a real charon, {version}, in network namespaces, ESP in UDP (plugin
kernel-libipsec). This page is written by the tests that it tells of; one of them fails when it
falls behind:

```
LABKIT_WRITE_INTEROPERABILITY=1 labkit test -- tests/interop
```

A mismatch says how it ended on both sides: an event of ours (`labkit/protocols/ike/events`) and
words of charon's log. Plain ESP (IP protocol 50, charon with its kernel's ESP) is tried inside
the open lab's guest by `tests/interop/test_plain_esp.py`, in both roles, with

{plain}

| suite or mismatch | role | outcome |
|---|---|---|
"""
