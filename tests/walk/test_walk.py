"""LAB §4, steps 1 to 7, from outside: one served lab, plain netmiko, tshark as judge."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.walk import lines, shark
from tests.walk.served import Served

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


@dataclass
class Walk:
    """What was printed on the way; the lab is still up when the tests look at it."""

    lab: Served
    said: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, step: str) -> str:
        return self.said[step]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with Served(tmp_path_factory.mktemp("walk"), "--checkpoint", "baseline", "--seed", "7") as lab:
        walk = Walk(lab)
        say = walk.said
        say["baseline loopback"] = lab.type(B, "ping 10.15.15.15 source Loopback0")
        say["baseline lan"] = lab.type(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        say["baseline pc"] = lab.type("PC-B", "ping -c 2 192.168.1.10")
        lab.configure("R6", lines.MIRROR_R6)
        lab.type("R6", lines.MIRROR_SOURCE)
        lab.configure("R1", lines.MIRROR_R1)
        say["mirror ping"] = lab.type(B, "ping 10.15.15.15 source Loopback0")
        say["config A"] = lab.configure(A, lines.SITE_A)
        say["config B"] = lab.configure(B, lines.SITE_B)
        say["sa before"] = lab.type(B, "show crypto ipsec sa")
        say["isakmp before"] = lab.type(B, "show crypto isakmp sa")
        say["first ping"] = lab.type(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        say["pc ping"] = lab.type("PC-B", "ping -c 5 -s 72 192.168.1.10")
        say["isakmp after"] = lab.type(B, "show crypto isakmp sa")
        say["sa B"] = lab.type(B, "show crypto ipsec sa")
        say["sa A"] = lab.type(A, "show crypto ipsec sa")
        say["loopback after"] = lab.type(B, "ping 10.15.15.15 source Loopback0")
        yield walk


def test_baseline_reaches_the_loopback_and_not_the_lan(walk: Walk) -> None:
    """Before any crypto the loopbacks talk and the LANs do not."""
    assert "!!!!!" in walk["baseline loopback"]
    assert "....." in walk["baseline lan"]
    assert "Success rate is 0 percent (0/5)" in walk["baseline lan"]
    assert "From 172.16.1.1" in walk["baseline pc"]
    assert "Destination Host Unreachable" in walk["baseline pc"]


def test_configuration_lines_are_accepted_without_a_word(walk: Walk) -> None:
    """Every line of LAB §3 is accepted on both gateways."""
    for gateway in ("config A", "config B"):
        assert "%" not in walk[gateway].replace("% NOTE: This new crypto map", "")


def test_before_traffic_all_counters_are_zero(walk: Walk) -> None:
    """The applied map lists its idents, counters 0, SPI 0x0; ISAKMP has no association."""
    before = walk["sa before"]
    assert "local  ident (addr/mask/prot/port): (172.16.1.0/255.255.255.0/0/0)" in before
    assert "#pkts encaps: 0, #pkts encrypt: 0, #pkts digest: 0" in before
    assert "current outbound spi: 0x0(0)" in before
    assert "QM_IDLE" not in walk["isakmp before"]


def test_first_ping_loses_one_packet_to_the_negotiation(walk: Walk) -> None:
    """`.!!!!` is what bringing a tunnel up looks like."""
    assert ".!!!!" in walk["first ping"]
    assert "Success rate is 80 percent (4/5)" in walk["first ping"]


def test_hosts_reach_each_other_through_the_tunnel(walk: Walk) -> None:
    """PC-B pings PC-A five times and hears five answers."""
    assert "5 packets transmitted, 5 received, 0% packet loss" in walk["pc ping"]


def test_both_gateways_count_alike(walk: Walk) -> None:
    """QM_IDLE, and encaps and decaps agree on both ends: 4 from the router, 5 from the PC."""
    assert "QM_IDLE" in walk["isakmp after"]
    for side in ("sa A", "sa B"):
        assert "#pkts encaps: 9, #pkts encrypt: 9, #pkts digest: 9" in walk[side]
        assert "#pkts decaps: 9, #pkts decrypt: 9, #pkts verify: 9" in walk[side]
    ours = re.search(r"current outbound spi: (0x[0-9A-F]+)\(", walk["sa B"])
    assert ours is not None
    assert f"spi: {ours.group(1)}(" in walk["sa A"]


@pytest.mark.needs("tshark")
def test_mirror_shows_cleartext_before_the_tunnel(walk: Walk) -> None:
    """A 100-byte ping between the loopbacks is a 114-byte frame on the sniffer, both ways."""
    sniffer = walk.lab.capture("sniffer")
    rows = shark.fields(sniffer, ["frame.len"], "icmp && ip.addr == 10.15.15.15")
    assert {row[0] for row in rows} == {"114"}
    assert len(rows) == 20, "five pings before the tunnel and five after, with their replies"


@pytest.mark.needs("tshark")
def test_mirror_shows_six_and_three_messages_and_then_esp(walk: Walk) -> None:
    """Exactly 6 main mode and 3 quick mode messages, and 202-byte ESP frames after them."""
    sniffer = walk.lab.capture("sniffer")
    assert shark.count(sniffer, "isakmp.exchangetype == 2") == 6
    assert shark.count(sniffer, "isakmp.exchangetype == 32") == 3
    sizes = [row[0] for row in shark.fields(sniffer, ["frame.len"], "esp")]
    assert sizes == ["202"] * 18


@pytest.mark.needs("tshark")
def test_no_link_carries_a_malformed_packet(walk: Walk) -> None:
    """tshark finds no malformed packet and no wrong checksum in any capture."""
    for link, path in walk.lab.facts["captures"].items():
        found = shark.fields(Path(path), ["frame.number", "_ws.col.Info"], shark.MALFORMED)
        assert not found, f"{link}: {found}"


@pytest.mark.needs("tshark")
def test_exported_keys_open_everything(walk: Walk) -> None:
    """With the lab's keys tshark reads IKE messages 5 and 6, quick mode and the inner ICMP."""
    sniffer, keys = walk.lab.capture("sniffer"), walk.lab.keys
    assert shark.count(sniffer, "isakmp.exchangetype == 2 && isakmp.typepayload == 5", keys) == 2
    assert shark.count(sniffer, "isakmp.exchangetype == 32 && isakmp.typepayload == 8", keys) == 3
    assert shark.count(sniffer, "esp && icmp", keys) == 18
    assert shark.count(sniffer, "esp.icv_good == 0 || esp.icv_bad == 1", keys) == 0


@pytest.mark.needs("tshark")
def test_labkit_decrypt_agrees_with_tshark(walk: Walk, tmp_path: Path) -> None:
    """`labkit decrypt` replaces every ESP packet by the inner packet tshark also sees."""
    import subprocess
    import sys

    clear = tmp_path / "clear.pcap"
    sniffer, keys = walk.lab.capture("sniffer"), walk.lab.keys
    command = [
        sys.executable,
        "-m",
        "labkit",
        "decrypt",
        str(sniffer),
        str(clear),
        "--keys",
        str(keys),
    ]
    subprocess.run(command, check=True, capture_output=True)
    inner = "icmp && (ip.addr == 192.168.1.1 || ip.addr == 192.168.1.10)"
    assert shark.count(clear, inner) == 18
    assert shark.count(clear, "esp") == 0


def test_no_lan_byte_is_in_the_clear_on_the_mirror(walk: Walk) -> None:
    """The pattern of the PC's ping appears on lan-b and nowhere in the provider."""
    pattern = bytes(range(0x30, 0x38))
    assert pattern in walk.lab.capture("lan-b").read_bytes()
    provider = [n for n in walk.lab.facts["captures"] if n[0] in "rs" or n.startswith("b-")]
    for link in provider:
        assert pattern not in walk.lab.capture(link).read_bytes(), link


def test_loopback_ping_stays_in_the_clear(walk: Walk) -> None:
    """Only what the ACL names is protected."""
    assert "!!!!!" in walk["loopback after"]


def test_secrets_file_has_the_agreed_form(walk: Walk) -> None:
    """secrets.json holds the IKE and ESP secrets in the documented keys and spelling."""
    secrets = json.loads((walk.lab.keys / "secrets.json").read_text())
    (ike,) = secrets["ike"]
    assert {"icookie", "rcookie", "initiator", "responder", "gxy", "skeyid"} <= ike.keys()
    assert ike["initiator"] == "198.51.100.2"
    assert ike["quick_modes"][0]["gxy"] is None
    assert {sa["src"] for sa in secrets["esp"]} == {"192.0.2.28", "198.51.100.2"}
    assert all(sa["cipher"] == "aes-cbc" for sa in secrets["esp"])
    assert all(sa["auth"] == "hmac-sha512-256" for sa in secrets["esp"])
    assert all(re.fullmatch(r"0x[0-9a-f]{8}", sa["spi"]) for sa in secrets["esp"])
