"""A charon of our own, told what to do over vici, and our gateway across the cable.

Both in network namespaces; its userland ESP (plugin kernel-libipsec) always travels in UDP.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

CHARON = Path("/usr/lib/ipsec/charon")
PLUGIN = Path("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so")
OUR_ADDRESS, THEIR_ADDRESS = "10.77.0.1", "10.77.0.2"
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0

CONF = """
charon {{
  load = random nonce aes sha1 sha2 hmac kdf gmp gcm openssl {kernel} socket-default vici
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  install_routes = {routes}
  retransmit_timeout = 1
  retransmit_base = 1
  retransmit_tries = 2
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  filelog {{ log {{ path = {folder}/log
    flush_line = yes
    default = 1
    ike = 2 }} }}
}}
"""
CONNECTION = """
connections {{ labkit {{
  version = 1
  aggressive = {aggressive}
  local_addrs = {local}
  remote_addrs = {remote}
  proposals = {ike}
  {dpd}
  local {{ auth = psk }}
  remote {{ auth = psk }}
  children {{ net {{
    local_ts = {local_ts}
    remote_ts = 172.31.1.0/24
    esp_proposals = {esp}
  }} }}
}} }}
secrets {{ ike-labkit {{ secret = "{secret}" }} }}
"""
DEFAULTS = {
    "ike": "aes128-sha256-modp1536",
    "esp": "aes256-sha512",
    "secret": "WowWhatAPassword!",
    "aggressive": "no",
    "local_ts": "172.31.2.0/24",
    "local": THEIR_ADDRESS,
    "remote": OUR_ADDRESS,
    "dpd": "",
}


class Host:
    """A network namespace without a name and a /run of its own, held by a shell that waits.

    They go with this process, however it ends: nothing is left that the next run would meet.
    Raises OSError, with what the machine says, where they cannot be had.
    """

    def __init__(self) -> None:
        hold = "mount -t tmpfs none /run && echo ready && exec cat"
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c", hold], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self._holder.stdout is not None and self._holder.stderr is not None
        if self._holder.stdout.readline() != "ready\n":
            said = self._holder.stderr.read().strip()
            self.close()
            raise OSError(said)
        self.pid = self._holder.pid

    def inside(self, *words: str) -> list[str]:
        """A command that runs in here, by absolute paths."""
        return ["nsenter", "--target", str(self.pid), "--net", "--mount", *words]

    def ip(self, *words: str) -> None:
        subprocess.run(self.inside("ip", *words), check=True, capture_output=True)

    def fragments(self) -> int:
        """How many fragments this host has sent."""
        words = self.inside("cat", "/proc/net/snmp")
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        names, values = (line.split() for line in said.splitlines() if line.startswith("Ip:"))
        return int(values[names.index("FragCreates")])

    def close(self) -> None:
        self._holder.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def missing() -> str:
    """What this machine lacks for the tests, "" if nothing."""
    if not (CHARON.exists() and PLUGIN.exists() and shutil.which("swanctl")):
        return "strongSwan with kernel-libipsec is not installed"
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        return "network namespaces and a tun device need root"
    try:
        Host().close()
    except OSError as error:
        return f"no network namespace can be made ({error})"
    return ""


class Strongswan:
    """charon, running."""

    def __init__(self, folder: Path, host: Host) -> None:
        self.folder = folder
        self.host = host
        self._mark = 0

    def load(self, **told: str) -> None:
        """Forget what there was, and be told anew; values as in CONNECTION."""
        path = self.folder / "swanctl.conf"
        path.write_text(CONNECTION.format(**{**DEFAULTS, **told}))
        self.forget()
        self.control("--load-all", "--file", str(path))
        self._mark = (self.folder / "log").stat().st_size

    def forget(self) -> None:
        if self.control("--list-sas"):
            self.control("--terminate", "--ike", "labkit", "--force", fails=True)

    def control(self, *words: str, fails: bool = False) -> str:
        uri = f"unix://{self.folder}/vici"
        run = subprocess.run(
            self.host.inside("swanctl", *words, "--uri", uri),
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert fails or run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def initiate(self) -> subprocess.Popen[bytes]:
        """Begin, without waiting for the end."""
        uri = f"unix://{self.folder}/vici"
        return subprocess.Popen(
            self.host.inside("swanctl", "--initiate", "--child", "net", "--timeout", "10",
                   "--uri", uri),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def log(self) -> str:
        """What it logged since it was told last."""
        with (self.folder / "log").open() as file:
            file.seek(self._mark)
            return file.read()

    def says(self, text: str, times: int = 1) -> bool:
        """Whether it logs a text (so many times), now or soon."""
        end = time.monotonic() + PATIENCE
        while self.log().count(text) < times:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)  # a log file has no event
        return True

    def ping(self, size: int = 60) -> bool:
        """From its LAN to ours, through the tunnel, with so many bytes."""
        ends = "172.31.2.1", "172.31.1.10"
        words = (sys.executable, "-m", "tests.interop.ping", *ends, "5", str(size))
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(self.host.inside(*words), env=environment).returncode == 0


class Ours:
    """Our gateway, in a process of its own."""

    def __init__(self, host: Host) -> None:
        self.host = host
        command = [sys.executable, "-m", "tests.interop.gateway", OUR_ADDRESS, THEIR_ADDRESS]
        self.process = subprocess.Popen(
            host.inside(*command), text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self._answer() == "ready"

    def __call__(self, do: str, **told: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **told}) + "\n")
        return self._answer()

    def _answer(self) -> Any:
        out = self.process.stdout
        assert out is not None
        assert select.select([out], [], [], 60)[0], "our gateway does not answer"
        line = out.readline()
        assert line, "our gateway ended"
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[Ours, Strongswan]]:
    """Both of them and the cable between."""
    with contextlib.ExitStack() as stack:
        us, them = (stack.enter_context(Host()) for _ in range(2))
        _cable(us, them)
        stack.enter_context(_charon(folder, them))
        ours = Ours(us)
        stack.callback(ours.close)
        yield ours, Strongswan(folder, them)


@contextlib.contextmanager
def _charon(folder: Path, host: Host) -> Iterator[None]:
    """A charon that takes orders; it is killed with this process."""
    text = CONF.format(folder=folder, kernel="kernel-libipsec kernel-netlink", routes="yes")
    (folder / "strongswan.conf").write_text(text)
    process = subprocess.Popen(
        host.inside("setpriv", "--pdeathsig", "KILL", str(CHARON)),
        env=os.environ | {"STRONGSWAN_CONF": str(folder / "strongswan.conf")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + PATIENCE
        while not (folder / "vici").exists():
            assert time.monotonic() < end, "charon did not start"
            assert process.poll() is None, "charon ended"
            time.sleep(0.05)  # a socket's file has no event
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def narrow(us: Ours, them: Strongswan, mtu: int) -> Iterator[None]:
    """The cable with a smaller MTU, for a while."""
    try:
        for host in (us.host, them.host):
            host.ip("link", "set", "wan", "mtu", str(mtu))
        yield
    finally:
        for host in (us.host, them.host):
            host.ip("link", "set", "wan", "mtu", "1500")


def _cable(us: Host, them: Host) -> None:
    us.ip("link", "add", "wan", "type", "veth", "peer", "name", "wan", "netns", str(them.pid))
    for host, address in ((us, OUR_ADDRESS), (them, THEIR_ADDRESS)):
        host.ip("address", "add", f"{address}/24", "dev", "wan")
        host.ip("link", "set", "wan", "up")
        host.ip("link", "set", "lo", "up")
    them.ip("address", "add", "172.31.2.1/24", "dev", "lo")
