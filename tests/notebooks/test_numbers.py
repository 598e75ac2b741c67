"""Numbers in the notebooks' prose are those of the lab, counted and measured anew."""

from __future__ import annotations

import re

import pytest

from labkit.course.observer import InProcess
from labkit.course.parsers.frames import between, seen
from labkit.desk.bytes.model import Packing, account
from labkit.protocols import esp
from labkit.protocols.ike.dh import GROUPS, Ecp, Modp
from labkit.resources import notebooks
from labkit.sim.lab.lab import Lab
from tests.notebooks.style import cells, source
from tests.notebooks.test_style import read

B = "Site-B-GW-Router"
WORDS = {"four": 4, "five": 5, "six": 6, "nine": 9}
Measured = dict[str, float]

# (notebook, prose with groups for its numbers, the names of what was measured)
CLAIMS = [
    ("00", r"(\d+) bytes have become (\d+), from gateway to gateway", ["clear", "sealed"]),
    ("00", r"that is \*\*ISAKMP\*\*, (\w+) messages", ["messages"]),
    ("02", r"\| b-primary \| (\d+) \| 14 Ethernet \+ (\d+) IP", ["b-primary", "ping"]),
    ("02", r"\| r2-r6 \| (\d+) \| two labels of (\d+) bytes", ["r2-r6", "label"]),
    ("02", r"\| r1-r2 \| (\d+) \|", ["r1-r2"]),
    ("02", r"\| a-access \| (\d+) \|", ["a-access"]),
    ("02", r"silent for ([\d.]+) seconds, R3 takes over", ["takeover"]),
    ("03", r"R3 took over after ([\d.]+) seconds", ["takeover"]),
    ("05", r"\*\*group 5\*\*, which this tunnel uses, has (\d+) bits", ["group 5"]),
    ("05", r"its public value takes (\d+) bytes on the wire, not (\d+)", ["curve", "group 15"]),
    ("06", r"It set off (\w+) ISAKMP messages", ["messages"]),
    ("06", r"The public number has (\d+) bits", ["group 5"]),
    ("08", r"SHA-512, of which ESP keeps the first (\d+) bits", ["icv bits"]),
    ("08", r"(\w+) packets went in, \w+\s+answers came out", ["answers"]),
    ("09", r"frame of (\d+) bytes on LAN B .* and of (\d+) on the mirror", ["clear", "sealed"]),
    ("09", r"= (\d+)\. Only the padding depends on the packet", ["added"]),
    ("09", r"of which RFC 4868 keeps the first (\d+) bits", ["icv bits"]),
    ("09", r"then ESP, (\d+) bytes of IP each way", ["sealed ip"]),
]


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Frames of a ping on the links it crosses, in the clear and through the tunnel, and more."""
    found: Measured = {"ping": 100, "label": 4, "takeover": round(3 + (256 - 100) / 256, 1)}
    with Lab("baseline") as lab:
        observer = InProcess(lab)
        observer.run(B, "ping 10.15.15.15 source Loopback0")
        for link in ("b-primary", "r2-r6", "r1-r2", "a-access"):
            (found[link],) = {
                len(each.data) for each in between(seen(observer.frames(link)), "ICMP")
            }
    with Lab("crypto-map") as lab:
        observer = InProcess(lab)
        observer.run(B, "ping 192.168.1.1 source GigabitEthernet0/0")
        frames = seen(observer.frames("sniffer"))
        found["messages"] = len(between(frames, "ISAKMP"))
        (found["sealed"],) = {len(each.data) for each in between(frames, "ESP")}
        found["answers"] = len(between(frames, "ESP", source="192.0.2.28"))
    found["clear"] = found["b-primary"]
    found["added"] = found["sealed"] - found["clear"]
    found["sealed ip"] = found["sealed"] - 14
    found["icv bits"] = esp.INTEGRITY["esp-sha512-hmac"].icv * 8
    group, curve, long = GROUPS[5], GROUPS[19], GROUPS[15]
    assert isinstance(group, Modp) and isinstance(curve, Ecp) and isinstance(long, Modp)
    found |= {"group 5": group.bits, "curve": 2 * curve.bits // 8, "group 15": long.bits // 8}
    return found


def prose(number: str) -> str:
    (path,) = notebooks().glob(f"{number}_*.ipynb")
    return "\n\n".join(source(cell) for cell in cells(read(path), "markdown"))


@pytest.mark.parametrize(("number", "claim", "names"), CLAIMS)
def test_a_number_in_prose_is_what_the_lab_shows(
    measured: Measured, number: str, claim: str, names: list[str]
) -> None:
    match = re.search(claim, prose(number))
    assert match, f"notebook {number} no longer says it: drop or mend the claim"
    said = [WORDS.get(word.lower()) or float(word) for word in match.groups()]
    assert said == [measured[name] for name in names]


def test_the_table_of_the_88_bytes_is_the_account_of_the_frame() -> None:
    """Each row of notebook 09's table, and the sum below it."""
    rows = [int(each) for each in re.findall(r"^\| (\d+) \|", prose("09"), re.MULTILINE)]
    added = account(Packing(transform="esp-aes 256 esp-sha512-hmac", mode="tunnel", size=100))
    ours = {"outer IP header", "ESP header", "IV", "padding", "ESP trailer", "ICV"}
    assert rows == [part.size for part in added.after[0] if part.name in ours]
    total = re.search(r"((?:\d+ \+ )+\d+) = 88", prose("09"))
    assert total and [int(each) for each in total[1].split(" + ")] == rows and sum(rows) == 88
