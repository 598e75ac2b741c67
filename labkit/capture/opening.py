"""All keys at once: what opens ESP and IKE while frames are taken apart.

Made for a capture: `learn` runs over its frames in their order first, because IKE's IVs follow
from one another.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from labkit.capture.decrypt import Decryptor
from labkit.capture.dissect import OpenedEsp, dissect
from labkit.capture.ike_opening import IkeOpener
from labkit.capture.keys import Secrets

_PORTS = (b"\x01\xf4", b"\x11\x94")
"""UDP 500 and 4500; a frame without either in it holds no IKE."""


class Keys:
    """Opens what the given secrets can open; an `Opener` of `capture.dissect`."""

    def __init__(self, secrets: Secrets) -> None:
        """Raises CaptureError for a key that does not fit its algorithm."""
        self.decryptor = Decryptor(secrets.esp)
        self._ike = IkeOpener(secrets.ike)
        self._wanted = bool(secrets.ike)

    def learn(self, frame: bytes) -> None:
        """Take the next frame of the capture."""
        if not self._wanted or not any(port in frame[20:80] for port in _PORTS):
            return
        for layer in dissect(frame).layers:
            if layer.protocol == "isakmp":
                self._ike.learn(layer.data[layer.start : layer.end])

    def open_esp(self, destination: IPv4Address, sealed: bytes) -> OpenedEsp | None:
        """What an ESP packet carried; None where it cannot be opened."""
        return self.decryptor.open_esp(destination, sealed)

    def open_ike(self, message: bytes) -> bytes | None:
        """The payloads of an encrypted message; None where they stay closed."""
        return self._ike.open_ike(message)
