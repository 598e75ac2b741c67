"""The simulated network behind one door: whoever stands outside imports from here, nowhere else.

    from labkit.sim import Lab

    with Lab("phase2") as lab:                  # a checkpoint; `checkpoint_names()` lists them
        print(lab.run("R1", "show router bgp summary"))
        lab.link("b-primary", up=False)         # cut a cable; loss=, delay_ms=, mtu= impair it
        lab.advance(60)                         # time moves only by commands
        print(lab.snapshot().tunnel.sentence)   # the state of everything, as plain values

A `Lab` runs; a `Snapshot` is what it was at one moment; `topology()` is the network's shape;
a checkpoint is where a lab starts from, a fault what can be wrong with it; `read_access_list`
reads lines as a router does.  All that comes out is plain values, but for the lab and its
sessions.  Routers are loaded with the first lab: who wants the topology does not pay for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labkit.sim.lab.checkpoints import CheckpointError
    from labkit.sim.lab.faults import Fault, FaultError
    from labkit.sim.lab.lab import Lab
    from labkit.sim.lab.snapshot import (
        Address,
        BgpSession,
        Drop,
        IpsecEvent,
        Label,
        LinkState,
        Lsp,
        NodeState,
        Reach,
        Service,
        Snapshot,
        Tunnel,
        TunnelEnd,
        Virtual,
    )
    from labkit.sim.model.facts import ALL_ONES, Ace, Acl, PortMatch, Wildcard
    from labkit.sim.model.topology import LinkSpec, NodeSpec, PortRef, Topology
    from labkit.sim.net.clock import EPOCH
    from labkit.sim.routers.device import ConfigError
    from labkit.sim.runner import Inline, Loop, LoopStep, Runner, Threaded, default_runner
    from labkit.sim.serve.port import ANEW, Screen, Window

_ROOMS = {
    "labkit.sim.routers.device": "ConfigError",
    "labkit.sim.lab.checkpoints": "CheckpointError",
    "labkit.sim.lab.faults": "Fault FaultError",
    "labkit.sim.lab.lab": "Lab",
    "labkit.sim.lab.snapshot": "Address BgpSession Drop IpsecEvent Label LinkState Lsp NodeState "
    "Reach Service Snapshot Tunnel TunnelEnd Virtual",
    "labkit.sim.model.facts": "ALL_ONES Ace Acl PortMatch Wildcard",
    "labkit.sim.model.topology": "LinkSpec NodeSpec PortRef Topology",
    "labkit.sim.net.clock": "EPOCH",
    "labkit.sim.runner": "Inline Loop LoopStep Runner Threaded default_runner",
    "labkit.sim.serve.port": "ANEW Screen Window",
}
"""Where names stand; a module is loaded when one of them is first asked for.  EPOCH is when a
lab's clock begins, ANEW what a session is told of a start."""


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names.split():
            return getattr(import_module(room), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# --------------------------------------------------------------------------- shape and starts


def topology() -> Topology:
    """The network's nodes, links and addresses, as `data/topology.yaml` has them."""
    from labkit.sim.model.topology import load

    return load()


def checkpoint_names() -> list[str]:
    """Every checkpoint that a lab can start from."""
    from labkit.sim.lab.checkpoints import names

    return names()


def check_saved(path: Path) -> None:
    """See whether a file is a lab that `Lab.save` wrote.  Raises CheckpointError, OSError."""
    from labkit.sim.lab.checkpoints import read

    read(path)


def fault_names() -> list[str]:
    """Every fault that `Lab.fault` can bring in; no name gives its cause away."""
    from labkit.sim.lab import faults

    return faults.names()


def fault(name: str) -> Fault:
    """What a fault is, cause and proof included.  Raises FaultError."""
    from labkit.sim.lab import faults

    return faults.load(name)


# --------------------------------------------------------------------------- one line of a router


def read_access_list(lines: Iterable[str]) -> Acl:
    """The last access list that an IOS router makes of these configuration lines.

    Raises ConfigError (a ValueError) in the router's words for the first line that it refuses.
    """
    from labkit.sim.routers.ios import device
    from labkit.sim.routers.ios.acl import settings

    tree, refused = device.read(list(lines), ())
    if refused:
        raise refused[0]
    return settings.acls(tree)[-1]


def mirrored(entry: Ace) -> Ace:
    """The access-control entry for the way back: source and destination exchanged."""
    from labkit.sim.net import acl

    return acl.mirrored(entry)


def accepts(entries: Iterable[Ace], proposed: Ace) -> bool:
    """Whether a gateway whose crypto list has these entries accepts what one with `proposed`
    proposes: quick mode takes proxy identities that lie within its own, turned around."""
    from labkit.sim.net.crypto_map import selectors, within

    local, remote = selectors(proposed)
    return any(
        within(remote, ours[0]) and within(local, ours[1]) for ours in map(selectors, entries)
    )


# --------------------------------------------------------------------------- for the command line


def serve_until_signal(**how: Any) -> int:
    """What `labkit serve` does (`labkit.sim.lab.daemon.run`): SSH servers until a signal comes."""
    from labkit.sim.lab.daemon import run

    return run(**how)
