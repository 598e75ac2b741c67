"""BGP-4 messages (RFC 4271; capabilities: RFC 5492; four-octet AS numbers: RFC 6793).

`attribute` holds the path attributes, `message` the messages and their framing in a byte
stream.  Knows bytes; does not know sessions, policies or best paths.
"""

from __future__ import annotations

from labkit.protocols.wire.bgp.attribute import (
    AS_SEQUENCE,
    AS_SET,
    EGP,
    IGP,
    INCOMPLETE,
    AsPath,
    AsSegment,
    Attribute,
    LocalPref,
    MultiExitDisc,
    NextHop,
    OpaqueAttribute,
    Origin,
)
from labkit.protocols.wire.bgp.message import (
    AS_TRANS,
    IPV4_UNICAST,
    PORT,
    Capability,
    Keepalive,
    Message,
    Notification,
    Open,
    RouteRefresh,
    Update,
    decode_message,
    four_octet_as_capability,
    split_stream,
)
