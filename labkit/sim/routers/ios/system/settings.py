"""Rows of global configuration that are about the box: names, services, what is always there.

Must not know what the settings do.
"""

from __future__ import annotations

from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.routers.ios.configuring import Configuring
from labkit.sim.routers.ios.rows import Command, Row, Setting

RELEASE = "15.6"


def _banner(config: Configuring, match: Match[Any], negated: bool) -> None:
    if negated:
        if config.tree.remove(f"banner {match['kind']}"):
            config.device.changed()
    else:
        config.begin_banner(match["kind"], match["text"])


def _version(config: Configuring, match: Match[Any], negated: bool) -> None:
    """The release that wrote the configuration: every image writes its own."""
    if config.tree.find("version") is None:
        config.tree.put(Line(f"version {RELEASE}", "version", (10,)))


def _marker(config: Configuring, match: Match[Any], negated: bool) -> None:
    """Always there."""
    if config.tree.find(match.text) is None:
        config.set(match.row, match)


GLOBAL: list[Row] = [
    Setting("version <release:word>", 10, key="version", act=_version),
    Setting("service tcp-keepalives-in", 19),
    Setting("service tcp-keepalives-out", 19),
    Setting("hostname <name:word>", 30, key="hostname", absent="hostname Router"),
    Setting("boot-start-marker", 40, act=_marker),
    Setting("boot-end-marker", 40, act=_marker),
    Setting("ip icmp rate-limit unreachable [<interval:1-4294967295>]", 68,
            key="ip icmp rate-limit unreachable",
            default="ip icmp rate-limit unreachable",
            absent="no ip icmp rate-limit unreachable"),
    Setting("ip domain lookup", 70, key="ip domain lookup", absent="no ip domain lookup",
            default="ip domain lookup"),
    Setting("ip domain-lookup", 70, key="ip domain lookup", absent="no ip domain lookup",
            default="ip domain lookup", text=lambda match: "ip domain lookup"),
    Setting("ip domain name <name:word>", 71, key="ip domain name"),
    Setting("ip host <name:word> <address:ipv4>", 72, key="ip host {name}"),
    Setting("ip domain-name <name:word>", 71, key="ip domain name",
            text=lambda match: f"ip domain name {match['name']}"),
    Setting("ip cef", 72, key="ip cef", absent="no ip cef"),
    Setting("ipv6 unicast-routing", 73, key="ipv6 unicast-routing",
            check=lambda config, match: "% IPv6 is not part of this lab"),
    Setting("ipv6 cef", 74, key="ipv6 cef", absent="no ipv6 cef",
            check=lambda config, match: "%Must enable ipv6 unicast-routing first."),
    Setting("multilink bundle-name authenticated", 80),
    Setting("redundancy", 100, enters="config-red"),
    Setting("ip tcp synwait-time <seconds:5-300>", 110, key="ip tcp synwait-time"),
    Setting("ip ssh version <version:1-2>", 111, key="ip ssh version"),
    Setting("ip ssh time-out <seconds:1-120>", 110, key="ip ssh time-out",
            default="ip ssh time-out 120"),
    Setting("ip ssh authentication-retries <tries:0-5>", 110,
            key="ip ssh authentication-retries", default="ip ssh authentication-retries 3"),
    Setting("ip forward-protocol nd", 170, key="ip forward-protocol nd"),
    Setting("ip http server", 180, key="ip http server", absent="no ip http server"),
    Setting("ip http secure-server", 181, key="ip http secure-server",
            absent="no ip http secure-server"),
    Setting("cdp run", 228, key="cdp run", absent="no cdp run", default="cdp run"),
    Setting("control-plane", 250, enters="config-cp"),
    Setting("banner <kind=exec|login|motd> <text:line>", 260, key="banner {kind}", act=_banner),
    Setting("scheduler allocate", 280, key="scheduler allocate",
            absent="no scheduler allocate"),
]  # fmt: skip


STEERING: list[Row] = [
    Command("exit", free=False),
    Command("end"),
    Command("do <line:line>"),
]
"""In every mode of configuration; the shell does them."""
