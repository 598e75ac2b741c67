"""BGP-4 messages as fields (RFC 4271 section 4; capabilities RFC 5492, 6793).

AS numbers in a path are read with four octets where that fits the segment, with two otherwise,
since one message alone does not say what its session agreed on.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from labkit.protocols.fields.field import (
    Field,
    Spec,
    address,
    expand,
    in_hex,
    named,
    number,
    raw,
    run,
)
from labkit.protocols.fields.field import read as read_one

HEADER_LENGTH = 19
MARKER = b"\xff" * 16
TYPES = {1: "OPEN", 2: "UPDATE", 3: "NOTIFICATION", 4: "KEEPALIVE", 5: "ROUTE-REFRESH"}
ERRORS = {1: "Message header error", 2: "OPEN message error", 3: "UPDATE message error",
          4: "Hold timer expired", 5: "State machine error", 6: "Cease"}  # fmt: skip
CAPABILITIES = {1: "multiprotocol", 2: "route refresh", 64: "graceful restart",
                65: "four-octet AS", 128: "route refresh (Cisco)"}  # fmt: skip
ATTRIBUTES = {1: "ORIGIN", 2: "AS_PATH", 3: "NEXT_HOP", 4: "MULTI_EXIT_DISC", 5: "LOCAL_PREF",
              6: "ATOMIC_AGGREGATE", 7: "AGGREGATOR", 8: "COMMUNITIES"}  # fmt: skip
HEADER = (
    Spec("bgp.marker", "Marker", 0, 16, raw),
    Spec("bgp.length", "Length", 16, 2),
    Spec("bgp.type", "Type", 18, 1, text=named(TYPES)),
)
OPEN = (
    Spec("bgp.open.version", "Version", 19, 1),
    Spec("bgp.open.myas", "My AS", 20, 2),
    Spec("bgp.open.holdtime", "Hold time", 22, 2),
    Spec("bgp.open.identifier", "Identifier", 24, 4, address),
    Spec("bgp.open.opt.len", "Length of parameters", 28, 1),
)
NOTIFICATION = (
    Spec("bgp.notify.major_error", "Error", 19, 1, text=named(ERRORS)),
    Spec("", "Subcode", 20, 1),
)
_VALUES = {
    1: Spec("bgp.update.path_attribute.origin", "Origin", 0, 1,
            text=named({0: "IGP", 1: "EGP", 2: "incomplete"})),
    3: Spec("bgp.update.path_attribute.next_hop", "Next hop", 0, 4, address),
    4: Spec("bgp.update.path_attribute.multi_exit_disc", "MED", 0, 4),
    5: Spec("bgp.update.path_attribute.local_pref", "Local preference", 0, 4),
}  # fmt: skip
_FLAGS = Spec("bgp.update.path_attribute.flags", "Flags", 0, 1, text=in_hex(2))
_CODE = Spec("bgp.update.path_attribute.type_code", "Attribute", 1, 1, text=named(ATTRIBUTES))
_LENGTHS = ("bgp.update.withdrawn_routes.length", "bgp.update.path_attributes.length")
TABLES = (HEADER, OPEN, NOTIFICATION, tuple(_VALUES.values()), (_FLAGS, _CODE))
OTHER = dict.fromkeys(_LENGTHS, number)


def messages(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The whole messages in a segment, as (start, end); what is left is no message."""
    found = []
    while start + HEADER_LENGTH <= end and data[start : start + 16] == MARKER:
        size = int.from_bytes(data[start + 16 : start + 18], "big")
        if size < HEADER_LENGTH or start + size > end:
            break
        found.append((start, start + size))
        start += size
    return found


def begins(data: bytes, start: int, end: int) -> bool:
    """Whether a message may begin here that ends in another segment."""
    size = int.from_bytes(data[start + 16 : start + 18], "big")
    marked = data[start : start + 16] == MARKER
    return end - start < HEADER_LENGTH or (marked and HEADER_LENGTH <= size <= 4096)


def bgp(data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(HEADER, data, start, end))
    kind = found[2].value
    place = start + HEADER_LENGTH
    if kind == 1:
        found += expand(OPEN, data, start, end)
        return [*found, *_parameters(data, start + 29, end)]
    if kind == 2:
        return [*found, *_update(data, place, end)]
    if kind == 3:
        found += expand(NOTIFICATION, data, start, end)
        return [*found, *run("", "Data", data, place + 2, end)]
    return [*found, *run("", "Body", data, place, end)]


def _parameters(data: bytes, place: int, end: int) -> list[Field]:
    """Optional parameters; those of type 2 hold capabilities."""
    found: list[Field] = []
    while place + 2 <= end and place + 2 + data[place + 1] <= end:
        after = place + 2 + data[place + 1]
        if data[place] == 2:
            found += run("", "Capabilities, length", data, place, place + 2)
            found += _capabilities(data, place + 2, after)
        else:
            found += run("", f"Parameter {data[place]}", data, place, after)
        place = after
    return [*found, *run("", "Rest", data, place, end)]


def _capabilities(data: bytes, place: int, end: int) -> list[Field]:
    found: list[Field] = []
    while place + 2 <= end and place + 2 + data[place + 1] <= end:
        after = place + 2 + data[place + 1]
        name = CAPABILITIES.get(data[place], str(data[place]))
        found += run("", f"Capability: {name}", data, place, after)
        place = after
    return [*found, *run("", "Rest", data, place, end)]


def _update(data: bytes, place: int, end: int) -> list[Field]:
    found: list[Field] = []
    for name, label, inside in (
        (_LENGTHS[0], "Withdrawn routes, bytes", _withdrawn),
        (_LENGTHS[1], "Path attributes, bytes", _attributes),
    ):
        length = read_one(Spec(name, label, 0, 2), data, place, end)
        if not length or not isinstance(length[0].value, int):
            return [*found, *run("", "Rest", data, place, end)]
        after = min(place + 2 + length[0].value, end)
        found += length
        found += inside(data, place + 2, after)
        place = after
    return [*found, *_prefixes("Route", data, place, end)]


def _withdrawn(data: bytes, place: int, end: int) -> list[Field]:
    return _prefixes("Withdrawn route", data, place, end)


def _prefixes(label: str, data: bytes, place: int, end: int) -> list[Field]:
    found: list[Field] = []
    while place < end:
        bits = data[place]
        after = place + 1 + (bits + 7) // 8
        if bits > 32 or after > end:
            break
        route = IPv4Address(data[place + 1 : after].ljust(4, b"\0"))
        found.append(Field("", label, place, after, data[place:after], f"{route}/{bits}"))
        place = after
    return [*found, *run("", "Rest", data, place, end)]


def _attributes(data: bytes, place: int, end: int) -> list[Field]:
    found: list[Field] = []
    while place + 3 <= end:
        head = 4 if data[place] & 0x10 else 3
        size = int.from_bytes(data[place + 2 : place + head], "big")
        body, after = place + head, place + head + size
        if after > end:
            break
        kind = data[place + 1]
        children = list(expand((_FLAGS, _CODE), data, place, after))
        children += run("", "Length", data, place + 2, body)
        value = _value(kind, data, body, after)
        text = value[0].text if value else ""
        label = ATTRIBUTES.get(kind, f"Attribute {kind}")
        whole = data[place:after]
        found.append(Field("", label, place, after, whole, text, (*children, *value)))
        place = after
    return [*found, *run("", "Rest", data, place, end)]


def _value(kind: int, data: bytes, start: int, end: int) -> list[Field]:
    if kind in _VALUES:
        return list(expand((_VALUES[kind],), data, start, end)) or run(
            "", "Value", data, start, end
        )
    found = run("", "Value", data, start, end)
    if kind == 2 and found:
        return [found[0]._replace(label="Path", text=_path(data[start:end]) or found[0].text)]
    return found


def _path(body: bytes) -> str:
    """The AS numbers of all segments; empty where no size of number fits."""
    for size in (4, 2):
        place, path = 0, []
        while place + 2 <= len(body):
            after = place + 2 + body[place + 1] * size
            numbers = [
                str(int.from_bytes(body[each : each + size], "big"))
                for each in range(place + 2, after, size)
            ]
            path.append(" ".join(numbers) if body[place] == 2 else "{" + " ".join(numbers) + "}")
            place = after
        if place == len(body):
            return " ".join(path)
    return ""
