"""What all events of an IKE machine share.

Every event names the two addresses and the connection id (0 before the keys of Phase 1 exist).
Must not know: any kind of event.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, slots=True)
class Event:
    """The part that all events share."""

    local: IPv4Address
    peer: IPv4Address
    connection: int
