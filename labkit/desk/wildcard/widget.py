"""The wildcard microscope: what an access-control entry really matches, bit by bit.

    Wildcard("permit ip 192.168.1.0 0.0.0.255 172.16.1.0 0.0.0.255")
    Wildcard(acl_at_a, acl_at_b)            # laid over each other as mirror images

Must not know masks: `entry` reads and explains, `mirror` judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import traitlets as t

from labkit.desk.base import LabWidget, module, style
from labkit.desk.wildcard.entry import attempt, bits, count, end_words, read, sentence, words
from labkit.desk.wildcard.mirror import Comparison, compare, examples
from labkit.sim import Ace, Acl

LONGEST = 20_000
"""Characters of a list that is typed."""


class Wildcard(LabWidget):
    """One list under the microscope, or two laid over each other."""

    _esm = module("wildcard/wildcard.js")
    _css = style("wildcard/wildcard.css")

    names: t.List[str] = t.List().tag(sync=True)
    texts: t.List[str] = t.List().tag(sync=True)
    """The lists as typed."""
    entries: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """Of the first list: words, permit, and both ends with their bits."""
    comparison = t.Dict().tag(sync=True)
    """verdict, mirror, pairs; empty for one list."""
    tried = t.Dict().tag(sync=True)
    """source, destination, and for each list matched, permit, sentence."""
    samples: t.List[list[str]] = t.List().tag(sync=True)
    """[name, list at A, list at B] to begin with."""

    def __init__(
        self, here: str, there: str | None = None, *, names: tuple[str, str] = ("A", "B")
    ) -> None:
        """Raises ValueError, in the router's words, for a line that it refuses."""
        self._names = names
        self._acls = self._read([here] if there is None else [here, there])
        samples = [[name, *pair] for name, pair in examples().items()]
        super().__init__(samples=samples, **self._state())

    def __repr__(self) -> str:
        if self._comparison is not None:
            return f"Wildcard of two lists: {self._comparison.verdict}"
        entries = len(self._acls[0].entries)
        return f"Wildcard of {entries} {'entry' if entries == 1 else 'entries'}"

    def report(self) -> str:
        if self._comparison is None:
            return "\n".join(_entry_text(each) for each in self._acls[0].entries)
        lines = [self._comparison.verdict]
        for pair in self._comparison.pairs:
            ends = zip(self._names, (pair.mine, pair.theirs), strict=True)
            lines += [f"{name}: {words(ace) if ace else '-'}" for name, ace in ends]
            lines.append(f"   {pair.sentence}")
        return "\n".join(lines)

    # ---- from Python

    def read(self, here: str, there: str | None = None) -> Wildcard:
        """Put other lists under it.  Raises what the constructor raises."""
        self._acls = self._read([here] if there is None else [here, there])
        self.change(trouble="", tried={}, **self._state())
        return self

    def attempt(self, source: str, destination: str) -> str:
        """Whether a packet between these addresses matches, and why, for every list.

        Raises ValueError for what is no address.
        """
        ends = (IPv4Address(source), IPv4Address(destination))
        results = [attempt(acl, *ends) for acl in self._acls]
        self.change(
            trouble="",
            tried={
                "source": source,
                "destination": destination,
                "results": [[each.matched, each.permit, each.sentence] for each in results],
            },
        )
        names = self._names if len(results) > 1 else ("",)
        told = zip(names, results, strict=True)
        return "\n".join(f"{name}: {each.sentence}".lstrip(": ") for name, each in told)

    # ---- from the browser

    def heard_read(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        texts = [str(each)[:LONGEST] for each in message["texts"]][:2]
        self.read(*texts)

    def heard_attempt(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self.attempt(str(message["source"]).strip(), str(message["destination"]).strip())

    # ---- within

    @property
    def _comparison(self) -> Comparison | None:
        return compare(*self._acls) if len(self._acls) == 2 else None

    def _read(self, texts: list[str]) -> list[Acl]:
        found = []
        for name, text in zip(self._names, texts, strict=False):
            if not text.strip():
                raise ValueError(f"the list of {name} is empty")
            found.append(replace(read(text), name=name))
        self._texts = texts
        return found

    def _state(self) -> dict[str, Any]:
        result = self._comparison
        return {
            "names": list(self._names[: len(self._acls)]),
            "texts": list(self._texts),
            "entries": [_entry(each) for each in self._acls[0].entries],
            "comparison": {} if result is None else _compared(result),
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
