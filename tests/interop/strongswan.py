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
from typing import Any

CHARON = Path("/usr/lib/ipsec/charon")
PLUGIN = Path("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so")
US, THEM = "labkit-us", "labkit-them"
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


def missing() -> str:
    """What this machine lacks for the tests, "" if nothing."""
    if not (CHARON.exists() and PLUGIN.exists() and shutil.which("swanctl")):
        return "strongSwan with kernel-libipsec is not installed"
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        return "network namespaces and a tun device need root"
    if Path("/run/charon.pid").exists():
        return "another charon is running"
    with contextlib.suppress(subprocess.CalledProcessError):
        ip("netns", "add", US)
        ip("netns", "del", US)
        return ""
    return "no network namespace can be made"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def inside(name: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", name, *words]


class Strongswan:
    """charon, running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
            inside(THEM, "swanctl", *words, "--uri", uri),
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert fails or run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def initiate(self) -> subprocess.Popen[bytes]:
        """Begin, without waiting for the end."""
        uri = f"unix://{self.folder}/vici"
        return subprocess.Popen(
            inside(THEM, "swanctl", "--initiate", "--child", "net", "--timeout", "10",
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

    def ping(self) -> bool:
        """From its LAN to ours, through the tunnel."""
        words = (sys.executable, "-m", "tests.interop.ping", "172.31.2.1", "172.31.1.10", "5")
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(inside(THEM, *words), cwd=ROOT, env=environment).returncode == 0


class Ours:
    """Our gateway, in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.interop.gateway", OUR_ADDRESS, THEIR_ADDRESS]
        self.process = subprocess.Popen(
            inside(US, *command), cwd=ROOT, text=True, bufsize=1,
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
    process, ours = None, None
    for name in (US, THEM):
        ip("netns", "add", name)
    try:
        _cable()
        text = CONF.format(folder=folder, kernel="kernel-libipsec kernel-netlink", routes="yes")
        (folder / "strongswan.conf").write_text(text)
        environment = os.environ | {"STRONGSWAN_CONF": str(folder / "strongswan.conf")}
        process = subprocess.Popen(
            inside(THEM, str(CHARON)), env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while not (folder / "vici").exists():
            assert time.monotonic() < end, "charon did not start"
            assert process.poll() is None, "charon ended"
            time.sleep(0.05)  # a socket's file has no event
        ours = Ours()
        yield ours, Strongswan(folder)
    finally:
        if ours is not None:
            ours.close()
        if process is not None:
            process.terminate()
            process.wait(10)
        for name in (US, THEM):
            ip("netns", "del", name)


def _cable() -> None:
    ends = {US: (OUR_ADDRESS, "172.31.1.1"), THEM: (THEIR_ADDRESS, "172.31.2.1")}
    ip("-n", US, "link", "add", "wan", "type", "veth", "peer", "name", "wan", "netns", THEM)
    for name, (address, lan) in ends.items():
        ip("-n", name, "address", "add", f"{address}/24", "dev", "wan")
        ip("-n", name, "link", "set", "wan", "up")
        ip("-n", name, "link", "set", "lo", "up")
        if name == THEM:
            ip("-n", name, "address", "add", f"{lan}/24", "dev", "lo")
