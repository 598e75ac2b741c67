"""`debug crypto isakmp`: Phase 1 and the messages of IKE, in the words of IOS 15.x.

The number in parentheses is the connection id, 0 before there are keys; IOS writes `ISAKMP:(0):`
or `ISAKMP (0):`, with or without a space after it, line by line differently.  Phase 2 is in
`debug_quick_mode`.  Addresses in memory, which IOS prints, are made up from the peer's.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.protocols.ike import Role
from labkit.protocols.ike.events import (
    Authenticated,
    BadMessage,
    DuplicateReceived,
    Event,
    ExchangeStarted,
    IdentityReceived,
    IdentitySent,
    IkeSaDeleted,
    IkeSaEstablished,
    IkeSaPurged,
    KeyFound,
    KeyMissing,
    LifetimeAgreed,
    MessageReceived,
    MessageSent,
    NatChecked,
    NatVendorIdSent,
    NoPolicyAccepted,
    PayloadProcessed,
    PeerCreated,
    PeerDead,
    PolicyChecked,
    PortsChanged,
    RequestFailed,
    Retransmitted,
    SaRequested,
    StateChanged,
    VendorIdSeen,
)
from labkit.protocols.ike.payloads import identity_text
from labkit.protocols.wire.isakmp import Identification
from labkit.protocols.wire.isakmp.payload import ID_FQDN, ID_USER_FQDN

ENCRYPTION = {"aes": "AES-CBC", "3des": "3DES-CBC", "des": "DES-CBC"}
AUTHENTICATION = {"pre-share": "pre-share", "rsa-sig": "RSA sig", "rsa-encr": "RSA encr"}
MISMATCH = {
    "encryption": "Encryption algorithm offered does not match policy!",
    "key length": "Proposed key length does not match policy",
    "hash": "Hash algorithm offered does not match policy!",
    "authentication": "Authentication method offered does not match policy!",
    "group": "Diffie-Hellman group offered does not match policy!",
    "lifetime": "Lifetime duration offered does not match policy!",
}
SHORT = 65536
"""A lifetime below is a basic attribute, of two bytes."""
NO_PRESHARED = "Preshared authentication offered but does not match policy!"


def pointer(event: Event) -> str:
    """An address in memory for the peer's record."""
    return f"{0x66000000 | int(event.peer) & 0xFFFFFF:08X}"


def padded(state: str) -> str:
    """IOS keeps room for the longest name only behind QM_IDLE."""
    return f"{state:<13}" if state == "QM_IDLE" else state


def duration(seconds: int) -> str:
    """A life duration as it was on the wire: four bytes if it needs more than two."""
    if seconds < SHORT:
        return f"(basic) of {seconds}"
    octets = " ".join(f"0x{octet:X}" for octet in seconds.to_bytes(4, "big"))
    return f"(VPI) of  {octets} "


def messages(event: Event) -> Iterator[str]:
    """Messages of IKE that come and go, and what is in them."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case MessageSent():
            ports = f"my_port {event.local_port} peer_port {event.peer_port}"
            state = f"({event.role.value}) {padded(event.state)}"
            yield f"{start} sending packet to {event.peer} {ports} {state}"
            yield f"{start}Sending an IKE IPv4 Packet."
        case MessageReceived():
            ports = f"dport {event.local_port} sport {event.peer_port}"
            role = event.role.value if event.role else "N"
            state = f"Global ({role}) {padded(event.state)}"
            yield f"ISAKMP ({event.connection}): received packet from {event.peer} {ports} {state}"
        case BadMessage():
            if event.connection:
                # Decrypted with the wrong key, the first bytes are hardly ever a payload header.
                yield f"{start} ISAKMP: reserved not zero on ID payload!"
        case DuplicateReceived():
            yield f"{start} phase {event.phase} packet is a duplicate of a previous packet."
            if event.answered:
                yield f"{start} retransmitting due to retransmit phase {event.phase}"
            else:
                yield f"{start} retransmission skipped for phase {event.phase}"
        case Retransmitted():
            what = "phase 1 " + event.state
            on = "sa"
            if event.phase == 2:
                what, on = f"phase 2 {padded(event.state)} {event.message_id}", "node"
            yield f"{start} retransmitting {what}..."
            tries = f"attempt {event.attempt} of {event.limit}: retransmit phase {event.phase}"
            yield f"ISAKMP ({event.connection}): incrementing error counter on {on}, {tries}"
            yield f"{start} retransmitting {what}"
        case PayloadProcessed():
            if event.payload not in ("NOTIFY", "VENDOR"):
                what = f"processing {event.payload} payload. message ID = {event.message_id}"
                yield f"{start} {what}"
        case VendorIdSeen():
            yield f"{start} processing vendor id payload"
            if event.name == "IOS":
                yield f"{start} speaking to another IOS box!"
            elif event.name in ("unknown", "XAUTH") or event.name.startswith("NAT-T"):
                major = event.data[-2] if len(event.data) > 1 else 0
                yield f"{start} vendor ID seems Unity/DPD but major {major} mismatch"
            if event.name in ("NAT-T RFC 3947", "NAT-T v7"):
                yield f"ISAKMP ({event.connection}): vendor ID is {event.name}"
            elif event.name not in ("IOS", "unknown"):
                yield f"{start} vendor ID is {event.name}"


def beginning(event: Event) -> Iterator[str]:
    """How a negotiation begins."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case SaRequested():
            if not event.connection:
                yield "ISAKMP:(0): SA request profile is (NULL)"
                return
            ends = f"(local {event.local} port 500, remote {event.peer} port 500)"
            yield "ISAKMP: set new node 0 to QM_IDLE      "
            yield f"{start}SA has outstanding requests  {ends}"
            yield f"{start} sitting IDLE. Starting QM immediately (QM_IDLE      )"
        case RequestFailed():
            if not event.connection and event.reason.startswith("no "):
                yield "ISAKMP: Error while processing SA request: Failed to initialize SA"
                yield "ISAKMP: Error while processing KMI message 0, error 2."
        case PeerCreated():
            begins = event.role is Role.INITIATOR
            user = "isakmp_initiator" if begins else "crypto_isakmp_process_block"
            at = pointer(event)
            yield f"ISAKMP: Created a peer struct for {event.peer}, peer port {event.peer_port}"
            yield f"ISAKMP: New peer created peer = 0x{at} peer_handle = 0x80000002"
            yield f"ISAKMP: Locking peer struct 0x{at}, refcount 1 for {user}"
            yield f"ISAKMP: local port 500, remote port {event.peer_port}"
            if begins:
                yield "ISAKMP: set new node 0 to QM_IDLE      "
            yield f"ISAKMP:(0):insert sa successfully sa = {at}"
            if begins:
                yield "ISAKMP:(0):Can not start Aggressive mode, trying Main mode."
        case KeyFound():
            yield f"{start}found peer pre-shared key matching {event.peer}"
            if event.offered:
                yield f"{start} local preshared key found"
                yield "ISAKMP : Scanning profiles for xauth ..."
        case NatVendorIdSent():
            yield f"{start} constructed NAT-T vendor-{event.version} ID"
        case KeyMissing():
            yield f"{start}No pre-shared key with {event.peer}!"
            if event.role is Role.INITIATOR:
                yield "ISAKMP:(0): No Cert or pre-shared address key."
                yield "ISAKMP:(0): construct_initial_message: Can not start Main mode"
        case ExchangeStarted():
            if event.exchange == "main":
                yield f"{start} beginning Main Mode exchange"
            else:
                yield f"{start}beginning Quick Mode exchange, M-ID of {event.message_id}"
        case StateChanged():
            cause = f"Input = {event.origin}, {event.input}"
            step = f"Old State = {event.old}  New State = {event.new}"
            if event.message_id:
                yield f"{start}Node {event.message_id}, {cause}"
                yield f"{start}{step}"
                return
            yield f"{start}{cause}"
            yield f"{start}{step} \n"


def _policy_checked(event: PolicyChecked, start: str) -> Iterator[str]:
    offer = event.offer
    yield (
        f"{start}Checking ISAKMP transform {event.transform} "
        f"against priority {event.priority} policy"
    )
    yield f"ISAKMP:      encryption {ENCRYPTION.get(offer.encryption, offer.encryption)}"
    if offer.key_bits and offer.encryption == "aes":
        yield f"ISAKMP:      keylength of {offer.key_bits}"
    yield f"ISAKMP:      hash {offer.hash.upper()}"
    yield f"ISAKMP:      default group {offer.group}"
    yield f"ISAKMP:      auth {AUTHENTICATION.get(offer.authentication, offer.authentication)}"
    yield "ISAKMP:      life type in seconds"
    yield f"ISAKMP:      life duration {duration(offer.lifetime)}"
    if event.verdict is None:
        yield f"{start}atts are acceptable. Next payload is {event.next_payload}"
        return
    shared = event.verdict == "authentication" and offer.authentication == "pre-share"
    yield f"{start}{NO_PRESHARED if shared else MISMATCH[event.verdict]}"
    yield f"{start}atts are not acceptable. Next payload is {event.next_payload}"


def suite(event: Event) -> Iterator[str]:
    """Agreeing on a suite, and finding NATs."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case PolicyChecked():
            yield from _policy_checked(event, start)
        case NoPolicyAccepted():
            yield f"{start}no offers accepted!"
            ends = f"(local {event.local} remote {event.peer})"
            yield f"{start} phase 1 SA policy not acceptable! {ends}"
        case LifetimeAgreed():
            yield f"{start}Acceptable atts:actual life: 0"
            yield f"{start}Acceptable atts:life: 0"
            if event.offered < SHORT:
                yield f"{start}Basic life_in_seconds:{event.offered}"
            else:
                yield f"{start}Fill atts in sa vpi_length:4"
                yield f"{start}Fill atts in sa life_in_seconds:{event.offered}"
            yield f"{start}Returning Actual lifetime: {event.seconds}"
            yield f"{start}:Started lifetime timer: {event.seconds}.\n"
        case NatChecked():
            here = f"ISAKMP ({event.connection}):"
            local, peer = event.local_behind_nat, event.peer_behind_nat
            yield "ISAKMP:received payload type 20"
            if local:
                yield f"{here} NAT found, the node inside NAT"
            else:
                yield f"{here} His hash no match - this node outside NAT"
            yield "ISAKMP:received payload type 20"
            if not local and not peer:
                yield f"{here} No NAT Found for self or peer"
            elif peer:
                yield f"{here} His hash no match - this node outside NAT"
        case PortsChanged():
            yield f"{start} Detected port floating to port = {event.new[1]}"


def _identity(event: IdentitySent | IdentityReceived) -> str:
    identity = Identification(event.id_type, event.data)
    name = {ID_FQDN: "FQDN name", ID_USER_FQDN: "USER FQDN"}.get(event.id_type, "address")
    return (
        f"ISAKMP ({event.connection}): ID payload \n"
        f"\tnext-payload : {event.next_payload}\n"
        f"\ttype         : {event.id_type} \n"
        f"\t{name:<13}: {identity_text(identity)} \n"
        f"\tprotocol     : {event.protocol} \n"
        f"\tport         : {event.port} \n"
        f"\tlength       : {len(event.data) + 8}"
    )


def identities(event: Event) -> Iterator[str]:
    """Who the peers say that they are."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case IdentitySent():
            kinds = {ID_FQDN: "ID_FQDN", ID_USER_FQDN: "ID_USER_FQDN"}
            kind = kinds.get(event.id_type, "ID_IPV4_ADDR")
            yield f"{start}SA is doing pre-shared key authentication using id type {kind}"
            yield _identity(event)
            yield f"{start}Total payload length: {len(event.data) + 8}"
        case IdentityReceived():
            yield _identity(event)
            yield "ISAKMP:(0):: peer matches *none* of the profiles"
        case Authenticated():
            yield f"{start}SA authentication status:\n\tauthenticated"
            yield f"{start}SA has been authenticated with {event.peer}"
        case IkeSaEstablished():
            ends = f"{event.local}/{event.peer}/{event.peer_port}/"
            at = pointer(event)
            yield f"ISAKMP: Trying to insert a peer {ends},  and inserted successfully {at}."


def ending(event: Event) -> Iterator[str]:
    """How an IKE SA ends."""
    start = f"ISAKMP:({event.connection}):"
    match event:
        case IkeSaDeleted():
            state = f"({event.role.value}) {padded(event.state)}"
            yield f"{start}peer does not do paranoid keepalives.\n"
            yield f'{start}deleting SA reason "{event.reason}" state {state} (peer {event.peer})'
            at = pointer(event)
            yield f"ISAKMP: Unlocking peer struct 0x{at} for isadb_mark_sa_deleted(), count 0"
            yield f"ISAKMP: Deleting peer node by peer_reap for {event.peer}: {at}"
        case PeerDead():
            yield f"{start}peer {event.peer} not responding!"
        case IkeSaPurged():
            at = pointer(event)
            yield f"{start}purging SA., sa={at}, delme={at}"
