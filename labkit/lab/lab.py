"""The lab: the composition root that puts a world, its owner, its records and its servers together.

Every public verb may be called from any thread, and takes as much lab time as the same words on
the control channel.  Errors of the person are ValueError, LookupError or OSError with one line.
"""

from __future__ import annotations

import secrets as entropy
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from labkit.capture.keys import Secrets
from labkit.capture.pcap import Packet
from labkit.capture.taps import LiveCapture
from labkit.cli.jobs import Job
from labkit.cli.labkit.shell import LabkitShell, advance
from labkit.cli.shell import Shell
from labkit.lab import ahead, checkpoints, faults, injection, survey, world
from labkit.lab.ahead import Happening
from labkit.lab.change import Change, give, make
from labkit.lab.checkpoints import Checkpoint
from labkit.lab.console import Console
from labkit.lab.faults import Fault
from labkit.lab.journal import Journal
from labkit.lab.owner import Owner
from labkit.lab.platforms import CONTROL, CONTROL_NETMIKO, CONTROL_PLATFORM, PLATFORMS
from labkit.lab.records import Records
from labkit.lab.session import ShellSession
from labkit.lab.snapshot import Snapshot
from labkit.lab.status import changed_links, describe
from labkit.lab.world import World
from labkit.model import topology
from labkit.net.link import LinkChange
from labkit.runner import Runner, default
from labkit.serve.port import HOST, Login, Screen, Window

if TYPE_CHECKING:
    from labkit.serve.ssh import SshServers

USERNAME = "student"


class Lab:
    """A running lab.  Use it as a context manager, or `close` it."""

    def __init__(
        self,
        checkpoint: str = "baseline",
        seed: int = 1,
        capture_dir: Path | None = None,
        *,
        realtime: bool = False,
        runner: Runner | None = None,
    ) -> None:
        """Start from a checkpoint; without a runner it takes the process's.

        Raises CheckpointError, or OSError for the folder.
        """
        chain = checkpoints.chain(checkpoint)
        self.login = Login(USERNAME, entropy.token_urlsafe(12))
        self.secret = entropy.token_urlsafe(12)
        self.realtime = realtime
        self.runner = default() if runner is None else runner
        self.records = Records(topology.load().links, capture_dir)
        self.journal = Journal()
        self.owner = Owner(self.runner, realtime=realtime)
        self._world: World | None = None
        self.starts = 0
        """How often it started: another number, another network."""
        self._servers: SshServers | None = None
        self._consoles: dict[str, Console] = {}
        try:
            self.owner.finish(self._entering(chain, seed, checkpoint))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the servers, the owner and the files."""
        if self._servers is not None:
            self._servers.close()
        self.owner.close()
        self.records.close()

    # ---- verbs, from any thread

    def start(self, checkpoint: str, seed: int | None = None) -> None:
        """Start again from a checkpoint; open sessions stay, at the new devices' prompts."""
        self.owner.finish(self.starting(checkpoint, seed))

    def load(self, file: Path | str) -> None:
        """Start again from what `save` wrote."""
        self.owner.finish(self.loading(Path(file)))

    def save(self, file: Path | str) -> None:
        """Write all configurations, links and debug settings to a file that `load` reads."""
        self.owner.call(lambda: self.write_save(Path(file)))

    def advance(self, seconds: float) -> None:
        """Let lab time go by."""
        self.owner.finish(advance(self.now, seconds))
        self.owner.call(self.records.settle)

    def advance_to_event(self, limit: float = 86_400.0) -> Happening | None:
        """Let lab time go by until something happens, at most `limit` seconds; what it was."""
        found: list[Happening] = []
        microseconds = round(limit * 1_000_000)
        self.owner.finish(ahead.until_event(self.world.network, microseconds, found.append))
        self.owner.call(self.records.settle)
        return found[0] if found else None

    def link(self, name: str, **change: Any) -> None:
        """Cut, mend or impair a link: up=False or True; loss= and duplicate= from 0 to 1;
        delay_ms= in milliseconds; mtu= in bytes of IP."""
        given = LinkChange(**change)
        self.owner.call(lambda: self.set_link(name, given))

    def inject(
        self, link: str, file: Path | str, frames: Sequence[int] = (), towards: str | None = None
    ) -> None:
        """Put frames of a capture (numbered from 1; none: all) on a link, in that order."""
        self.owner.finish(self.injecting(link, Path(file), frames, towards))
        self.owner.call(self.records.settle)

    def fault(self, name: str | None) -> None:
        """Bring a fault in, or take it out (None).  Raises FaultError, ConfigError."""
        self.owner.finish(self.faulting(name))
        self.owner.call(self.records.settle)

    def status(self) -> str:
        """Checkpoint, time, links and files."""
        return "\n".join(self.owner.call(self.describe))

    def shell(self, device: str) -> Console:
        """The in-process prompt of a device (or of "lab"), always the same one."""
        if device not in self._consoles:
            self._check_device(device)
            opening = self._opening(device, None)
            self._consoles[device] = Console(self.owner, opening, self.records.settle)
        return self._consoles[device]

    def run(self, device: str, command: str, *answers: str) -> str:
        """Give one command at a device's in-process prompt and return what it printed."""
        return self.shell(device).run(command, *answers)

    def serve(self, first_port: int | None = None) -> dict[str, Any]:
        """Listen with every device; returns what `labkit serve --json` prints.

        Raises OSError for a port that is taken, or where no threads are to serve one.
        """
        if self._servers is None:
            if not self.runner.threaded:
                raise OSError("a lab without threads cannot serve SSH")
            from labkit.serve.ssh import SshServers  # only here: a lab works without paramiko

            self._servers = SshServers(self.devices(), self.login, self, first_port)
        return self.description()

    @property
    def live(self) -> LiveCapture:
        """The last frames of all links."""
        return self.records.live

    def snapshot(self) -> Snapshot:
        """The state of everything at this moment, as plain values."""
        return self.owner.call(lambda: survey.snapshot(self.world, self.journal, self.starts))

    def secrets(self) -> Secrets:
        """All keys that IKE and ESP have had so far, also those of a kept capture."""

        def learned() -> Secrets:
            self.records.settle()
            return self.records.secrets

        return self.owner.call(learned)

    def captures(self) -> dict[str, Path]:
        """The capture file of each link, complete so far; none where they are in memory only."""
        self.records.flush()
        return self.records.captures

    def recorded(self, link: str) -> tuple[list[Packet], int] | None:
        """What a link's capture file holds, and the number of the next frame in `live`; None
        where captures are in memory only."""
        return self.owner.call(lambda: self.records.recorded(link))

    # ---- what is where

    def changed(self) -> list[str]:
        """The devices that are not configured as they were when the lab started."""
        return self.owner.call(lambda: self.world.changed())

    def next_rekey(self) -> float | None:
        """Seconds until an ESP SA is renewed, or ends unused; None without SAs."""
        due = self.owner.call(lambda: ahead.next_rekey(self.world.network))
        return None if due is None else max(0, due - self.now()) / 1e6

    @property
    def checkpoint(self) -> str:
        """Where the lab started last."""
        return self.world.checkpoint

    @property
    def seed(self) -> int:
        return self.world.seed

    @property
    def fault_in(self) -> str:
        """The name of the fault that is in, or ""."""
        return self.world.fault.name if self.world.fault is not None else ""

    @property
    def world(self) -> World:
        assert self._world is not None, "the lab has not started"
        return self._world

    def devices(self) -> list[str]:
        """Every device's name, the control channel last."""
        return [*topology.load().nodes, CONTROL]

    def checkpoints(self) -> list[str]:
        return checkpoints.names()

    def faults(self) -> list[str]:
        return faults.names()

    def links(self) -> list[str]:
        return list(topology.load().links)

    def description(self) -> dict[str, Any]:
        """Devices with netmiko's arguments, captures and keys (the form is FACE's)."""
        ports = self._servers.ports if self._servers is not None else {}
        keys = self.records.keys
        return {
            "checkpoint": self.world.checkpoint,
            "seed": self.world.seed,
            "devices": [self._describe_device(name, ports.get(name)) for name in self.devices()],
            "captures": {link: str(path) for link, path in self.records.captures.items()},
            "keys": None if keys is None else str(keys),
        }

    def _describe_device(self, name: str, port: int | None) -> dict[str, Any]:
        platform, driver = CONTROL_PLATFORM, CONTROL_NETMIKO
        if name != CONTROL:
            platform = topology.load().nodes[name].platform
            driver = PLATFORMS[platform].netmiko
        netmiko = {
            "device_type": driver,
            "host": HOST,
            "port": port,
            "username": self.login.username,
            "password": self.login.password,
            "secret": self.secret,
        }
        return {"name": name, "platform": platform, "netmiko": netmiko}

    # ---- serve.port.Opener, from any thread

    def open(
        self, device: str, screen: Screen, window: Window | None, command: str | None
    ) -> ShellSession:
        """Open a session on a device for somebody's screen."""
        opening = self._opening(device, window)
        return ShellSession(device, self.owner, screen, opening, self.records.settle, command)

    def _opening(self, device: str, window: Window | None) -> Callable[[], Shell]:
        width, height = (window.width, window.height) if window else (80, 0)

        def opening() -> Shell:
            if device == CONTROL:
                return LabkitShell(self, width=width)
            return self.world.devices[device].open_shell(
                width=width, height=height, secret=self.secret
            )

        return opening

    def _check_device(self, device: str) -> None:
        if device not in self.devices():
            known = ", ".join(self.devices())
            raise LookupError(f"there is no device {device!r}; there are: {known}")

    # ---- cli.labkit.Control, in the owner's thread

    def now(self) -> int:
        return self.world.network.clock.now

    def starting(self, checkpoint: str, seed: int | None = None) -> Job:
        chain = checkpoints.chain(checkpoint)
        yield from self._entering(chain, self.world.seed if seed is None else seed, checkpoint)

    def loading(self, file: Path) -> Job:
        saved = checkpoints.read(file)
        seed = int(saved.saved.get("seed", self.world.seed))
        name = str(saved.saved.get("checkpoint", saved.name))
        yield from self._entering([saved], seed, name)

    def _entering(self, chain: Sequence[Checkpoint], seed: int, name: str) -> Job:
        """Build a new world beside the old one, move there, and do what its checkpoint does."""
        new = world.build(chain, seed, name)
        self._world = new
        self.starts += 1
        self.owner.clock = new.network.clock
        self.records.begin(new.network)
        self.journal.begin(new.network)
        for console in self._consoles.values():
            console.reset()
        for waiter in list(self.owner.waiters):
            if isinstance(waiter, ShellSession) and waiter.device != CONTROL:
                waiter.reopen()
        for node, command in new.do:
            yield from give(self._started(node), command)
        self.records.settle()

    def _started(self, node: str) -> Shell:
        shell = self._opening(node, None)()
        shell.start()
        return shell

    def injecting(self, link: str, file: Path, frames: Sequence[int], towards: str | None) -> Job:
        yield from injection.inject(self.world.network.link(link), file, frames, towards)

    def set_link(self, name: str, change: LinkChange) -> None:
        self.world.network.set_link(name, change)

    def faulting(self, name: str | None) -> Job:
        """One fault at a time: another takes the place of the one that is in."""
        fault = None if name is None else faults.load(name)
        if self.world.fault is not None:
            yield from self._restoring(self.world.fault)
        elif fault is None:
            raise ValueError("no fault is in")
        if fault is not None:
            self.world.fault = fault
            try:
                yield from self.changing(fault.inject)
            except BaseException:
                yield from self._restoring(fault)
                raise

    def _restoring(self, fault: Fault) -> Job:
        self.world.fault = None
        yield from self.changing(fault.restore, strict=False)

    def changing(self, change: Change, *, strict: bool = True) -> Job:
        return make(change, self.world, self._started, strict=strict)

    def write_save(self, file: Path) -> None:
        """Save to a file.  Raises OSError."""
        devices = self.world.devices
        config = {name: device.render() for name, device in devices.items()}
        do = [(name, line) for name, device in devices.items() for line in device.debug_commands()]
        about = {
            "checkpoint": self.world.checkpoint,
            "seed": self.world.seed,
            "links": changed_links(self.world.network),
        }
        checkpoints.write(file, config, do, about)

    def describe(self) -> list[str]:
        sessions: dict[str, int] = {}
        for waiter in self.owner.waiters:
            if isinstance(waiter, ShellSession):
                sessions[waiter.device] = sessions.get(waiter.device, 0) + 1
        return describe(self.world, self.records, sessions, realtime=self.realtime)
