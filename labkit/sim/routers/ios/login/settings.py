"""Rows of users, secrets and terminal lines, and what they mean.

Must not know how somebody is asked.
"""

from __future__ import annotations

from typing import Any, Literal

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.model.facts import Access, LocalUser, Vty
from labkit.sim.routers.ios.configuring import Configuring
from labkit.sim.routers.ios.login import aaa, passwords
from labkit.sim.routers.ios.rows import Row, Setting

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


def _encryption(config: Configuring, match: Match[Any]) -> None:
    """From now on no password stands in clear; those that do are changed at once."""
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


GLOBAL: list[Row] = [
    Setting(
        "service password-encryption",
        21,
        key="service password-encryption",
        absent="no service password-encryption",
        then=_encryption,
    ),
    Setting(f"enable secret {PASSWORD}", 50, key="enable secret",
            text=lambda match: _hashed(match, "enable secret", True)),
    Setting(f"enable password {PASSWORD}", 50, key="enable password",
            text=lambda match: _hashed(match, "enable password", False), then=_cover),
    Setting("username <user:word> [privilege <level:0-15>] [( secret | password ) "
            f"{PASSWORD}]", 90, key="username {user}", act=_user),
    Setting("line <kind=aux|console> <first:0-0>", 270, key="line {kind} 0",
            enters="config-line",
            text=lambda match: f"line {str(match['kind'])[:3]} 0",
            sort=lambda match: ({"con": 0, "aux": 1}[str(match["kind"])[:3]], 0)),
    Setting("line vty <first:0-15> [<last:0-15>]", 270, key="line vty {first} {last}",
            enters="config-line", sort=lambda match: (2, match["first"]),
            check=lambda config, match: None),
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


# --------------------------------------------------------------------------- facts


def access(tree: Line) -> Access:
    secret = tree.find("enable secret") or tree.find("enable password")
    users = []
    for line in tree.under("username"):
        words = line.text.split()
        kept = " ".join(words[words.index("secret") + 1 :]) if "secret" in words else ""
        kept = kept or (" ".join(words[words.index("password") + 1 :]) if "password" in words
                        else "")  # fmt: skip
        users.append(LocalUser(words[1], kept, int(line.values.get("level") or 1)))
    lines = tree.under("line vty")
    return Access(
        tuple(users),
        _vty(tree, lines[0]) if lines else None,
        " ".join(secret.text.split()[2:]) if secret else None,
    )


_WAYS: dict[str, Literal["none", "line", "local", "enable"]] = {
    "local-case": "local", "local": "local", "line": "line", "none": "none", "enable": "enable",
}  # fmt: skip


def _vty(tree: Line, section: Line) -> Vty:
    login = section.find("login")
    way: Literal["none", "line", "local", "enable"] = "line"
    if aaa.enabled(tree):
        way = _WAYS[aaa.methods(tree, section)[0]]
    elif login is None or login.text.startswith("no "):
        way = "none"
    elif login.text.endswith("local"):
        way = "local"
    password = section.find("password")
    access = section.find("access-class in")
    return Vty(
        login=way,
        password=password.text.split(None, 1)[1] if password else None,
        transports=transports(section),
        acl_in=str(access.values["acl"]) if access else None,
        levels=not aaa.enabled(tree) or tree.find("aaa authorization exec default") is not None,
    )


def transports(section: Line) -> frozenset[str]:
    """What a terminal line lets in; nothing unless it was said (IOS 15.x: none)."""
    line = section.find("transport input")
    words = set(line.text.split()[2:]) if line else set()
    if "all" in words:
        return frozenset({"telnet", "ssh"})
    return frozenset(words - {"none"})
