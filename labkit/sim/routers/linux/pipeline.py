"""A typed line as sh reads it: commands joined by `|`, `;`, `&&` and `||`.

Knows words and their order, and the filters that may stand behind a pipe; what a command does
is the shell's.  Redirections and `&` are refused: a host here has no files of its own, and runs
one thing at a time.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labkit.sim.routers.linux.words import CommandFailed, number, options

Pipeline = tuple[tuple[str, ...], ...]
"""A command and the filters behind it, each a list of words."""
CONNECTORS = (";", "&&", "||")


@dataclass(frozen=True, slots=True)
class Part:
    """One pipeline; `after` says when it runs: ";" always, "&&" on success, "||" on failure."""

    after: str
    commands: Pipeline


def read(line: str) -> tuple[Part, ...]:
    """Understand a line.  Raises ValueError with what bash would say."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&<>")
    lexer.whitespace_split = True
    parts: list[Part] = []
    after, words, commands = ";", list[str](), list[tuple[str, ...]]()
    for token in [*_tokens(lexer), ";"]:
        if token not in ("|", *CONNECTORS):
            if token and not token.strip("|;&<>"):
                raise ValueError(_refusal(token))
            words.append(token)
            continue
        if words:
            commands.append(tuple(words))
        elif commands or token != ";":
            raise ValueError(f"syntax error near unexpected token `{token}'")
        words = []
        if token != "|" and commands:
            parts.append(Part(after, tuple(commands)))
            after, commands = token, []
    return tuple(parts)


def _tokens(lexer: shlex.shlex) -> list[str]:
    try:
        return list(lexer)
    except ValueError as error:
        raise ValueError(f"syntax error: {error}") from None


def _refusal(token: str) -> str:
    if set(token) & set("<>"):
        return "redirection: Read-only file system"
    if token == "&":
        return "no job control in this shell"
    return f"syntax error near unexpected token `{token}'"


# --------------------------------------------------------------------------- filters

Filter = Callable[[Sequence[str], list[str]], list[str]]
"""(words after the name, lines) → lines.  Raises UsageError or CommandFailed."""


def _grep(words: Sequence[str], lines: list[str]) -> list[str]:
    given, operands = options(list(words), "ivcnoEFwA:B:")
    if not operands:
        raise CommandFailed("Usage: grep [OPTION]... PATTERNS [FILE]...", 2)
    text = re.escape(operands[0]) if "-F" in given else operands[0]
    if "-E" not in given and "-F" not in given:
        text = re.sub(r"(?<!\\)([+?{}()|])", r"\\\1", text)  # a basic regular expression's literals
    try:
        wanted = re.compile(text, re.IGNORECASE if "-i" in given else 0)
    except re.error as error:
        raise CommandFailed(f"grep: {error}", 2) from error
    hits = [i for i, line in enumerate(lines) if bool(wanted.search(line)) != ("-v" in given)]
    if "-c" in given:
        return [str(len(hits))]
    if "-o" in given:
        return [m[0] for i in hits for m in wanted.finditer(lines[i]) if m[0]]
    before, after = (int(number(given.get(o, "0"), int, 0, 10_000)) for o in ("-B", "-A"))
    shown = sorted({j for i in hits for j in range(max(0, i - before), i + after + 1)})
    found = [(i, lines[i]) for i in shown if i < len(lines)]
    return [f"{i + 1}:{line}" if "-n" in given else line for i, line in found]


def _amount(words: Sequence[str]) -> int:
    short = [f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in words]
    return int(number(options(short, "n:")[0].get("-n", "10"), int, 0, 1_000_000))


def _count(words: Sequence[str], lines: list[str]) -> list[str]:
    given, _ = options(list(words), "lwc")
    figures = {
        "-l": len(lines),
        "-w": sum(len(line.split()) for line in lines),
        "-c": sum(len(line) + 1 for line in lines),
    }
    wanted = [figures[each] for each in figures if each in given] or [*figures.values()]
    return [str(wanted[0]) if len(wanted) == 1 else "".join(f"{each:8}" for each in wanted)]


FILTERS: dict[str, Filter] = {
    "cat": lambda words, lines: lines,
    "grep": _grep,
    "head": lambda words, lines: lines[: _amount(words)],
    "less": lambda words, lines: lines,
    "more": lambda words, lines: lines,
    "sort": lambda words, lines: sorted(lines, reverse="-r" in words),
    "tail": lambda words, lines: lines[max(0, len(lines) - _amount(words)) :],
    "wc": _count,
}


def filtered(text: str, filters: Sequence[tuple[str, ...]]) -> str:
    """What is left of an output behind its pipes."""
    lines = text.splitlines()
    for name, *words in filters:
        if name not in FILTERS:
            raise CommandFailed(f"-bash: {name}: command not found", 127)
        lines = FILTERS[name](words, lines)
    return "".join(f"{line}\n" for line in lines)
