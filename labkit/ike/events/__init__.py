"""What happened in an IKE machine, one frozen dataclass a kind, in the order it happened.

`debug crypto isakmp`, the log and the ladder diagrams are rendered from these; the router acts
on `SaInstalled` and `SaDeleted`.  State and input names are IOS's, since RFC 2409 has none.

Must not know: how any vendor prints them.
"""

from labkit.ike.events.event import Event
from labkit.ike.events.informational import DeleteReceived, DeleteSent, NotifyReceived, NotifySent
from labkit.ike.events.messages import (
    BadMessage,
    Dropped,
    DuplicateReceived,
    MessageReceived,
    MessageSent,
    PayloadProcessed,
    Retransmitted,
    VendorIdSeen,
)
from labkit.ike.events.phase1 import (
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
from labkit.ike.events.phase2 import (
    NodeDeleted,
    ProposalChecked,
    ProposalRefused,
    RekeyDue,
    SaDeleted,
    SaInstalled,
    SpiAllocated,
)

__all__ = [
    "Authenticated",
    "AuthenticationFailed",
    "BadMessage",
    "DeleteReceived",
    "DeleteSent",
    "Dropped",
    "DuplicateReceived",
    "Event",
    "ExchangeStarted",
    "IdentityReceived",
    "IdentitySent",
    "IkeSaDeleted",
    "IkeSaEstablished",
    "IkeSaPurged",
    "KeyFound",
    "KeyMissing",
    "KeysDerived",
    "LifetimeAgreed",
    "MessageReceived",
    "MessageSent",
    "NatChecked",
    "NoPolicyAccepted",
    "NodeDeleted",
    "NotifyReceived",
    "NotifySent",
    "PayloadProcessed",
    "PeerCreated",
    "PeerDead",
    "PolicyChecked",
    "PolicyMissing",
    "PortsChanged",
    "ProposalChecked",
    "ProposalRefused",
    "RekeyDue",
    "RequestFailed",
    "Retransmitted",
    "SaDeleted",
    "SaInstalled",
    "SaRequested",
    "SpiAllocated",
    "StateChanged",
    "VendorIdSeen",
]
