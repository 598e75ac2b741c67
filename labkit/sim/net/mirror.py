"""Mirror services: copies of a port's frames to a SAP here, or over a spoke SDP to another router.

A source (`debug mirror-source`) is not configuration: it is lost at a reload.  A copy needs the
source, its enabled mirror-dest and the way to it; at the far end a mirror-dest that names the
source's router (the label exists only then) and a SAP.  Any part missing: silence.
Must not know: labels, how a copy travels, who listens.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.sim.model.facts import MirrorSource
from labkit.sim.net.control.services import MirrorState
from labkit.sim.net.link import Direction
from labkit.sim.net.tables import Pseudowire


class Mirrors:
    """The mirror services of one router.

    `to_port(port, frame)` and `to_pseudowire(pseudowire, frame)` send a copy on its way.
    """

    def __init__(
        self,
        to_port: Callable[[str, bytes], None],
        to_pseudowire: Callable[[Pseudowire, bytes], None],
    ) -> None:
        self.sources: dict[int, MirrorSource] = {}
        """By service: what `show debug` prints."""
        self.destinations: dict[int, MirrorState] = {}
        self._to_port = to_port
        self._to_pseudowire = to_pseudowire
        self._copying = False

    def set_source(self, source: MirrorSource) -> None:
        """`debug mirror-source N port …` and its `no shutdown`."""
        self.sources[source.service_id] = source

    def remove_source(self, service_id: int) -> None:
        """`no debug mirror-source N`."""
        self.sources.pop(service_id, None)

    def clear(self) -> None:
        """`no debug`, or a reload."""
        self.sources.clear()

    def settle(self, states: tuple[MirrorState, ...]) -> None:
        """Take the state of the mirror services."""
        self.destinations = {state.mirror.service_id: state for state in states}

    def copy(self, port: str, direction: Direction, frame: bytes) -> None:
        """A frame passed a port: copy it wherever a source says so."""
        # A copy that leaves by a mirrored port is no frame of that port's traffic.
        if self._copying:
            return
        for source in self.sources.values():
            if source.enabled and any(
                name == port and direction in directions for name, directions in source.ports
            ):
                self._deliver(source.service_id, frame)

    def receive(self, service_id: int, frame: bytes) -> None:
        """A copy arrived from a remote source."""
        self._deliver(service_id, frame, remote=True)

    def _deliver(self, service_id: int, frame: bytes, remote: bool = False) -> None:
        state = self.destinations.get(service_id)
        if state is None or not state.up:
            return
        self._copying = True
        try:
            if state.sap is not None and state.sap.up:
                self._to_port(state.sap.sap.port, frame)
            elif state.spoke is not None and state.spoke.up and not remote:
                self._to_pseudowire(state.spoke, frame)
        finally:
            self._copying = False
