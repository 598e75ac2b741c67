"""A hostile typist: lines that a grammar knows, spoilt in every way that fingers and noise do.

Seeded, so that a failure can be typed again.  Knows text only; `ios_lines` and `sros_lines` make
the lines, `session` types them.
"""

from __future__ import annotations

import os
from random import Random

LINES = 50_000 if os.environ.get("CI") else 5_000
"""Lines typed at each platform; half of CI's hundred thousand is one platform's."""
CHUNKS = 20
"""Routers that share them."""
LONG = 100_000
"""Characters of the longest line."""
WORDS = (
    "TSET", "VPN-MAP", "VPN-TRAFFIC", "A", "100", "101", "10", "x" * 300, "é", "a|b", "|", "!",
    "#", '"', "'", "\\", "no", "end", "exit", "do", "0", "-1", "1e9", "65536", "4294967296", "^C",
    "999999999999999999999999", "٣", "²", "10.0.0.1", "255.255.255.0", "1.2.3", "1.2.3.4.5", "%s",
    "{0}", "$1$", "0x", "\u2028", "secret", "default", "$h", "\u0130",
)  # fmt: skip
ADDRESSES = (
    "192.0.2.28", "198.51.100.2", "10.16.16.16", "0.0.0.0", "255.255.255.255", "10.0.0.0",
    "127.0.0.1", "224.0.0.5", "172.16.1.0", "192.168.1.1", "9.9.9.9",
)  # fmt: skip
MASKS = ("255.255.255.0", "255.255.255.255", "0.0.0.255", "0.0.0.0", "255.0.255.0", "128.0.0.0")
TEXTS = ("to nowhere", "in  particular", "end", "exit", "!", "^C", "x" * 200, "café", "a ? b")


def number(random: Random, low: int, high: int) -> str:
    """Mostly a number of the range, sometimes one beside it."""
    inside = (low, high, random.randint(low, high), min(high, low + random.randint(0, 20)))
    return str(random.choice((*inside, *inside, low - 1, high + 1)))


def spoil(random: Random, line: str) -> str:
    """The line with something done to it, or as it was."""
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3))):
        line = random.choice(_WAYS)(random, line)
    return line


def _shorten(random: Random, line: str) -> str:
    return " ".join(word[: random.randint(1, len(word))] for word in line.split())


def _shorten_one(random: Random, line: str) -> str:
    words = line.split() or ["x"]
    at = random.randrange(len(words))
    words[at] = words[at][: random.randint(1, len(words[at]))]
    return " ".join(words)


def _truncate(random: Random, line: str) -> str:
    return line[: random.randint(0, len(line))]


def _add_word(random: Random, line: str) -> str:
    words = line.split()
    words.insert(random.randint(0, len(words)), random.choice((*WORDS, *ADDRESSES)))
    return " ".join(words)


def _replace_word(random: Random, line: str) -> str:
    words = line.split() or ["x"]
    words[random.randrange(len(words))] = random.choice((*WORDS, *ADDRESSES, *MASKS))
    return " ".join(words)


def _drop_word(random: Random, line: str) -> str:
    words = line.split() or ["x"]
    del words[random.randrange(len(words))]
    return " ".join(words)


def _repeat(random: Random, line: str) -> str:
    words = line.split()
    at = random.randint(0, len(words))
    return " ".join([*words[:at], *words[at - 1 :]])


def _noise(random: Random, line: str) -> str:
    at = random.randint(0, len(line))
    noise = "".join(chr(random.choice((random.randrange(32), random.randrange(256))))
                    for _ in range(random.randint(1, 6)))  # fmt: skip
    return line[:at] + noise + line[at:]


def _keys(random: Random, line: str) -> str:
    at = random.randint(0, len(line))
    pressed = random.choice(
        (
            "?",
            "\t",
            " ?",
            "\x01",
            "\x17",
            "\x0b",
            "\x1b[A",
            "\x1b[D",
            "\x10",
            "\x7f\x7f",
            "\x15",
            "\x03",
            "\x1a",
            "\x04",
            "\r",
            "\x1b[",
            "\x0c",
        )
    )
    return line[:at] + pressed + line[at:]


def _case(random: Random, line: str) -> str:
    return random.choice((line.upper(), line.title(), line.swapcase()))


def _spaces(random: Random, line: str) -> str:
    return line.replace(" ", random.choice(("  ", "\t ", "   ")))


def _pipe(random: Random, line: str) -> str:
    word = random.choice(("include", "exclude", "begin", "section", "count", "match", "i", "x"))
    return f"{line} | {word} {random.choice(('.', 'ip', '(', '[a', '*', '^ ', '(a+)+$', ''))}"


_WAYS = (_shorten, _shorten, _shorten_one, _truncate, _add_word, _replace_word, _drop_word, _repeat,
         _noise, _keys, _case, _spaces, _pipe)  # fmt: skip


def nonsense(random: Random) -> str:
    """No line of any grammar."""
    kind = random.randrange(40)
    if kind == 0:
        return random.choice("xa1 é") * LONG
    if kind == 1:
        return " ".join([random.choice(WORDS)] * LONG)[:LONG]
    return "".join(chr(random.randrange(1, 300)) for _ in range(random.randint(0, 60)))
