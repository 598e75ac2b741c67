"""The lists under the microscope, one or two, in words and as the browser draws them.

Must not know Jupyter, nor masks: `entry` reads and explains, `mirror` judges.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from labkit.desk.wildcard.entry import Trial, attempt, bits, count, end_words, read, sentence, words
from labkit.desk.wildcard.mirror import Comparison, compare
from labkit.sim import Ace


class Lists:
    """One list, or those of two ends laid over each other."""

    def __init__(self, names: tuple[str, str], texts: list[str]) -> None:
        """Raises ValueError, in the router's words, for a line that it refuses."""
        self.names = names[: len(texts)]
        self.texts = texts
        self.acls = []
        for name, text in zip(self.names, texts, strict=True):
            if not text.strip():
                raise ValueError(f"the list of {name} is empty")
            self.acls.append(replace(read(text), name=name))
        self.comparison = compare(*self.acls) if len(self.acls) == 2 else None

    def __str__(self) -> str:
        if self.comparison is not None:
            return f"two lists: {self.comparison.verdict}"
        entries = len(self.acls[0].entries)
        return f"{entries} {'entry' if entries == 1 else 'entries'}"

    def report(self) -> str:
        """Every entry bit by bit, or the verdict on each pair."""
        if self.comparison is None:
            return "\n".join(_entry_text(each) for each in self.acls[0].entries)
        lines = [self.comparison.verdict]
        for pair in self.comparison.pairs:
            ends = zip(self.names, (pair.mine, pair.theirs), strict=True)
            lines += [f"{name}: {words(ace) if ace else '-'}" for name, ace in ends]
            lines.append(f"   {pair.sentence}")
        return "\n".join(lines)

    def attempt(self, source: str, destination: str) -> list[Trial]:
        """A packet between these addresses at every list.  Raises ValueError for no address."""
        ends = (IPv4Address(source), IPv4Address(destination))
        return [attempt(acl, *ends) for acl in self.acls]

    def state(self) -> dict[str, Any]:
        """For the browser."""
        return {
            "names": list(self.names),
            "texts": self.texts,
            "entries": [_entry(each) for each in self.acls[0].entries],
            "comparison": {} if self.comparison is None else _compared(self.comparison),
        }


def _ends(ace: Ace) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return ("source", ace.source), ("destination", ace.destination)


def _entry(ace: Ace) -> dict[str, Any]:
    return {
        "words": words(ace),
        "permit": ace.permit,
        "ends": [
            {
                "side": side,
                "address": str(end.address),
                "mask": str(end.mask),
                "words": end_words(end),
                "bits": bits(end),
                "count": f"{count(end):,}",
                "sentence": sentence(end),
            }
            for side, end in _ends(ace)
        ],
    }


def _entry_text(ace: Ace) -> str:
    lines = [words(ace)]
    for side, end in _ends(ace):
        grouped = " ".join(bits(end)[place : place + 8] for place in range(0, 32, 8))
        lines += [f"  {side:<12} {grouped}", f"  {'':<12} {sentence(end)}"]
    return "\n".join(lines)


def _compared(result: Comparison) -> dict[str, Any]:
    return {
        "verdict": result.verdict,
        "mirror": result.mirror,
        "pairs": [
            {
                "mine": words(pair.mine) if pair.mine else "",
                "theirs": words(pair.theirs) if pair.theirs else "",
                "mirror": pair.mirror,
                "sentence": pair.sentence,
            }
            for pair in result.pairs
        ],
    }
