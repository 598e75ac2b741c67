"""What tshark says of frames: which ones its display filters choose, and where its fields lie."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from labkit.capture.dissect import dissect
from labkit.capture.pcap import PcapWriter

# No packet is put together from several frames: each frame speaks for itself.
OPTIONS = ["-n", "-oip.defragment:FALSE", "-otcp.desegment_tcp_streams:FALSE"]
_ROW = re.compile(r"^\|\s*(\d+) <>\s*(?:\d+|Dur)\s*\|\s*(\d+)\s*\|", re.MULTILINE)


def chosen(
    tshark: str, frames: Sequence[bytes], filters: Sequence[str], folder: Path
) -> list[list[int]]:
    """For each filter the numbers, from 1, of the frames that Wireshark chooses.

    One run for all filters: the frames lie a second apart, and tshark counts by the second.
    """
    path = folder / "seconds.pcap"
    with PcapWriter(path) as writer:
        for second, frame in enumerate([*frames, bytes(60)]):  # the last second is not counted
            writer.write(second * 1_000_000, frame)
    options = [*OPTIONS, *pseudowires(frames)]
    statistics = [f"-zio,stat,1,{each}" for each in filters]
    done = subprocess.run(
        [tshark, *options, "-q", "-r", str(path), *statistics],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    tables = done.stdout.split("| IO Statistics")[1:]
    assert len(tables) == len(filters), done.stderr
    found = [
        [
            int(second) + 1
            for second, count in _ROW.findall(table)
            if int(count) and int(second) < len(frames)
        ]
        for table in tables
    ]
    found.reverse()  # tshark prints the last one first
    return found


def pseudowires(frames: Sequence[bytes]) -> list[str]:
    """What tshark must be told: by first nibbles alone it takes a virtual MAC for a control word.

    Which labels carry Ethernet is known to whoever configured them; we know them by what fits.
    """
    found = set()
    for frame in frames:
        layers = dissect(frame).layers
        for outer, inner in pairwise(layers):
            if (outer.protocol, inner.protocol) == ("mpls", "eth"):
                found.add(outer.fields[0].value)
    return [f"-dmpls.label=={label},pwethnocw" for label in sorted(found)]


def fields(
    tshark: str, path: Path, options: Sequence[str] = ()
) -> Iterator[set[tuple[str, int, int]]]:
    """For each frame every field of Wireshark's: (name, first byte, number of bytes)."""
    done = subprocess.run(
        [tshark, *OPTIONS, *options, "-r", str(path), "-Tpdml"],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    for packet in ElementTree.fromstring(done.stdout).iter("packet"):
        yield {
            (each.get("name", ""), int(each.get("pos", -1)), int(each.get("size", -1)))
            for each in packet.iter("field")
        }


def known_fields(tshark: str) -> dict[str, str]:
    """Every field that Wireshark knows, and its type (FT_UINT8 …)."""
    done = subprocess.run([tshark, "-G", "fields"], capture_output=True, text=True, check=True)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {row[2]: row[3] for row in rows if row[0] == "F"}
