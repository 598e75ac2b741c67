"""What happened in an IKE machine, one frozen dataclass a kind, in the order it happened.

`debug crypto isakmp`, the log and the ladder diagrams are rendered from these; the router acts
on `SaInstalled` and `SaDeleted`.  State and input names are IOS's, since RFC 2409 has none.

Must not know: how any vendor prints them.
"""

from labkit.protocols.ike.events.messages import (
    BadMessage,
    DeleteReceived,
    DeleteSent,
    Dropped,
    DuplicateReceived,
    Event,
    MessageReceived,
    MessageSent,
    NotifyReceived,
    NotifySent,
    PayloadProcessed,
    Retransmitted,
    VendorIdSeen,
)
from labkit.protocols.ike.events.phase1 import (
    Authenticated,
    AuthenticationFailed,
    ExchangeStarted,
    IdentityReceived,
    IdentitySent,
    IkeSaDeleted,
    IkeSaEstablished,
    IkeSaPurged,
    KeyFound,
    KeyMissing,
    KeysDerived,
    LifetimeAgreed,
    NatChecked,
    NatVendorIdSent,
    NoPolicyAccepted,
    PeerCreated,
    PeerDead,
    PolicyChecked,
    PolicyMissing,
    PortsChanged,
    RequestFailed,
    SaRequested,
    StateChanged,
)
from labkit.protocols.ike.events.phase2 import (
    NodeCreated,
    NodeDeleted,
    NodePurged,
    ProposalChecked,
    ProposalRefused,
    RekeyDue,
    SaDeleted,
    SaInstalled,
    SasCreated,
    SpiAllocated,
)
