"""Which label a router gave out for what: downwards from the top, as SR OS does, never reused.

Each router has a thousand labels of its own (R1 below 261144, R2 below 260144 …): labels have
local significance only, but in a capture it is good to see at once who gave one out.
A binding once made stays, so that a changed configuration elsewhere renumbers nothing.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

HIGHEST = 262143
BLOCK = 1000


@dataclass
class LabelSpace:
    """One router's platform-wide label space (RFC 3031 §3.14)."""

    first: int = HIGHEST
    bindings: dict[Hashable, int] = field(default_factory=dict)

    def label(self, purpose: Hashable) -> int:
        """The label for a purpose, allocated on first use."""
        return self.bindings.setdefault(purpose, self.first - len(self.bindings))


@dataclass
class LabelSpaces:
    """The label spaces of all routers: the control plane's only memory."""

    spaces: dict[str, LabelSpace] = field(default_factory=dict)

    def label(self, node: str, purpose: Hashable) -> int:
        """The label that `node` gave out for `purpose`."""
        if node not in self.spaces:
            self.spaces[node] = LabelSpace(HIGHEST - BLOCK * _number(node))
        return self.spaces[node].label(purpose)


def _number(node: str) -> int:
    """The number at the end of a router's name, 0 without one."""
    return int(node[len(node.rstrip("0123456789")) :] or 0)
