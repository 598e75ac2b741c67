"""Frames kept, written, opened and shown: taps, pcap files, Wireshark's key tables, dissection.

Knows bytes, files and keys; does not know devices, SSH or the simulator's objects.  It makes
and reads files, so it is not part of the sans-I/O core.
"""

from __future__ import annotations

__all__ = ["CaptureError"]


class CaptureError(ValueError):
    """A capture or key file that cannot be read; the message says why in one line."""
