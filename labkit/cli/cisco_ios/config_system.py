"""Rows of global configuration that are about the box: names, logins, lines, services.

Must not know what the settings do; `apply` reads the tree for that.
"""

from __future__ import annotations

from typing import Any

from labkit.cli.cisco_ios import passwords
from labkit.cli.cisco_ios.configuring import Configuring
from labkit.cli.cisco_ios.log import LEVELS
from labkit.cli.cisco_ios.rows import Command, Row, Setting
from labkit.cli.grammar import Match
from labkit.model.config import Line

RELEASE = "15.6"
LEVEL = ("<level=emergencies|alerts|critical|errors|warnings|notifications|informational"
         "|debugging> | <level:0-7>")  # fmt: skip
PASSWORD = "[<type:0-9>] <password:line>"


def _hashed(match: Match[Any], before: str, secret: bool) -> str:
    """`before` with the password as it is kept; a typed type 5 or 7 is kept as it stands."""
    kind, word = match.get("type"), str(match["password"]).strip()
    if kind in (5, 7, 8, 9):
        return f"{before} {kind} {word}"
    if secret:
        return f"{before} {passwords.kept_secret(word)}"
    return f"{before} {word}" if before in ("password", "enable password") else f"{before} 0 {word}"


def _encrypts(config: Configuring) -> bool:
    line = config.tree.find("service password-encryption")
    return line is not None and not line.text.startswith("no ")


def _cover(config: Configuring, match: Match[Any]) -> None:
    """A password just set, when passwords are to be encrypted."""
    line = config.section.find(match.row.line_key(match))
    if line is not None and _encrypts(config):
        line.text = _covered(line.text)


def _user(config: Configuring, match: Match[Any], negated: bool) -> None:
    name = match["user"]
    key = f"username {name}"
    if negated:
        config.tree.remove(key)
        config.device.changed()
        return
    old = config.tree.find(key)
    level = match.get("level")
    if level is None and old is not None:
        level = old.values.get("level")
    text = key + (f" privilege {level}" if level not in (None, 1) else "")
    if match.get("password") is not None:
        way = "secret" if match.said("secret") else "password"
        text = _hashed(match, f"{text} {way}", way == "secret")
    elif old is not None:
        words = old.text.split()
        keep = next((i for i, word in enumerate(words) if word in ("secret", "password")), None)
        text += "" if keep is None else " " + " ".join(words[keep:])
    values = {**match.values, "level": level}
    if _encrypts(config):
        text = _covered(text)
    config.tree.put(Line(text, key, (90,), values=values))
    config.device.changed()


def _banner(config: Configuring, match: Match[Any], negated: bool) -> None:
    if negated:
        if config.tree.remove(f"banner {match['kind']}"):
            config.device.changed()
    else:
        config.begin_banner(match["kind"], match["text"])


def _leveled(match: Match[Any]) -> str:
    """A line of `logging`, its level in words; the highest goes without saying."""
    words = [word for word in match.words if word != str(match.get("level"))]
    level = match.get("level")
    name = LEVELS[level] if isinstance(level, int) else level
    return " ".join([*words, *([] if name in (None, "debugging") else [str(name)])])


def _version(config: Configuring, match: Match[Any], negated: bool) -> None:
    """The release that wrote the configuration: every image writes its own."""
    if config.tree.find("version") is None:
        config.tree.put(Line(f"version {RELEASE}", "version", (10,)))


def _marker(config: Configuring, match: Match[Any], negated: bool) -> None:
    """Always there."""
    if config.tree.find(match.text) is None:
        config.set(match.row, match)


def _encryption(config: Configuring, match: Match[Any], negated: bool) -> None:
    """From now on no password stands in clear; those that do are changed at once."""
    if negated:
        config.unset(match.row, match)
        return
    config.set(match.row, match)
    for _, line in config.tree.walk():
        line.text = _covered(line.text)


def _covered(text: str) -> str:
    """A line with its clear password, if it has one, turned into type 7."""
    words = text.split()
    if words[:1] not in (["username"], ["password"], ["enable"]) or "password" not in words:
        return text
    at = words.index("password") + 1
    if words[at] == "7":
        return text
    start = at + 1 if words[at] == "0" else at
    coded = passwords.encode_7(" ".join(words[start:]))
    return " ".join([*words[:at], "7", coded])


SERVICE: list[Row] = [
    Setting("version <release:word>", 10, key="version", act=_version),
    Setting(
        "service timestamps <what=debug|log> "
        "[uptime | datetime { msec | localtime | show-timezone }*]",
        20,
        key="service timestamps {what}",
    ),
    Setting(
        "service password-encryption",
        21,
        key="service password-encryption",
        absent="no service password-encryption",
        act=_encryption,
    ),
    Setting("service sequence-numbers", 22, key="service sequence-numbers"),
    Setting("service tcp-keepalives-in", 19),
    Setting("service tcp-keepalives-out", 19),
    Setting("hostname <name:word>", 30, key="hostname", absent="hostname Router"),
    Setting("boot-start-marker", 40, act=_marker),
    Setting("boot-end-marker", 40, act=_marker),
    Setting("logging on", 44, absent="no logging on", default="logging on"),
    Setting(f"logging buffered [<size:4096-2147483647>] [{LEVEL}]",
            45, key="logging buffered", absent="no logging buffered", text=_leveled),
    Setting("logging rate-limit [console] [all] <rate:1-10000> [except <level=emergencies|alerts"
            "|critical|errors|warnings|notifications|informational|debugging>]",
            46, key="logging rate-limit"),
    Setting(f"logging console [{LEVEL}]", 46, text=_leveled,
            key="logging console", absent="no logging console", default="logging console"),
    Setting(f"logging monitor [{LEVEL}]", 46, text=_leveled,
            key="logging monitor", absent="no logging monitor", default="logging monitor"),
    Setting(f"enable secret {PASSWORD}", 50, key="enable secret",
            text=lambda match: _hashed(match, "enable secret", True)),
    Setting(f"enable password {PASSWORD}", 50, key="enable password",
            text=lambda match: _hashed(match, "enable password", False), then=_cover),
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
    Setting("username <user:word> [privilege <level:0-15>] [( secret | password ) "
            f"{PASSWORD}]", 90, key="username {user}", act=_user),
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
    Setting(f"logging trap [{LEVEL}]", 224, key="logging trap", text=_leveled,
            absent="no logging trap", default="logging trap informational"),
    Setting("logging facility <facility=local0|local1|local2|local3|local4|local5|local6|local7"
            "|syslog|user>", 224, key="logging facility", default="logging facility local7"),
    Setting("logging source-interface <interface:interface>", 224,
            key="logging source-interface"),
    Setting("logging host <host:ipv4>", 225, key="logging host {host}"),
    Setting("logging <host:ipv4>", 225, key="logging host {host}",
            text=lambda match: f"logging host {match['host']}"),
    Setting("cdp run", 228, key="cdp run", absent="no cdp run", default="cdp run"),
    Setting("control-plane", 250, enters="config-cp"),
    Setting("banner <kind=exec|login|motd> <text:line>", 260, key="banner {kind}", act=_banner),
    Setting("line <kind=aux|console> <first:0-0>", 270, key="line {kind} 0",
            enters="config-line",
            text=lambda match: f"line {str(match['kind'])[:3]} 0",
            sort=lambda match: ({"con": 0, "aux": 1}[str(match["kind"])[:3]], 0)),
    Setting("line vty <first:0-15> [<last:0-15>]", 270, key="line vty {first} {last}",
            enters="config-line", sort=lambda match: (2, match["first"]),
            check=lambda config, match: None),
    Setting("scheduler allocate", 280, key="scheduler allocate",
            absent="no scheduler allocate"),
]  # fmt: skip

LINE: list[Row] = [
    Setting("access-class <acl:word> <direction=in|out>", 10, key="access-class {direction}"),
    Setting("exec-timeout <minutes:0-35791> [<seconds:0-2147483>]", 20, key="exec-timeout",
            text=lambda match: f"exec-timeout {match['minutes']} {match.get('seconds', 0)}",
            default="exec-timeout 10 0"),
    Setting("privilege level <level:0-15>", 30, key="privilege level",
            default="privilege level 1"),
    Setting(f"password {PASSWORD}", 40, key="password",
            text=lambda match: _hashed(match, "password", False), then=_cover),
    Setting("logging synchronous", 50),
    Setting("stopbits <bits:1-2>", 70, key="stopbits"),
    Setting("length <lines:0-512>", 72, key="length", default="length 24"),
    Setting("width <columns:0-512>", 73, key="width", default="width 80"),
    Setting("transport preferred <what=none|telnet|ssh>", 78, key="transport preferred"),
    Setting("transport input ( <what=all|none> | <ways=telnet|ssh> [<more=telnet|ssh>] )", 80,
            key="transport input"),
    Setting("transport output <what=all|none|telnet|ssh>", 81, key="transport output",
            default="transport output all"),
]  # fmt: skip

STEERING: list[Row] = [
    Command("exit", free=False),
    Command("end"),
    Command("do <line:line>"),
]
"""In every mode of configuration; the shell does them."""
