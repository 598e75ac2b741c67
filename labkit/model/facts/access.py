"""Facts of who may log in to a router over the network.

Frozen values without a vendor; see the package's prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class LocalUser:
    name: str
    secret: str
    privilege: int = 1


@dataclass(frozen=True, slots=True)
class Vty:
    """Who may open a terminal line from the network, and how they prove it."""

    login: Literal["none", "line", "local", "enable"] = "line"
    password: str | None = None
    transports: frozenset[str] = frozenset({"telnet", "ssh"})
    acl_in: str | None = None
    levels: bool = True
    """A local user's privilege level counts."""


@dataclass(frozen=True, slots=True)
class Access:
    users: tuple[LocalUser, ...] = ()
    vty: Vty | None = None
    enable_secret: str | None = None
