"""Rows of `aaa`: lists of methods for logging in, and whether a user's level counts.

`aaa new-model` takes the place of `login` on every line.  Only local methods: there is no RADIUS
or TACACS+ server in the lab.  Must not know how somebody is asked.
"""

from __future__ import annotations

from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.routers.ios.configuring import BadWord, Configuring, MissingWords
from labkit.sim.routers.ios.rows import Row, Setting

_METHOD = "local|local-case|enable|line|none"
_METHODS = f"<m1={_METHOD}> [<m2={_METHOD}> [<m3={_METHOD}> [<m4={_METHOD}>]]]"


def enabled(tree: Line) -> bool:
    """Whether `aaa new-model` is in force."""
    line = tree.find("aaa new-model")
    return line is not None and not line.text.startswith("no ")


def methods(tree: Line, section: Line) -> list[str]:
    """How somebody on this line proves who they are; `local` unless a list says otherwise."""
    chosen = section.find("login authentication")
    name = str(chosen.values["list"]) if chosen is not None else "default"
    found = tree.find(f"aaa authentication login {name}")
    return found.text.split()[4:] if found is not None else ["local"]


def _new_model(config: Configuring, match: Match[Any], negated: bool) -> None:
    if negated:
        for line in list(config.tree.under("aaa")):
            config.tree.remove(line.key)
        for section in config.tree.under("line"):
            section.remove("login authentication")
        config.unset(match.row, match)
        for section in config.tree.under("line vty"):
            if section.find("login") is None:
                section.put(Line("login", "login", (60,)))
        config.device.changed()
        return
    config.set(match.row, match)
    config.tree.put(Line("aaa session-id common", "aaa session-id", (63,)))
    for section in config.tree.under("line"):
        section.remove("login")


def _session_id(config: Configuring, match: Match[Any], negated: bool) -> None:
    if enabled(config.tree):
        kind = "common" if negated else match["kind"]
        config.tree.put(Line(f"aaa session-id {kind}", "aaa session-id", (63,)))
        config.device.changed()


def _on(config: Configuring, match: Match[Any]) -> str | None:
    """These words exist only under `aaa new-model`."""
    if not enabled(config.tree):
        raise BadWord(1)
    return None


def _login_off(config: Configuring, match: Match[Any]) -> str | None:
    """`login` and `login local` exist only without it."""
    if enabled(config.tree):
        if match.get("local"):
            raise BadWord(1)
        raise MissingWords
    return None


GLOBAL: list[Row] = [
    Setting("aaa new-model", 60, key="aaa new-model", absent="no aaa new-model", act=_new_model),
    Setting(f"aaa authentication login <list:word> {_METHODS}", 61,
            key="aaa authentication login {list}", check=_on),
    Setting(f"aaa authentication login <list=default> {_METHODS}", 61,
            key="aaa authentication login {list}", check=_on),
    Setting("aaa authorization exec <list=default> local [if-authenticated]", 62,
            key="aaa authorization exec {list}", check=_on),
    Setting("aaa authorization console", 62, check=_on),
    Setting("aaa session-id <kind=common|unique>", 63, key="aaa session-id", check=_on,
            act=_session_id),
]  # fmt: skip
LINE: list[Row] = [
    Setting("login [<local=local>]", 60, key="login", absent="no login", check=_login_off,
            text=lambda match: "login local" if match.get("local") else "login"),
    Setting("login authentication <list:word>", 60, key="login authentication", check=_on,
            default="login authentication default"),
]  # fmt: skip
