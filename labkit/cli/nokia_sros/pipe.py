"""`| match`: which lines of an output are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from labkit.cli.nokia_sros.schema import BAD_COMMAND, MISSING, Mistake, parse, tokenize

_ROW = parse(
    "match <pattern:word> [ignore-case] [invert-match] [count] [post-lines <after:1..100000>]"
).children[0]


@dataclass(frozen=True, slots=True)
class Pipe:
    """`| match PATTERN` and its options."""

    pattern: str
    ignore_case: bool = False
    invert: bool = False
    count: bool = False
    after: int = 0
    """Lines shown after each match (`post-lines`)."""

    def picks(self, line: str) -> bool:
        """Whether the pattern picks this line."""
        text, wanted = line, self.pattern
        if self.ignore_case:
            text, wanted = text.lower(), wanted.lower()
        return (wanted in text) is not self.invert

    def filter(self, lines: Iterable[str]) -> Iterator[str]:
        """What is left of an output."""
        total, following = 0, 0
        for line in lines:
            if self.picks(line):
                total, following = total + 1, self.after + 1
            if following and not self.count:
                yield line
            following = max(0, following - 1)
        if self.count:
            yield f"Count: {total} lines"


def split(line: str) -> tuple[str, Pipe | None]:
    """A typed line without its pipe, and the pipe.  Raises Mistake."""
    text, bar, rest = line.partition("|")
    if not bar or text.count('"') % 2:
        return line, None
    offset = len(text) + 1
    tokens = [replace(token, column=token.column + offset) for token in tokenize(rest)]
    if not tokens:
        raise Mistake(MISSING)
    values, end = _ROW.match(tokens, 0)
    if end < len(tokens):
        raise Mistake(BAD_COMMAND, tokens[end].column)
    return text, Pipe(
        values["pattern"],
        "ignore-case" in values,
        "invert-match" in values,
        "count" in values,
        int(values.get("after", "0")),
    )
