"""IKEv1 (RFC 2407, 2408, 2409) as a sans-I/O machine of tables.

`machine.Ike` is the whole of it for a router: bytes and times in, datagrams and events out.
`algorithms`, `dh` and `keys` are mathematics, `proposal` is negotiation, `main_mode`,
`quick_mode` and `informational` are the exchanges, `events` and `values` what is told outside.
"""

from labkit.ike.machine import Ike
from labkit.ike.values import (
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
