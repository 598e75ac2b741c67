"""Which label a router gave out for what: downwards from 262143, as SR OS does, never reused.

A binding once made stays, so that a changed configuration elsewhere renumbers nothing.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

FIRST = 262143


@dataclass
class LabelSpace:
    """One router's platform-wide label space (RFC 3031 §3.14)."""

    bindings: dict[Hashable, int] = field(default_factory=dict)

    def label(self, purpose: Hashable) -> int:
        """The label for a purpose, allocated on first use."""
        return self.bindings.setdefault(purpose, FIRST - len(self.bindings))


@dataclass
class LabelSpaces:
    """The label spaces of all routers: the control plane's only memory."""

    spaces: dict[str, LabelSpace] = field(default_factory=dict)

    def label(self, node: str, purpose: Hashable) -> int:
        """The label that `node` gave out for `purpose`."""
        return self.spaces.setdefault(node, LabelSpace()).label(purpose)
