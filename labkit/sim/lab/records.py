"""What the lab writes down: a capture a link, and the keys to read them.

Taps the links of one network after another; `settle` brings the files up to date, which the
sessions ask for before they show a prompt.  Knows how IKE's and ESP's records become key files;
must not know who caused the packets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from labkit.capture import pcap
from labkit.capture.keys import (
    BY_TRANSFORM,
    EspSecret,
    IkeSecret,
    QuickModeSecret,
    Secrets,
    write_keys,
)
from labkit.capture.pcap import Packet
from labkit.capture.taps import LiveCapture, Taps
from labkit.protocols.ike import ChildSa, IkeSaSecrets
from labkit.protocols.ike.values import Role
from labkit.sim.model.topology import PortRef
from labkit.sim.net.ipsec import IpsecEngine
from labkit.sim.net.network import Network
from labkit.sim.net.router import Router

KEYS = "keys"
IkeKey = tuple[bytes, bytes]
EspKey = tuple[str, str, int]


class Records:
    """Captures and keys in `folder` (made, for its owner only), or only in memory."""

    def __init__(self, links: Iterable[str], folder: Path | None) -> None:
        """Begin the files.  Raises OSError where they cannot be written."""
        self.folder = None if folder is None else folder.absolute()
        if self.folder is not None and not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True)
        if self.keys is not None:
            self.keys.mkdir(mode=0o700, exist_ok=True)
        self._taps = Taps(links, self.folder)
        self._engines: list[IpsecEngine] = []
        self._fresh = True
        self._moved = True
        self._ike: dict[IkeKey, IkeSecret] = {}
        self._esp: dict[EspKey, EspSecret] = {}
        self._write_keys()

    @property
    def captures(self) -> dict[str, Path]:
        """The current capture of each link."""
        return self._taps.paths

    @property
    def keys(self) -> Path | None:
        """The folder of the key files."""
        return None if self.folder is None else self.folder / KEYS

    @property
    def live(self) -> LiveCapture:
        """The last frames of all links, for whoever watches."""
        return self._taps.live

    @property
    def secrets(self) -> Secrets:
        """All keys there have been, since a kept capture still needs those of its time."""
        return Secrets(tuple(self._ike.values()), tuple(self._esp.values()))

    def learn(self) -> Secrets:
        """The same, with those of this moment, and all of it on disk."""
        self.settle()
        return self.secrets

    def begin(self, network: Network) -> None:
        """Record this network from now on; what was recorded before is kept under numbers."""
        if not self._fresh:
            self._taps.rotate()
            self._moved = True  # a new file has its header on disk before anybody reads it
        self._fresh = False
        nodes = network.nodes.values()
        routers = [node for node in nodes if isinstance(node, Router)]
        self._engines = [router.ipsec for router in routers if router.ipsec is not None]
        for name, link in network.links.items():
            link.taps.append(partial(self._record, name))
        self.settle()

    def settle(self) -> None:
        """Make the files on disk complete."""
        if not self._moved:
            return
        self._moved = False
        self._taps.flush()
        before = self.secrets
        for engine in self._engines:
            self._learn(engine)
        if self.secrets != before:
            self._write_keys()

    def recorded(self, link: str) -> tuple[list[Packet], int] | None:
        """What a link's file holds, and the number of the next frame in `live`."""
        path = self.captures.get(link)
        if path is None:
            return None
        self.settle()
        return list(pcap.read(path)), self.live.total

    def flush(self) -> None:
        """Write down what was recorded so far, in the middle of a command too; any thread."""
        self._taps.flush()

    def close(self) -> None:
        self._taps.close()

    def _record(self, link: str, time: int, frame: bytes, end: PortRef) -> None:
        self._moved = True
        self._taps.record(link, time, frame)

    def _learn(self, engine: IpsecEngine) -> None:
        for sa in engine.secrets():
            key = sa.initiator_cookie, sa.responder_cookie
            secret, known = ike_secret(sa), self._ike.get(key)
            if known is None or len(known.quick_modes) <= len(secret.quick_modes):
                self._ike[key] = secret
        for child in engine.children_ever:
            for direction in esp_secrets(child):
                key_of = str(direction.src), str(direction.dst), direction.spi
                self._esp[key_of] = direction

    def _write_keys(self) -> None:
        if self.keys is not None:
            write_keys(self.keys, self.secrets)


def ike_secret(sa: IkeSaSecrets) -> IkeSecret:
    """An ISAKMP SA's secrets as the key files have them."""
    initiator, responder = sa.local, sa.peer
    if sa.role is Role.RESPONDER:
        initiator, responder = responder, initiator
    return IkeSecret(
        icookie=sa.initiator_cookie,
        rcookie=sa.responder_cookie,
        initiator=initiator,
        responder=responder,
        gxy=sa.shared,
        skeyid=sa.skeyid,
        skeyid_d=sa.skeyid_d,
        skeyid_a=sa.skeyid_a,
        skeyid_e=sa.skeyid_e,
        ka=sa.cipher_key,
        quick_modes=tuple(QuickModeSecret(each.message_id, each.shared) for each in sa.quick_modes),
    )


def esp_secrets(child: ChildSa) -> tuple[EspSecret, EspSecret]:
    """Both directions of an ESP SA as the key files have them."""
    transform = child.transform
    outbound = EspSecret(
        src=child.local,
        dst=child.peer,
        spi=child.outbound_spi,
        cipher=BY_TRANSFORM[transform.cipher] or "",
        key=child.outbound_key,
        auth=BY_TRANSFORM[transform.integrity],
        auth_key=child.outbound_integrity_key or None,
    )
    inbound = replace(
        outbound,
        src=child.peer,
        dst=child.local,
        spi=child.inbound_spi,
        key=child.inbound_key,
        auth_key=child.inbound_integrity_key or None,
    )
    return outbound, inbound
