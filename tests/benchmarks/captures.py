"""A capture of 100,000 packets: its first rows in the sniffer, against tshark over the whole file.

The list is what `Sniffer` shows: the file opened, indexed as far as is shown, 50 rows described.
Memory is that of a process with the widget, after a filter has looked at every packet.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

from labkit.capture.index import CaptureFile
from labkit.capture.packet_list import PacketList
from labkit.capture.pcap import PcapWriter
from labkit.protocols.wire import icmp, mpls
from labkit.protocols.wire.ethernet import ETHERTYPE_MPLS, Ethernet
from labkit.protocols.wire.ipv4 import ESP, ICMP, IPv4
from tests.benchmarks.measure import Comparison, Figures, Reading, Unavailable, seconds, take_turns
from tests.benchmarks.processes import ask

PACKETS, SHOWN = 100_000, 50
TIMES_AS_FAST, MEGABYTES = 5, 200
ROUNDS = 3
FIELDS = ("frame.number", "frame.time_relative", "ip.src", "ip.dst", "_ws.col.Protocol",
          "frame.len", "_ws.col.Info")  # fmt: skip
PROGRAM = """
import json
from tests.benchmarks.peak import peak_memory
from labkit.desk.sniffer.widget import Sniffer
sniffer = Sniffer(file={path!r}).show("esp and ip.addr == 192.0.2.28")
assert "50000 of 100000 packets" in sniffer.report(), sniffer.report()
print(json.dumps(peak_memory()))
"""


def rows() -> Iterator[Comparison]:
    """First rows, and memory."""
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder:
        path = Path(folder) / "many.pcap"
        write(path)
        yield Comparison(
            "first rows of 100,000 packets",
            "tshark -T fields, whole file",
            "s",
            Reading.SPEED,
            lambda: take_turns(
                lambda: seconds(lambda: first_rows(path)), lambda: _tshark(path), ROUNDS
            ),
            TIMES_AS_FAST,
        )
        yield Comparison(
            "peak memory, 100,000 packets filtered",
            f"the {MEGABYTES} MB it may take",
            "MB",
            Reading.COST,
            lambda: _memory(path),
            1,
        )


def write(path: Path) -> None:
    """Pings and ESP below two labels, by turns."""
    a, b = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")
    stack = mpls.encode_stack([mpls.Label(261137), mpls.Label(261133)])
    with PcapWriter(path) as writer:
        for number in range(PACKETS):
            if number % 2:
                data = b"\x18\xf5\x7d\xf2" + number.to_bytes(4, "big") + bytes(160)
                packet = IPv4(a, b, ESP, data, identification=number & 0xFFFF)
            else:
                data = icmp.echo_request(1, number & 0xFFFF, bytes(72)).encode()
                packet = IPv4(b, a, ICMP, data, identification=number & 0xFFFF)
            frame = Ethernet(bytes(6), bytes(6), ETHERTYPE_MPLS, stack + packet.encode())
            writer.write(number * 1000, frame.encode())


def first_rows(path: Path) -> None:
    """What is done before the first screenful is there."""
    file = CaptureFile(path)
    packets = PacketList({path.name: file})
    packets.grow(SHOWN)
    if len(packets.rows(0, SHOWN)) != SHOWN:
        raise RuntimeError("too few rows")
    file.close()


def _tshark(path: Path) -> float:
    program = shutil.which("tshark")
    if program is None:
        raise Unavailable("tshark is not installed")
    command = [program, "-n", "-r", str(path), "-Tfields", *(f"-e{each}" for each in FIELDS)]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def _memory(path: Path) -> Figures:
    peak = ask(PROGRAM.format(path=str(path)))
    if peak is None:
        raise Unavailable("this system does not tell a process its peak memory")
    return Figures(float(peak), MEGABYTES)
