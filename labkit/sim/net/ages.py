"""Since when things are as they are: routes, tunnels, services.  Show commands print ages.

The control plane itself has no time; this notes, result by result, what has become another, and
tells the log of what went up or down.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any, Literal

from labkit.sim.model.facts import BASE
from labkit.sim.net.control.evaluate import RouterState
from labkit.sim.net.events import StateChange
from labkit.sim.net.node import Component, Node

Kind = Literal["route", "lsp", "service", "pseudowire", "interface", "port", "ldp", "adjacency"]
Key = tuple[Any, ...]
"""A kind, and what tells one of it from the others."""


class Ages(Component):
    """The time of the last change of everything a node has, in microseconds."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._seen: dict[Key, tuple[object, int]] = {}
        self._things: list[tuple[Key, object]] = []
        """What was there when somebody last looked."""

    def route(self, prefix: IPv4Network, vrf: str = BASE) -> int:
        """When this route came to be as it is."""
        return self.since("route", vrf, prefix)

    def since(self, kind: Kind, *name: Hashable) -> int:
        """When a thing last went up or down; an LSP also when it moved.

        A service is known by its ID, a pseudowire by SDP ID and VC ID, an LDP session by its peer,
        an adjacency by its interface, the others by their names.
        """
        return self._seen.get((kind, *name), (None, self._node.booted))[1]

    # ----------------------------------------------------------------- component

    def settled(self, state: RouterState) -> None:
        """Compare a new result with what was."""
        things = _things(state)
        things += [(("port", name), port.up) for name, port in self._node.ports.items()]
        if things == self._things:
            return
        self._things = things
        now, present = self._node.clock.now, dict(things)
        changes = [*_changes(self._seen, present)]
        self._seen = {
            key: before if (before := self._seen.get(key)) and before[0] == value else (value, now)
            for key, value in present.items()
        }
        for change in changes:
            self._node.emit(change)

    def reset(self) -> None:
        """A reload: everything is new."""
        self._seen.clear()
        self._things.clear()
        self.settled(self._node.state)


_LOGGED = {"interface": "interface", "adjacency": "adjacency", "service": "service",
           "sdp": "sdp", "pseudowire": "spoke"}  # fmt: skip
"""What the log hears of, by the first part of a key: the kind of the event."""
_GONE_IS_DOWN = ("interface", "adjacency")
"""These are only there while they are up; of the others, what is gone was deleted."""


def _changes(
    seen: Mapping[Key, tuple[object, int]], present: Mapping[Key, object]
) -> Iterator[StateChange]:
    """What went up or down, in the order of the results."""
    for key, value in present.items():
        kind, *name = key
        before = seen.get(key)
        if kind in _LOGGED and bool(value) != (before is not None and bool(before[0])):
            yield StateChange(_LOGGED[kind], tuple(name), bool(value))
    for key in sorted(seen.keys() - present.keys(), key=repr):
        kind, *name = key
        if kind in _GONE_IS_DOWN:
            yield StateChange(kind, tuple(name), False)


def _things(state: RouterState) -> list[tuple[Key, object]]:
    """Everything that has an age, and what of it counts as a change."""
    found: list[tuple[Key, object]] = []
    for vrf, routes in state.tables.routes.items():
        for route in routes:
            ways = tuple((hop.interface, hop.gateway) for hop in route.next_hops)
            found.append((("route", vrf, route.prefix), (route.protocol, ways)))
    found += [(("lsp", lsp.name), (lsp.up, lsp.path)) for lsp in state.lsps]
    found += [(("sdp", each.sdp.sdp_id), each.up) for each in state.sdps]
    found += [(("service", each.vpls.service_id), each.up) for each in state.vpls]
    found += [(("service", each.mirror.service_id), each.up) for each in state.mirrors]
    found += [(("pseudowire", *key), pw.up) for key, pw in state.tables.pseudowires.items()]
    found += [(("interface", name), True) for name in sorted(state.interfaces_up)]
    found += [(("ldp", peer), True) for peer in state.ldp_peers]
    found += [(("adjacency", each.interface), each.neighbor) for each in state.adjacencies]
    return found
