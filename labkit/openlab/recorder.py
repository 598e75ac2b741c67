"""A scenario on the running lab becomes a folder: captures, keys, logs and where it came from.

`<point>.pcap` as tcpdump wrote it, `keys/` as `labkit.capture.keys` writes it, for each gateway
what it was told (`NODE.swanctl`) and what it logged (`NODE.log`), and `provenance.yaml`
(versions, date, what was typed, what it printed, SHA-256 of every file).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import yaml

from labkit import __version__
from labkit.capture.keys import Secrets, write_keys
from labkit.capture.recordings import PROVENANCE
from labkit.openlab import charon_log, network
from labkit.openlab.guest import Guest
from labkit.openlab.rootfs import packages
from labkit.openlab.scenarios import Scenario

NAMED = ("frr", "strongswan-charon", "user-mode-linux", "iproute2", "tcpdump")


def record(guest: Guest, scenario: Scenario, target: Path) -> None:
    """Have the guest do it, and make the recording's folder anew of what comes out.

    Raises OpenLabError, OSError.
    """
    if scenario.gateways is not None:
        guest.write(network.gateways(scenario.id, scenario.gateways))
    printed = guest.do(scenario.script())
    out = guest.run_folder / "out" / scenario.id
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for point in scenario.points:
        shutil.copyfile(out / f"{point}.pcap", target / f"{point}.pcap")
    write_keys(target / "keys", keys(out))
    if scenario.gateways is not None:
        for node in network.GATEWAYS:
            shutil.copyfile(out / f"{node}.log", target / f"{node}.log")
            told = guest.run_folder / "gateways" / scenario.id / f"{node}.swanctl"
            shutil.copyfile(told, target / f"{node}.swanctl")
    facts = provenance(guest, scenario, target, printed)
    text = yaml.dump(facts, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96)
    (target / PROVENANCE).write_text(text, encoding="utf-8")


def keys(out: Path) -> Secrets:
    """The keys out of both gateways' logs; none where no strongSwan ran."""
    logs = []
    for node in network.GATEWAYS:
        path = out / f"{node}.keys"
        if path.is_file():
            ends = network.ENDS[node]
            text = path.read_text(errors="replace")
            logs.append((text, IPv4Address(ends["local"]), IPv4Address(ends["remote"])))
    return charon_log.secrets(logs)


def provenance(guest: Guest, scenario: Scenario, target: Path, printed: str) -> Mapping[str, Any]:
    """Where a recording comes from, in words and figures."""
    versions = packages(guest.folder)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    return {
        "title": scenario.title,
        "recorded": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "made_by": f"labkit {__version__}, labkit openlab record {scenario.id}",
        "versions": {
            **{name: versions[name] for name in NAMED},
            "kernel": (guest.run_folder / "kernel").read_text().strip(),
        },
        "points": {point: f"at {network.tap(point)}" for point in scenario.points},
        "commands": [*scenario.before, *scenario.commands],
        "printed": printed,
        "sha256": {
            path.relative_to(target).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as one, line by line."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
