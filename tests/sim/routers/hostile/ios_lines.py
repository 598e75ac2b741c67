"""Lines of IOS's grammar, mode by mode, with values of the right kinds."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from labkit.sim.grammar import Kind
from labkit.sim.grammar.syntax import Choice, Keyword, Options, Term, Value, compile_syntax
from labkit.sim.routers.ios.kinds import ICMP_MESSAGES, KINDS
from labkit.sim.routers.ios.rows import Row
from labkit.sim.routers.ios.shell import IosShell
from labkit.sim.routers.ios.subjects import MODES, exec_mode
from tests.sim.routers.hostile import typist

INTERFACES = ("GigabitEthernet0/0", "gi0/1", "GigabitEthernet 0/2", "lo0", "Loopback 7", "Null0",
              "gi0/9", "Tunnel1")  # fmt: skip


def line(random: Random, shell: IosShell) -> str:
    """What somebody at this shell's prompt might type."""
    if random.random() < 0.04:
        return typist.nonsense(random)
    return typist.spoil(random, _whole(random, shell))


def _whole(random: Random, shell: IosShell) -> str:
    if shell.configuring is None:
        if random.random() < 0.35:
            return "configure terminal"
        return _row(random, exec_mode(shell.privilege).rows)
    dice = random.random()
    if dice < 0.08:
        return "do " + _row(random, exec_mode(15).rows)
    rows = shell.configuring.mode.rows if dice < 0.75 else MODES["config"].rows
    verb = random.choice(("", "", "", "", "no ", "no ", "default "))
    return verb + _row(random, rows)


def _row(random: Random, rows: Sequence[Row]) -> str:
    row = random.choice(rows)
    return " ".join(_words(random, compile_syntax(row.syntax, KINDS)))


def _words(random: Random, rest: Sequence[Term]) -> list[str]:
    words: list[str] = []
    for node in rest:
        if isinstance(node, Keyword):
            words.append(node.text)
        elif isinstance(node, Value):
            words.append(_value(random, node.kind))
        elif isinstance(node, Choice):
            if not node.optional or random.random() < 0.5:
                words += _words(random, random.choice(node.ways))
        elif isinstance(node, Options):
            for way in random.sample(node.ways, random.randint(0, len(node.ways))):
                words += _words(random, way)
    return words


def _value(random: Random, kind: Kind) -> str:
    if kind is KINDS["mask"] or kind is KINDS["wildcard"]:
        return random.choice(typist.MASKS)
    if kind is KINDS["interface"]:
        return random.choice(INTERFACES)
    if kind is KINDS["prefix"]:
        return f"{random.choice(typist.ADDRESSES)}/{random.randint(0, 33)}"
    if kind is KINDS["icmp-message"]:
        return random.choice(tuple(ICMP_MESSAGES))
    if kind is KINDS["line"]:
        return random.choice(typist.TEXTS)
    if kind.label == "A.B.C.D" or (kind is KINDS["host"] and random.random() < 0.7):
        return random.choice(typist.ADDRESSES)
    if kind.label.startswith("<") and kind is not KINDS["hex"]:
        low, high = kind.label.strip("<>").split("-")
        return typist.number(random, int(low), int(high))
    return random.choice(typist.WORDS)
