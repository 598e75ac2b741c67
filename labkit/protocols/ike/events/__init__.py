"""What happened in an IKE machine, one frozen dataclass a kind, in the order it happened.

`debug crypto isakmp`, the log and the ladder diagrams are rendered from these; the router acts
on `SaInstalled` and `SaDeleted`.  State and input names are IOS's, since RFC 2409 has none.

Must not know: how any vendor prints them.
"""

from labkit.protocols.ike.events.exchanges import (
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
    NodeCreated,
    NodeDeleted,
    NodePurged,
    NoPolicyAccepted,
    PeerCreated,
    PeerDead,
    PolicyChecked,
    PolicyMissing,
    PortsChanged,
    ProposalChecked,
    ProposalRefused,
    RekeyDue,
    RequestFailed,
    SaDeleted,
    SaInstalled,
    SaRequested,
    SasCreated,
    SpiAllocated,
    StateChanged,
)
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
