"""Real strongSwan speaks IKEv1 and ESP with us, in network namespaces of their own.

Skipped where charon, its vici tool or the right to make namespaces is missing.  Its userland ESP
(plugin kernel-libipsec) always travels in UDP, hence NAT traversal is what is judged here too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CHARON = Path("/usr/lib/ipsec/charon")
PLUGIN = Path("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so")
US, THEM = "labkit-us", "labkit-them"
OUR_ADDRESS, THEIR_ADDRESS = "10.77.0.1", "10.77.0.2"
ROOT = Path(__file__).resolve().parents[2]

CONF = """
charon {{
  load = random nonce aes sha1 sha2 hmac kdf gmp kernel-libipsec kernel-netlink socket-default vici
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  filelog {{ log {{ path = {folder}/log
    default = 1
    ike = 2 }} }}
}}
"""
CONNECTION = """
connections {{ labkit {{
  version = 1
  aggressive = {aggressive}
  local_addrs = 10.77.0.2
  remote_addrs = 10.77.0.1
  proposals = aes128-sha256-modp1536
  local {{ auth = psk }}
  remote {{ auth = psk }}
  children {{ net {{
    local_ts = 172.31.2.0/24
    remote_ts = 172.31.1.0/24
    esp_proposals = aes256-sha512{group}
  }} }}
}} }}
secrets {{ ike-labkit {{ secret = "WowWhatAPassword!" }} }}
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def inside(name: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", name, *words]


class Strongswan:
    """A charon of our own, told what to do over vici."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, *, aggressive: bool = False, pfs: str = "") -> None:
        group = f"-{pfs}" if pfs else ""
        text = CONNECTION.format(aggressive="yes" if aggressive else "no", group=group)
        path = self.folder / "swanctl.conf"
        path.write_text(text)
        self.control("--load-all", "--file", str(path))

    def control(self, *words: str) -> str:
        uri = f"unix://{self.folder}/vici"
        run = subprocess.run(
            inside(THEM, "swanctl", *words, "--uri", uri),
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture(scope="module")
def strongswan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strongswan]:
    """charon in a namespace, joined to ours by one cable."""
    if not (CHARON.exists() and PLUGIN.exists() and shutil.which("swanctl")):
        pytest.skip("strongSwan with kernel-libipsec is not installed")
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("network namespaces and a tun device need root")
    if Path("/run/charon.pid").exists():
        pytest.skip("another charon is running")
    folder = tmp_path_factory.mktemp("strongswan")
    for name in (US, THEM):
        try:
            ip("netns", "add", name)
        except subprocess.CalledProcessError:
            pytest.skip("no network namespace can be made")
    process = None
    try:
        _cable()
        (folder / "strongswan.conf").write_text(CONF.format(folder=folder))
        environment = os.environ | {"STRONGSWAN_CONF": str(folder / "strongswan.conf")}
        process = subprocess.Popen(
            inside(THEM, str(CHARON)), env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 10
        while not (folder / "vici").exists():
            assert time.monotonic() < end, "charon did not start"
            assert process.poll() is None, "charon ended"
            time.sleep(0.05)
        yield Strongswan(folder)
    finally:
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


def start(*options: str) -> subprocess.Popen[str]:
    """Our gateway, listening."""
    command = [sys.executable, "-m", "tests.interop.gateway", OUR_ADDRESS, THEIR_ADDRESS, *options]
    process = subprocess.Popen(
        inside(US, *command), cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def result(process: subprocess.Popen[str]) -> dict[str, object]:
    out, _ = process.communicate(timeout=60)
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("group", "name"), [(None, ""), (14, "modp2048"), (24, "modp2048s256")])
def test_we_bring_up_a_tunnel_to_strongswan(
    strongswan: Strongswan, group: int | None, name: str
) -> None:
    strongswan.load(pfs=name)
    found = result(start(*(["--pfs", str(group)] if group else [])))
    assert found["replies"] == [1, 2, 3], strongswan.log()[-4000:]
    assert found["in_udp"]
    assert found["pfs"] == [group, group]


def test_strongswan_brings_up_a_tunnel_to_us(strongswan: Strongswan) -> None:
    strongswan.load()
    ours = start("--wait")
    strongswan.control("--initiate", "--child", "net")
    assert result(ours)["replies"] == [1, 2, 3], strongswan.log()[-4000:]


@pytest.mark.parametrize("we_begin", [True, False])
def test_aggressive_mode_with_strongswan(strongswan: Strongswan, we_begin: bool) -> None:
    strongswan.load(aggressive=True)
    ours = start("--aggressive") if we_begin else start("--wait")
    if not we_begin:
        strongswan.control("--initiate", "--child", "net")
    assert result(ours)["replies"] == [1, 2, 3], strongswan.log()[-4000:]


def test_strongswan_renews_both_phases_and_packets_go_on(strongswan: Strongswan) -> None:
    strongswan.load()
    ours = start("--linger", "4")
    time.sleep(2.5)
    strongswan.control("--rekey", "--child", "net")
    strongswan.control("--rekey", "--ike", "labkit")
    found = result(ours)
    assert found["pairs"] == 2, strongswan.log()[-4000:]
    assert found["replies"] == [1, 2, 3, 9]


def test_our_deletes_are_understood(strongswan: Strongswan) -> None:
    strongswan.load()
    result(start())
    time.sleep(0.3)
    assert strongswan.control("--list-sas") == ""
