"""The account of a frame's bytes, to be played with: 114 that become 202, and why.

    Bytes()
    Bytes(transform="esp-gcm 256", mode="transport", size=1400, mtu=1500)
    Bytes(sniffer)                          # of the packet that is selected there

Must not know sums: `labkit.desk.bytes.model` does them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any, Protocol

import traitlets as t

from labkit.desk.base import LabWidget, module, style
from labkit.desk.bytes.model import (
    HEADERS,
    IP,
    LARGEST_PACKET,
    PLACES,
    TRANSFORMS,
    Account,
    Packing,
    account,
    text,
    total,
)

QUESTIONS = tuple(each.name for each in fields(Packing))


class Explains(Protocol):
    """Whoever has a packet to be explained: a sniffer."""

    def packing(self) -> Packing:
        """What its packet asks."""


class Bytes(LabWidget):
    """Every field of a frame as a bar; all that decides its size can be changed."""

    _esm = module("bytes/bytes.js")
    _css = style("bytes/bytes.css")

    packing = t.Dict().tag(sync=True)
    """What is asked: size, transform, mode, mtu, kind, nat, place, dont_fragment."""
    answer = t.Dict().tag(sync=True)
    choices = t.Dict().tag(sync=True)

    def __init__(self, packing: Packing | Explains | None = None, **asked: Any) -> None:
        """Keywords are the fields of `model.Packing`; a sniffer gives those of its selected
        packet.  Raises ValueError for what cannot be, TypeError for a keyword that there is not,
        LookupError where no packet is selected."""
        if packing is not None and not isinstance(packing, Packing):
            packing = packing.packing()
        self._account = account(replace(packing or Packing(), **asked))
        transforms = list(dict.fromkeys([*TRANSFORMS, self._account.packing.transform]))
        choices = {
            "transform": [[each, each] for each in transforms],
            "mode": [["tunnel", "tunnel"], ["transport", "transport"]],
            "kind": [[each, each.upper()] for each in HEADERS],
            "place": [[name, words] for name, words in PLACES.items()],
            "sizes": [IP + min(HEADERS.values()), LARGEST_PACKET],
        }
        super().__init__(choices=choices, **_traits(self._account))

    def __repr__(self) -> str:
        asked = self._account.packing
        return f"Bytes of a {asked.size}-byte packet: {asked.transform}, {asked.mode} mode"

    def report(self) -> str:
        return text(self._account)

    @property
    def account(self) -> Account:
        """The sums shown now."""
        return self._account

    def ask(self, **asked: Any) -> Bytes:
        """Change what is asked; raises what the constructor raises."""
        self._account = account(replace(self._account.packing, **asked))
        self.change(trouble="", **_traits(self._account))
        return self

    def heard_ask(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """One answer of the form: its name and value."""
        name, value = str(message["name"]), message["value"]
        if name in QUESTIONS:
            self.ask(**{name: value})


def _traits(result: Account) -> dict[str, Any]:
    return {"packing": asdict(result.packing), "answer": answer(result)}


def answer(result: Account) -> dict[str, Any]:
    """An account as the browser draws it (`bytes-bars.js`)."""
    return {
        "verdict": result.verdict,
        "largest": result.largest,
        "mss": result.mss,
        "frames": [
            {"title": title, "size": total(frame), "parts": [asdict(each) for each in frame]}
            for title, frame in result.frames
        ],
    }
