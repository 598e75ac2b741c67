"""What is encrypted in IKE opens in the order of a capture, whatever mode began it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.capture.decrypt import Keys
from labkit.capture.dissect import dissect
from labkit.capture.ike_reader import isakmp_of
from labkit.capture.keys import read_secrets
from labkit.capture.pcap import read
from labkit.sim.lab.lab import Lab

B = "Site-B-GW-Router"
AGGRESSIVE = """
configure terminal
crypto isakmp peer address 192.0.2.28
set aggressive-mode password WowWhatAPassword!
set aggressive-mode client-endpoint fqdn b.example
end
ping 192.168.1.1 source Gi0/0
""".strip().splitlines()


@pytest.fixture(scope="module")
def aggressive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aggressive")
    with Lab("crypto-map", 1, folder) as lab:
        for line in AGGRESSIVE:
            lab.run(B, line)
    return folder


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as it flew", "answer before question"])
def test_what_aggressive_mode_agreed_on_opens_quick_mode(
    order: tuple[int, int], aggressive: Path
) -> None:
    frames = [packet.data for packet in read(aggressive / "a-access.pcap")]
    messages = [frame for frame in frames if isakmp_of(frame) is not None]
    messages[:2] = [messages[each] for each in order]
    keys = Keys(read_secrets(aggressive / "keys"))
    for frame in messages:
        keys.learn(frame)
    headers = [{f.name: f.value for f in dissect(each).layers[-1].fields} for each in messages]
    sealed = [bool(each["isakmp.flag_e"]) for each in headers]
    opened = [dissect(each, keys).buffers[-1][0] == "Decrypted ISAKMP" for each in messages]
    assert sum(sealed) >= 4 and opened == sealed
