"""Rows of access lists, access-control entries in canonical form, and what they mean.

IOS zeroes the address bits that the wildcard does not care for, writes `host` and `any` for the
two ends of the range, and numbers entries by tens.  A running configuration shows no numbers.
Must not know what an access list is used for.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any, Literal, cast

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.model.facts import ANY, Ace, Acl, PortMatch, Wildcard
from labkit.sim.routers.ios.configuring import Configuring, MissingWords, Refusal
from labkit.sim.routers.ios.kinds import ICMP_MESSAGES, PROTOCOLS
from labkit.sim.routers.ios.rows import Row, Setting

Operator = Literal["eq", "neq", "lt", "gt", "range"]
LAST = 2_147_483_647
"""The highest number of an entry."""


def _end(name: str) -> str:
    return (f"( <{name}_word=any> | host <{name}_host:ipv4> "
            f"| <{name}:ipv4> <{name}_wildcard:wildcard> )")  # fmt: skip


def _ports(name: str, kind: str) -> str:
    return (f"[<{name}_op=eq|neq|lt|gt> <{name}_port:{kind}> "
            f"| <{name}_op=range> <{name}_port:{kind}> <{name}_to:{kind}>]")  # fmt: skip


_BOTH = f"{_end('source')} {_end('destination')}"
_LOG = "[<log=log|log-input>]"
_EXTENDED = [
    f"<protocol=ip|esp|ahp|gre|ospf|eigrp|igmp|pim> {_BOTH} {_LOG}",
    f"<protocol:0-255> {_BOTH} {_LOG}",
    f"<protocol=icmp> {_BOTH} [<icmp:icmp-message> | <icmp_type:0-255> [<icmp_code:0-255>]] {_LOG}",
    *[
        f"<protocol={word}> {_end('source')} {_ports('source', word + '-port')} "
        f"{_end('destination')} {_ports('destination', word + '-port')} "
        f"{'[<established=established>] ' if word == 'tcp' else ''}{_LOG}"
        for word in ("tcp", "udp")
    ],
]
_STANDARD = (
    "( <source_word=any> | host <source_host:ipv4> | <source:ipv4> [<source_wildcard:wildcard>] )"
    " [<log=log>]"
)


def _end_text(match: Match[Any], name: str) -> str:
    if match.get(f"{name}_word"):
        return "any"
    if match.get(f"{name}_host"):
        return f"host {match[f'{name}_host']}"
    mask = int(match.get(f"{name}_wildcard") or 0)
    address = IPv4Address(int(match[name]) & ~mask & 0xFFFFFFFF)
    if mask == 0xFFFFFFFF:
        return "any"
    return f"host {address}" if mask == 0 else f"{address} {IPv4Address(mask)}"


def _ports_text(match: Match[Any], name: str) -> str:
    if not match.get(f"{name}_op"):
        return ""
    to = match.get(f"{name}_to")
    return f" {match[f'{name}_op']} {match[f'{name}_port']}" + (f" {to}" if to is not None else "")


def entry_text(match: Match[Any], extended: bool) -> str:
    """An entry without its number, as IOS keeps it."""
    if match.get("remark") is not None:
        return f"remark {match['remark']}"
    if not extended:
        end = _end_text(match, "source").removeprefix("host ")
        return f"{match['action']} {end:<7}".rstrip() + _last(match)
    text = f"{match['action']} {match['protocol']} {_end_text(match, 'source')}"
    text += _ports_text(match, "source") + " " + _end_text(match, "destination")
    text += _ports_text(match, "destination")
    for name in ("icmp", "icmp_type", "icmp_code", "established"):
        text += f" {match[name]}" if match.get(name) is not None else ""
    return text + _last(match)


def _last(match: Match[Any]) -> str:
    return f" {match['log']}" if match.get("log") else ""


# ------------------------------------------------------------------------- named lists


def _add(config: Configuring, section: Line, match: Match[Any], extended: bool) -> None:
    text, sequence = entry_text(match, extended), match.get("sequence")
    used = {int(line.order[0]): line for line in section.children if not _is_remark(line.text)}
    if sequence is None:
        if any(line.text == text for line in used.values()):
            return
        sequence = max(used, default=0) + 10
        if sequence > LAST:
            raise Refusal("% Access list sequence number exceeds the maximum\n")
    elif sequence in used:
        if used[sequence].text != text:
            raise Refusal("% Duplicate sequence number\n")
        return
    if _is_remark(text):
        sequence = max(used, default=0)
        section.children.append(Line(text, f"{text} #{len(section.children)}", (sequence, 1)))
    else:
        key = str(sequence)
        section.put(Line(text, key, (sequence, 0), values=dict(match.values)))
    config.device.changed()


def _is_remark(text: str) -> bool:
    return text.startswith("remark ")


def _remove(config: Configuring, section: Line, match: Match[Any], extended: bool) -> None:
    if match.get("action") is None and match.get("remark") is None:
        gone = [line for line in section.children if line.key == str(match["sequence"])]
    else:
        text = entry_text(match, extended)
        gone = [line for line in section.children if line.text == text]
    if not gone and match.get("remark") is None:
        raise Refusal("%Warning: access-list entry does not exist\n")
    config.take_out(section, gone)


def _named(extended: bool) -> Any:
    def act(config: Configuring, match: Match[Any], negated: bool) -> None:
        if negated:
            _remove(config, config.section, match, extended)
        else:
            if match.get("action") is None and match.get("remark") is None:
                raise MissingWords
            _add(config, config.section, match, extended)

    return act


def _list(config: Configuring, match: Match[Any], negated: bool) -> None:
    row, kind, name = match.row, match["kind"], match["name"]
    other = "standard" if kind == "extended" else "extended"
    if negated:
        config.unset(row, match)
        config.take_out(config.tree, config.tree.under(f"access-list {name}"))
        return
    if name.isascii() and name.isdecimal() and (kind == "extended") != (100 <= int(name) <= 199):
        raise Refusal("% Invalid access list name.\n")
    if config.tree.find(f"ip access-list {other} {name}") is not None:
        raise Refusal(f"% A named {other} IP access list with this name already exists\n")
    config.set(row, match)


def _resequence(config: Configuring, match: Match[Any], negated: bool) -> None:
    for kind in ("extended", "standard"):
        section = config.tree.find(f"ip access-list {kind} {match['name']}")
        if section is None:
            continue
        sequence = match["start"]
        for line in section.children:
            if _is_remark(line.text):
                continue
            line.key, line.order = str(sequence), (sequence, 0)
            sequence += match["step"]
        config.device.changed()


# ------------------------------------------------------------------------- numbered lists


def _numbered(extended: bool) -> Any:
    def act(config: Configuring, match: Match[Any], negated: bool) -> None:
        number = match["number"]
        if negated:
            config.take_out(config.tree, config.tree.under(f"access-list {number}"))
            return
        if match.get("action") is None and match.get("remark") is None:
            raise MissingWords
        text = f"access-list {number} {entry_text(match, extended)}"
        place = len(config.tree.under(f"access-list {number}"))
        if config.tree.find(text) is None:
            config.tree.put(Line(text, text, (240, number, place), values=dict(match.values)))
            config.device.changed()

    return act


_ACTION = "<action=permit|deny>"
EXTENDED: list[Row] = [
    *[Setting(f"[<sequence:1-2147483647>] {_ACTION} {syntax}", act=_named(True))
      for syntax in _EXTENDED],
    Setting("<sequence:1-2147483647>", act=_named(True)),
    Setting("remark <remark:line>", act=_named(True)),
]  # fmt: skip
STANDARD: list[Row] = [
    Setting(f"[<sequence:1-2147483647>] {_ACTION} {_STANDARD}", act=_named(False)),
    Setting("<sequence:1-2147483647>", act=_named(False)),
    Setting("remark <remark:line>", act=_named(False)),
]
GLOBAL: list[Row] = [
    Setting("ip access-list <kind=extended> <name:word>", 210, key="ip access-list {kind} {name}",
            enters="config-ext-nacl", act=_list),
    Setting("ip access-list <kind=standard> <name:word>", 210, key="ip access-list {kind} {name}",
            enters="config-std-nacl", act=_list, sort=None),
    Setting("ip access-list resequence <name:word> <start:1-2147483647> <step:1-2147483647>",
            act=_resequence),
    *[Setting(f"access-list <number:100-199> {_ACTION} {syntax}", 240, act=_numbered(True))
      for syntax in _EXTENDED],
    Setting(f"access-list <number:1-99> {_ACTION} {_STANDARD}", 240, act=_numbered(False)),
    Setting("access-list <number:1-199> remark <remark:line>", 240, act=_numbered(False)),
    Setting("access-list <number:1-199>", 240, act=_numbered(False)),
]  # fmt: skip


# ------------------------------------------------------------------------- facts


def acls(tree: Line) -> tuple[Acl, ...]:
    """Every access list that has been named, in the order of the configuration."""
    found: dict[str, Acl] = {}
    for section in tree.under("ip access-list"):
        _, _, kind, name = section.text.split()
        extended = kind == "extended"
        entries = tuple(
            entry(line.values, int(line.order[0]), extended)
            for line in section.children
            if not line.text.startswith("remark")
        )
        found[name] = Acl(name, entries, extended)
    for line in tree.under("access-list"):
        name = line.text.split()[1]
        extended = 100 <= int(name) <= 199
        acl = found.get(name, Acl(name, (), extended))
        if line.values.get("action"):
            sequence = acl.entries[-1].sequence + 10 if acl.entries else 10
            acl = Acl(name, (*acl.entries, entry(line.values, sequence, extended)), extended)
        found[name] = acl
    return tuple(found.values())


def entry(values: dict[str, Any], sequence: int, extended: bool) -> Ace:
    """One access-control entry from the values of its line."""
    permit, log = values["action"] == "permit", bool(values.get("log"))
    source = _wildcard(values, "source")
    if not extended:
        return Ace(sequence, permit, source=source, log=log)
    word = values["protocol"]
    icmp_type, icmp_code = values.get("icmp_type"), values.get("icmp_code")
    if values.get("icmp"):
        icmp_type, icmp_code = ICMP_MESSAGES[values["icmp"]]
    return Ace(
        sequence,
        permit,
        protocol=word if isinstance(word, int) else PROTOCOLS[word],
        source=source,
        destination=_wildcard(values, "destination"),
        source_port=_port_match(values, "source"),
        destination_port=_port_match(values, "destination"),
        icmp_type=icmp_type,
        icmp_code=icmp_code,
        established=bool(values.get("established")),
        log=log,
    )


def _wildcard(values: dict[str, Any], name: str) -> Wildcard:
    if values.get(f"{name}_word"):
        return ANY
    host = values.get(f"{name}_host")
    if host is not None:
        return Wildcard(host, IPv4Address(0))
    mask = values.get(f"{name}_wildcard") or IPv4Address(0)
    return Wildcard(IPv4Address(int(values[name]) & ~int(mask) & 0xFFFFFFFF), mask)


def _port_match(values: dict[str, Any], name: str) -> PortMatch | None:
    operator = values.get(f"{name}_op")
    if operator is None:
        return None
    to = values.get(f"{name}_to")
    ports = (int(values[f"{name}_port"]), *([] if to is None else [int(to)]))
    return PortMatch(cast(Operator, operator), ports)
