"""The open lab: the course's network on FRR and strongSwan, in one User-Mode-Linux guest.

`host` says whether this machine can, `rootfs` builds the guest's files, `guest` boots it and
gives it jobs, `network` renders what the scripts in `data/openlab/` read, `scenarios` says what
is to be done and seen, `recorder` records it, `charon_log` finds the keys, `verify` has tshark
look.  It is where genuine recordings come from, and must not know the simulator.
"""

from __future__ import annotations

__all__ = ["OpenLabError"]


class OpenLabError(Exception):
    """Why the open lab cannot go on, in one sentence for the person who asked."""
