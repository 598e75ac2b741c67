"""`admin display-config`: the whole configuration, in the sections and order SR OS writes it.

The text loads into a fresh router and gives itself again.  Knows sections; the lines are
tree.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labkit.sim.routers.sros.configuration import Configuration
from labkit.sim.routers.sros.tree import Branch

RULE = "#" + "-" * 50

_ROUTER_LINES = ("interface", "autonomous-system", "ecmp", "router-id", "static-route")
_SECTIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...] | None], ...] = (
    ("System Configuration", ("system",), None),
    ("Card Configuration", ("card",), None),
    ("Port Configuration", ("port",), None),
    ("Router (Network Side) Configuration", ("router",), _ROUTER_LINES),
    ("ISIS Configuration", ("router", "isis"), None),
    ("MPLS Configuration", ("router", "mpls"), ("interface",)),
    ("RSVP Configuration", ("router", "rsvp"), None),
    ("MPLS LSP Configuration", ("router", "mpls"), ("path", "lsp", "shutdown")),
    ("LDP Configuration", ("router", "ldp"), None),
    ("Service Configuration", ("service",), None),
    ("Mirror Configuration", ("mirror",), None),
    ("Router (Service Side) Configuration", ("router", "bgp"), None),
    ("Policy Configuration", ("router", "policy-options"), None),
)
"""Title, path below `configure`, and which lines of that context (None: all)."""


def display(configuration: Configuration, *, detail: bool = False) -> Iterator[str]:
    """The configuration from `exit all` to `exit all`."""
    yield "exit all"
    yield "configure"
    for title, path, only in _SECTIONS:
        body = [
            line
            for node in _nodes(configuration, path)
            for line in _section(node, path, only, detail)
        ]
        if body:
            yield from (RULE, f'echo "{title}"', RULE)
            yield from body
    yield ""
    yield "exit all"


def _nodes(configuration: Configuration, path: tuple[str, ...]) -> Iterable[Branch]:
    """What is at a path: of the policies, those in force, not those that somebody edits."""
    if path[-1] == "policy-options":
        return (configuration.policies_in_force(),)
    return configuration.config.all(*path)


def _section(
    node: Branch, path: tuple[str, ...], only: tuple[str, ...] | None, detail: bool
) -> Iterator[str]:
    """One context within its parents, or the lines of it that belong in the section."""
    depth = len(path)
    inside = list(node.body(depth + 1, detail=detail, only=only))
    if path[-1] == "policy-options" and inside:
        pad = " " * 4 * (depth + 1)
        inside = [pad + "begin", *inside, pad + "commit"]
    if not inside and ("plain" in node.row.traits or only is not None):
        return
    for level, keyword in enumerate(path[:-1], start=1):
        yield " " * 4 * level + keyword
    yield " " * 4 * depth + node.line()
    yield from inside
    yield " " * 4 * depth + "exit"
    for level in range(depth - 1, 0, -1):
        yield " " * 4 * level + "exit"
