"""Plain ESP, IP protocol 50, with a charon whose kernel does ESP, in the open lab's guest.

The slower job: it boots a guest (LABKIT_OPENLAB=1 asks for it; the root file system must have been
built).  Our gateway runs there with the libraries of this very environment.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit import resources
from labkit.openlab import OpenLabError, host, network, rootfs
from labkit.openlab.folder import Folder
from labkit.openlab.guest import Guest
from tests.interop import matrix, strongswan

LIBRARIES = ("cryptography", "cffi", "pycparser", "yaml")
SUITES = matrix.plain_suites()
SETUP = """
set -e
. /lab/guest/lab.sh
ip netns add us
ip netns add them
ip -n us link add wan type veth peer name wan netns them
for node in us them; do ip -n $node link set lo up; ip -n $node link set wan up; done
ip -n us address add {ours}/24 dev wan
ip -n them address add {theirs}/24 dev wan
ip -n them address add 172.31.2.1/24 dev lo
ip -n them route add 172.31.1.0/24 via {ours} src 172.31.2.1
STRONGSWAN_CONF=/lab/plain/strongswan.conf ip netns exec them sh -c \
  'mount -t tmpfs tmpfs /run && exec /usr/lib/ipsec/charon' >/dev/null 2>&1 &
until_true 30 test -S /tmp/vici
"""
RUN = """
. /lab/guest/lab.sh
at them swanctl --load-all --file /lab/plain/{name}.conf --uri unix:///tmp/vici >/dev/null 2>&1
cd /lab/site
export PYTHONPATH=/lab/site
at us python3 -m tests.interop.gateway {ours} {theirs} --plain </lab/plain/{name}.commands &
if [ {begins} = them ]; then
  until_true 30 at us grep -q :01F4 /proc/net/udp
  at them swanctl --initiate --child net --uri unix:///tmp/vici >/dev/null
fi
up() {{ at them swanctl --list-sas --uri unix:///tmp/vici | grep -q INSTALLED; }}
until_true 30 up
until_true 10 at them ping -c 1 -W 1 -I 172.31.2.1 172.31.1.10 && echo THEIRS_ANSWERED
wait
at them ip -s xfrm state | grep -c 'proto esp'
at them swanctl --terminate --ike labkit --force --uri unix:///tmp/vici >/dev/null 2>&1
at them ip xfrm state flush
"""


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    if os.environ.get("LABKIT_OPENLAB") != "1":
        pytest.skip("LABKIT_OPENLAB=1 asks for the open lab's guest")
    folder = Folder.default()
    if not rootfs.is_built(folder):
        pytest.skip("the open lab's root file system was not built: labkit openlab build")
    # It was asked for and built: what is in the way now is a failure, no excuse.
    host.check_boot()
    with folder.held():
        machine = Guest(folder)
        if machine.pid is not None:
            raise OpenLabError("the open lab runs already: labkit openlab down")
        yield from _running(machine)


def _running(machine: Guest) -> Iterator[Guest]:
    """The guest with a charon in it."""
    text = strongswan.CONF.format(folder="/tmp", kernel="kernel-netlink", routes="no")
    machine.start({"plain/strongswan.conf": text, "frr/none": "", "links": network.links()})
    try:
        _libraries(machine.run_folder / "site")
        ends = {"ours": strongswan.OUR_ADDRESS, "theirs": strongswan.THEIR_ADDRESS}
        machine.do(SETUP.format(**ends), 60)
        yield machine
    finally:
        machine.stop()


def _libraries(site: Path) -> None:
    """labkit, these tests, and what they stand on, where the guest can read it."""
    clone = resources.clone()
    assert clone is not None
    shutil.copytree(clone / "labkit", site / "labkit", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(clone / "tests/interop", site / "tests/interop")
    installed = Path(sysconfig.get_path("platlib"))
    for name in LIBRARIES:
        if (installed / name).is_dir():
            shutil.copytree(installed / name, site / name)
    for path in installed.glob("_cffi_backend*"):
        shutil.copy(path, site)


@pytest.mark.parametrize("role", matrix.ROLES)
@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_plain_esp_crosses_both_ways(guest: Guest, suite: matrix.Suite, role: str) -> None:
    import json

    name = f"{SUITES.index(suite)}-{matrix.ROLES.index(role)}"
    commands: list[dict[str, object]] = [{"do": "configure", **suite.ours}]
    if role == matrix.ROLES[0]:
        commands.append({"do": "begin"})
    commands += [
        {"do": "installed", "pairs": 1, "seconds": 20},
        {"do": "ping", "seconds": 8},
        {"do": "until", "event": "none", "seconds": 5},
        {"do": "report"},
    ]
    told = {**strongswan.DEFAULTS, **suite.theirs}
    guest.write({
        f"plain/{name}.conf": strongswan.CONNECTION.format(**told),
        f"plain/{name}.commands": "".join(json.dumps(each) + "\n" for each in commands),
    })  # fmt: skip
    begins = "us" if role == matrix.ROLES[0] else "them"
    ends = {"ours": strongswan.OUR_ADDRESS, "theirs": strongswan.THEIR_ADDRESS}
    said = guest.do(RUN.format(name=name, begins=begins, **ends), 90)
    answers = [json.loads(line) for line in said.splitlines() if line[:1] in '"{tf']
    report = next(each for each in answers if isinstance(each, dict))
    assert "THEIRS_ANSWERED" in said, said
    assert True in answers and False not in answers[:-3], said
    assert report["answered"] >= 1
    assert not report["in_udp"]
    assert set(report["pfs"]) == {suite.pfs}
