"""What a thief reads: the text of one TCP connection, both directions, in the order of the wire.

Segments that came twice are told once.  Must not know files.
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.capture.layers import Dissection, Layer, packet_end

LONGEST = 100_000
_IAC = 0xFF


def follow(one: Dissection, packets: Iterable[Dissection]) -> str:
    """The conversation that a packet belongs to, a line for each turn: who, then what.

    Raises LookupError for a packet without TCP.
    """
    ends = _ends(one)
    if ends is None:
        raise LookupError("this packet belongs to no TCP connection")
    seen: set[tuple[tuple[str, str], int, bytes]] = set()
    turns: list[tuple[str, bytearray]] = []
    size = 0
    for taken in packets:
        found = _ends(taken)
        if found is None or {*found} != {*ends}:
            continue
        sender, (sequence, data) = found[0], _payload(taken)
        if not data or (sender, sequence, data) in seen:
            continue
        seen.add((sender, sequence, data))
        if not turns or turns[-1][0] != ":".join(sender):
            turns.append((":".join(sender), bytearray()))
        turns[-1][1].extend(data)
        size += len(data)
        if size > LONGEST:
            break
    return "\n".join(f"{who}: {_readable(bytes(data))}" for who, data in turns)


def _tcp(taken: Dissection) -> tuple[Layer, Layer] | None:
    """The innermost TCP layer and the IP layer that carries it."""
    carrier = None
    for before, layer in zip(taken.layers, taken.layers[1:], strict=False):
        if layer.protocol == "tcp" and before.protocol == "ip":
            carrier = before, layer
    return carrier


def _ends(taken: Dissection) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """Address and port of the sender and of the receiver."""
    found = _tcp(taken)
    if found is None:
        return None
    ip, tcp = found
    source, target = (
        (str(ip.values(f"ip.{end}")[0]), str(tcp.values(f"tcp.{end}port")[0]))
        for end in ("src", "dst")
    )
    return source, target


def _payload(taken: Dissection) -> tuple[int, bytes]:
    found = _tcp(taken)
    assert found is not None
    ip, tcp = found
    return tcp.value("tcp.seq_raw", 0), tcp.data[tcp.end : packet_end(ip)]


def _readable(data: bytes) -> str:
    """Text without Telnet's negotiation; what cannot be read is a dot."""
    kept, place = [], 0
    while place < len(data):
        if data[place] == _IAC and place + 2 < len(data) and data[place + 1] >= 0xFB:
            place += 3
            continue
        each = data[place]
        if each != 13:
            kept.append(chr(each) if 32 <= each < 127 else "⏎" if each == 10 else ".")
        place += 1
    return "".join(kept)
