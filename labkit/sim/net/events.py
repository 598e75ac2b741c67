"""What happened in a router, one frozen dataclass a kind: log, debug and notebooks read these.

Vendor-neutral: `routers` turns them into log lines.  IKE's own events
(`labkit.protocols.ike.events`) travel by the same channel, `Node.subscribe`.

Must not know: how any vendor prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import StaticRoute


@dataclass(frozen=True, slots=True)
class InterfaceChange:
    """The physical side of an interface: up, down or administratively down."""

    interface: str
    state: str


@dataclass(frozen=True, slots=True)
class LineProtocolChange:
    """Whether an interface carries IP."""

    interface: str
    up: bool


@dataclass(frozen=True, slots=True)
class PortChange:
    """A port of a provider router came up or went down."""

    port: str
    up: bool


@dataclass(frozen=True, slots=True)
class StateChange:
    """Something of the control plane went up or down.

    `kind` is "interface", "adjacency", "service", "sdp" or "spoke"; `name` what tells it from
    its like: an interface's name, a service ID, an SDP ID, SDP ID and VC ID.
    """

    kind: str
    name: tuple[str | int, ...]
    up: bool


@dataclass(frozen=True, slots=True)
class AclLogged:
    """A packet hit an entry that says `log`."""

    acl: str
    sequence: int
    permitted: bool
    packet: IPv4
    interface: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A packet ended here; `reason` is a short phrase."""

    reason: str
    packet: IPv4
    interface: str | None


@dataclass(frozen=True, slots=True)
class OwnPacket:
    """The router itself sent or received a packet; told only while `Forwarding.telling` is set."""

    sent: bool
    packet: IPv4
    interface: str | None
    """Where it leaves or came in by; None for one that there is no way for."""


@dataclass(frozen=True, slots=True)
class IsakmpSwitched:
    """UDP port 500 opened with the first crypto map applied, or closed with the last."""

    on: bool


@dataclass(frozen=True, slots=True)
class IsakmpDatagram:
    """A message of IKE left (after its `MessageSent`) or arrived (before its consequences)."""

    sent: bool
    local: IPv4Address
    peer: IPv4Address
    payload: bytes
    """From the header on, without the non-ESP marker of port 4500."""


@dataclass(frozen=True, slots=True)
class ReverseRouteChanged:
    """A route to what a peer protects came with an SA, or went with the last one."""

    route: StaticRoute
    added: bool


@dataclass(frozen=True, slots=True)
class NotIpsec:
    """A clear packet that the crypto map says must come protected (dropped)."""

    source: IPv4Address
    destination: IPv4Address
    protocol: int
    interface: str


@dataclass(frozen=True, slots=True)
class InvalidSpi:
    """An ESP packet for which there is no SA."""

    source: IPv4Address
    destination: IPv4Address
    spi: int


@dataclass(frozen=True, slots=True)
class ReplayError:
    """An ESP packet left of the window, or seen before."""

    source: IPv4Address
    destination: IPv4Address
    spi: int
    sequence: int
    connection: int


@dataclass(frozen=True, slots=True)
class EspAuthFailed:
    """An ESP packet whose ICV is wrong."""

    source: IPv4Address
    destination: IPv4Address
    spi: int
    connection: int


@dataclass(frozen=True, slots=True)
class InvalidIdentity:
    """What came out of an ESP packet is not what its SA is for."""

    source: IPv4Address
    destination: IPv4Address
    protocol: int
    spi: int
