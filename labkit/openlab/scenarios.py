"""What the open lab is made to do and what must be seen of it: `data/openlab/scenarios.yaml`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from labkit import resources
from labkit.openlab import OpenLabError
from labkit.openlab.network import tap

COMPARISONS: dict[str, Callable[[int, int], bool]] = {"==": operator.eq, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Check:
    """How many frames of a capture a Wireshark display filter must select."""

    point: str
    filter: str
    comparison: str
    count: int

    def holds(self, found: int) -> bool:
        return COMPARISONS[self.comparison](found, self.count)

    def __str__(self) -> str:
        return f"{self.point}: {self.filter}: {self.comparison} {self.count}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One recording: what is captured, told, typed and seen."""

    id: str
    title: str
    points: tuple[str, ...]
    commands: tuple[str, ...]
    checks: tuple[Check, ...]
    gateways: Mapping[str, Mapping[str, Any]] | None = None
    """What each gateway is told otherwise; None where no strongSwan runs."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    boots: bool = False

    def script(self) -> str:
        """The job that the guest is given."""
        taps = " ".join(f"{point} {tap(point)}" for point in self.points)
        lines = [
            "set -e", ". /lab/guest/lab.sh",
            f"OUT=/lab/out/{self.id}", f"GATEWAYS=/lab/gateways/{self.id}", 'mkdir -p "$OUT"',
            "undo() {", *self._undo(), "}",
            # Also where it fails or is ended: the next scenario wants the lab as it was.
            "trap 'status=$?; trap - EXIT TERM; set +e; undo >/dev/null 2>&1; exit $status' EXIT",
            "trap 'exit 143' TERM",
            *(() if self.gateways is None else ("gateways",)),
            *self.before,
            f"capture {taps}",
            *(("sh /lab/guest/routing", REACHED) if self.boots else ()),
            'date +%s.%N >"$OUT/began"',
            *self.commands,
            'date +%s.%N >"$OUT/ended"',
            "undo",
            "trap - EXIT",
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def _undo(self) -> tuple[str, ...]:
        ending = () if self.gateways is None else ("gateways_end",)
        return ("capture_end", *ending, *self.after)


REACHED = "until_true 120 at Site-B ping -c 1 -W 1 -I 10.16.16.16 10.15.15.15"
"""The VPN works: the sites' loopbacks reach each other."""


def load() -> dict[str, Scenario]:
    """Every scenario by name, in the file's order.  Raises OpenLabError for a broken file."""
    text = resources.data("openlab", "scenarios.yaml").read_text(encoding="utf-8")
    try:
        return {name: _scenario(name, facts) for name, facts in yaml.safe_load(text).items()}
    except (KeyError, TypeError, ValueError) as error:
        raise OpenLabError(f"scenarios.yaml: {error}") from error


def _scenario(name: str, facts: dict[str, Any]) -> Scenario:
    return Scenario(
        id=name,
        title=facts["title"],
        points=tuple(facts["points"]),
        commands=tuple(facts["commands"]),
        checks=tuple(Check(*check) for check in facts["checks"]),
        gateways=facts.get("gateways"),
        before=tuple(facts.get("before", ())),
        after=tuple(facts.get("after", ())),
        boots=facts.get("boots", False),
    )
