"""IKEv1 (RFC 2407, 2408, 2409) as a sans-I/O machine of tables.

`machine.Ike` is the whole of it for a router: bytes and times in, datagrams and events out.
`algorithms`, `dh` and `keys` are mathematics, `proposal` is negotiation, `main_mode`,
`quick_mode` and `informational` are the exchanges, `events` and `values` what is told outside.
"""

from typing import TYPE_CHECKING, Any

from labkit.protocols.ike.values import (
    ChildSa,
    Datagram,
    EspTransform,
    IkeSaSecrets,
    IkeSaStatus,
    NatPath,
    Phase2Terms,
    QuickModeSecrets,
    Refusal,
    Request,
    Role,
    Selector,
    Suite,
)

if TYPE_CHECKING:
    from labkit.protocols.ike.machine import Ike


def __getattr__(name: str) -> Any:
    """`Ike` is loaded when it is first asked for: who only reads messages needs no machine."""
    if name != "Ike":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from labkit.protocols.ike.machine import Ike

    return Ike
