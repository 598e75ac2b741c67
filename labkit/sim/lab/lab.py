"""The lab: the composition root that puts a world, its owner, its records and its servers together.

Every public verb may be called from any thread, and takes as much lab time as the same words on
the control channel.  Errors of the person are ValueError, LookupError or OSError with one line.
"""

from __future__ import annotations

import secrets as entropy
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self

from labkit.capture.keys import Secrets
from labkit.capture.pcap import Packet
from labkit.capture.taps import LiveCapture
from labkit.sim.lab import actions, checkpoints, description, faults, survey, world
from labkit.sim.lab.actions import Happening
from labkit.sim.lab.checkpoints import Checkpoint
from labkit.sim.lab.journal import Journal
from labkit.sim.lab.owner import Owner
from labkit.sim.lab.prompts import CONTROL, InProcess, Prompts
from labkit.sim.lab.records import Records
from labkit.sim.lab.session import ShellSession
from labkit.sim.lab.snapshot import Snapshot
from labkit.sim.lab.world import World
from labkit.sim.model import topology
from labkit.sim.net.link import LinkChange
from labkit.sim.routers.control.shell import ControlShell
from labkit.sim.routers.jobs import Job, Wait
from labkit.sim.routers.shell import Shell
from labkit.sim.runner import Runner, default_runner
from labkit.sim.serve.port import Login, Screen, Window

if TYPE_CHECKING:
    from labkit.sim.serve.ssh import SshServers

USERNAME = "student"
P = ParamSpec("P")


def verb(work: Callable[Concatenate[Lab, P], Job | None]) -> Callable[Concatenate[Lab, P], None]:
    """A method whose work, at once or as a job, is done to its end in the owner's loop."""

    @wraps(work)
    def done(lab: Lab, /, *arguments: P.args, **options: P.kwargs) -> None:
        lab.owner.finish(lab.do(work.__name__, *arguments, **options))

    return done


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
        self.runner = default_runner() if runner is None else runner
        self.records = Records(topology.load().links, capture_dir)
        self.journal = Journal()
        self.owner = Owner(self.runner, realtime=realtime)
        self.prompts = Prompts(self.owner, self._make_shell, self.records.settle)
        self.world: World
        """What runs now; another after a start."""
        self.starts = 0
        """How often it started: another number, another network."""
        self._servers: SshServers | None = None
        try:
            self.owner.finish(self._enter(chain, seed, checkpoint))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the servers, the owner and the files."""
        if self._servers is not None:
            self._servers.close()
        self.owner.close()
        self.records.close()

    # ---- verbs, from any thread; on the control channel by `do`

    @verb
    def start(self, checkpoint: str, seed: int | None = None) -> Job:
        """Start again from a checkpoint; open sessions stay, at the new devices' prompts."""
        chain = checkpoints.chain(checkpoint)
        return self._enter(chain, self.seed if seed is None else seed, checkpoint)

    @verb
    def load(self, file: Path | str) -> Job:
        """Start again from what `save` wrote."""
        read = checkpoints.read(Path(file))
        seed = int(read.saved.get("seed", self.seed))
        return self._enter([read], seed, str(read.saved.get("checkpoint", read.name)))

    @verb
    def save(self, file: Path | str) -> None:
        """Write all configurations, links and debug settings to a file that `load` reads."""
        self.world.save(Path(file))

    @verb
    def advance(self, seconds: float) -> Job:
        """Let lab time go by."""
        if not 0 <= seconds <= 1e7:
            raise ValueError(f"SECONDS is from 0 to ten million, not {seconds:g}")
        yield Wait(self.now() + round(seconds * 1_000_000))

    @verb
    def link(self, name: str, /, **change: Any) -> None:
        """Cut, mend or impair a link: up=False or True; loss= and duplicate= from 0 to 1;
        delay_ms= in milliseconds; mtu= in bytes of IP."""
        self.world.network.set_link(name, LinkChange(**change))

    @verb
    def inject(
        self, link: str, file: Path | str, frames: Sequence[int] = (), towards: str | None = None
    ) -> Job:
        """Put frames of a capture (numbered from 1; none: all) on a link, in that order."""
        return actions.inject(self.world.network.link(link), Path(file), frames, towards)

    @verb
    def fault(self, name: str | None) -> Job:
        """Bring a fault in, or take it out (None).  Raises FaultError, ConfigError."""
        return actions.exchange_fault(self.world, name, self.prompts.begun)

    def do(self, verb: str, *arguments: Any, **options: Any) -> Job:
        """A verb as a job, for who is in the owner's loop already; then all is on disk."""
        job = getattr(Lab, verb).__wrapped__(self, *arguments, **options)
        if job is not None:
            yield from job
        self.records.settle()

    def advance_to_event(self, limit: float = 86_400.0) -> Happening | None:
        """Let lab time go by until something happens, at most `limit` seconds; what it was."""
        found: list[Happening] = []
        microseconds = round(limit * 1_000_000)
        self.owner.finish(actions.until_event(self.world.network, microseconds, found.append))
        self.owner.call(self.records.settle)
        return found[0] if found else None

    def status(self) -> str:
        """Checkpoint, time, links and files."""
        return self.owner.call(
            lambda: description.status(
                self.world, self.records, self.prompts.count(), realtime=self.realtime
            )
        )

    def shell(self, device: str) -> InProcess:
        """The in-process prompt of a device (or of "lab"), always the same one."""
        if device not in self.devices():
            known = ", ".join(self.devices())
            raise LookupError(f"there is no device {device!r}; there are: {known}")
        return self.prompts.here(device)

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
            from labkit.sim.serve.ssh import SshServers  # only here: a lab works without paramiko

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
        return self.owner.call(self.records.learn)

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
        due = self.owner.call(lambda: actions.next_rekey(self.world.network))
        return None if due is None else max(0, due - self.now()) / 1e6

    def now(self) -> int:
        """Lab time in microseconds."""
        return self.world.network.clock.now

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

    def devices(self) -> list[str]:
        """Every device's name, the control channel last."""
        return [*topology.load().nodes, CONTROL]

    def links(self) -> list[str]:
        return list(topology.load().links)

    def description(self) -> dict[str, Any]:
        """Devices with netmiko's arguments, captures and keys (the form is FACE's)."""
        ports = {} if self._servers is None else self._servers.ports
        return description.description(self.world, self.records, ports, self.login, self.secret)

    def open(
        self, device: str, screen: Screen, window: Window | None = None, command: str | None = None
    ) -> ShellSession:
        """Open a session on a device for somebody's screen, or run one command there."""
        return self.prompts.open(device, screen, window, command)

    # ---- in the owner's loop

    def _make_shell(self, device: str, window: Window) -> Shell:
        if device != CONTROL:
            return self.world.devices[device].open_shell(
                width=window.width, height=window.height, secret=self.secret
            )
        links = self.links
        names = {"start": checkpoints.names, "fault": faults.names, "link": links, "inject": links}
        return ControlShell(self, names, width=window.width)

    def _enter(self, chain: Sequence[Checkpoint], seed: int, name: str) -> Job:
        """Build a new world beside the old one, move there, and do what its checkpoint does."""
        self.world = new = world.build(chain, seed, name)
        self.starts += 1
        self.owner.clock = new.network.clock
        self.records.begin(new.network)
        self.journal.begin(new.network)
        self.prompts.reopen()
        for node, command in new.do:
            yield from actions.give(self.prompts.begun(node), command)
        self.records.settle()
