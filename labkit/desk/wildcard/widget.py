"""The wildcard microscope: what an access-control entry really matches, bit by bit.

    Wildcard("permit ip 192.168.1.0 0.0.0.255 172.16.1.0 0.0.0.255")
    Wildcard(acl_at_a, acl_at_b)            # laid over each other as mirror images

What reads lists is loaded with the first one.  Must not know masks: `lists` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets as t

from labkit.desk.base import LabWidget, module, style

if TYPE_CHECKING:
    from labkit.desk.wildcard.lists import Lists

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
        from labkit.desk.wildcard.mirror import examples

        self._names = names
        self._lists = self._read(here, there)
        samples = [[name, *pair] for name, pair in examples().items()]
        super().__init__(samples=samples, **self._lists.state())

    def __repr__(self) -> str:
        return f"Wildcard of {self._lists}"

    def report(self) -> str:
        return self._lists.report()

    # ---- from Python

    def read(self, here: str, there: str | None = None) -> Wildcard:
        """Put other lists under it.  Raises what the constructor raises."""
        self._lists = self._read(here, there)
        self.change(trouble="", tried={}, **self._lists.state())
        return self

    def attempt(self, source: str, destination: str) -> str:
        """Whether a packet between these addresses matches, and why, for every list.

        Raises ValueError for what is no address.
        """
        results = self._lists.attempt(source, destination)
        self.change(
            trouble="",
            tried={
                "source": source,
                "destination": destination,
                "results": [[each.matched, each.permit, each.sentence] for each in results],
            },
        )
        names = self._lists.names if len(results) > 1 else ("",)
        told = zip(names, results, strict=True)
        return "\n".join(f"{name}: {each.sentence}".lstrip(": ") for name, each in told)

    # ---- from the browser

    def heard_read(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        texts = [str(each)[:LONGEST] for each in message["texts"]][:2]
        self.read(*texts)

    def heard_attempt(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self.attempt(str(message["source"]).strip(), str(message["destination"]).strip())

    # ---- within

    def _read(self, here: str, there: str | None) -> Lists:
        from labkit.desk.wildcard.lists import Lists

        return Lists(self._names, [here] if there is None else [here, there])
