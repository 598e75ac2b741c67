"""The lab as a map: states, taps, the tunnel, and a packet's way hop by hop.

    Map(desk)                        # a desk or a lab
    Map(desk).follow("ping")         # the last ping, as it crossed the links

Click a device for its console, a link to tap, cut, mend or impair it.  What is drawn is made by
`labkit.desk.map.drawing` from the lab's snapshot; must not know the simulator.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets as t

from labkit.course.desk import Desk
from labkit.desk.base import LivePicture, drawing_style, module, style
from labkit.desk.console.widget import Console
from labkit.desk.drawing import standalone
from labkit.desk.map import text as map_text
from labkit.desk.map.drawing import LAYERS, description, draw
from labkit.desk.map.pieces import HEIGHT, WIDTH, place
from labkit.desk.map.text import way_text
from labkit.sim import topology

if TYPE_CHECKING:
    from labkit.desk.map.way import Hop, Way
    from labkit.sim import Lab, Snapshot

FRAMES_SHOWN = 14
DRAWING = drawing_style("map/map_drawing.css")
REFERENCE = "anywidget:"


class Map(LivePicture):
    """A map of a lab, alive as long as the lab is."""

    _esm = module("map/map.js")
    _css = f"{style('map/map.css')}\n{DRAWING}"
    kind = "picture"

    layer = t.Enum(LAYERS, "physical").tag(sync=True)
    head = t.Unicode("R2").tag(sync=True)
    """The router whose LSPs the MPLS layer shows."""
    chosen = t.Unicode("").tag(sync=True)
    """`node:R2`, `link:r1-r2` or nothing."""
    twin_shown = t.Bool(False).tag(sync=True)
    """Tables in place of the drawing."""
    way = t.Dict().tag(sync=True)
    """The packet that is followed: title, hops, copies, end; {} for none."""
    step = t.Int(0).tag(sync=True)
    """Which hop of it is shown, from 0."""
    consoles = t.Dict().tag(sync=True)
    """Devices whose console is open, and the reference of its widget."""

    def __init__(self, where: Desk | Lab, *, layer: str = "physical") -> None:
        """Raises ValueError for a layer that there is not."""
        if layer not in LAYERS:
            raise ValueError(f"a layer is one of {', '.join(LAYERS)}, not {layer!r}")
        self._lab = where.lab if isinstance(where, Desk) else where
        self._way: Way | None = None
        self._opened: dict[str, Console] = {}
        self._opening = threading.Lock()
        super().__init__(layer=layer, way={}, consoles={})
        self.observe(lambda change: self.touch(), ["layer", "head", "chosen"])

    def __repr__(self) -> str:
        return f"Map of the lab at checkpoint {self._lab.checkpoint}"

    def report(self) -> str:
        """Every device, link and protocol state as tables, and the packet that is followed."""
        whole = map_text.text(self._lab.snapshot())
        return whole if self._way is None else f"{whole}\n\n{way_text(self._way)}"

    def twin(self) -> str:
        if self._way is not None:
            return f"{self!r}\n{way_text(self._way)}"
        return f"{self!r}: {description(self._lab.snapshot())}"

    # ---- from Python

    def follow(self, what: str | int = "ping") -> Map:
        """Show the way of the last packet of a kind: "ping" (and its reply), "packet", a protocol
        such as "ESP" or "ISAKMP", or the number of a frame.  Raises LookupError."""
        from labkit.desk.map.way import follow

        self._way = way = follow(self._lab, what)
        self.change(way=_content(way, self._lab.snapshot()), step=0)
        return self

    def svg(self, layer: str | None = None) -> str:
        """The map as a file of its own, with a title and a description."""
        snapshot = self._lab.snapshot()
        shapes = draw(snapshot, layer or self.layer, self.head)
        return standalone(WIDTH, HEIGHT, repr(self), description(snapshot), DRAWING, *shapes)

    # ---- the lab's news

    def snapshot(self) -> dict[str, Any]:
        self.watch()
        return self.message()

    def seen(self) -> object:
        return self._lab.snapshot(), self._lab.live.total

    def message(self) -> dict[str, Any]:
        snapshot = self._lab.snapshot()
        tables = (
            ("Devices", map_text.DEVICES, map_text.devices(snapshot)),
            ("Addresses", map_text.ADDRESSES, map_text.addresses(snapshot)),
            ("Links", map_text.LINKS, map_text.links(snapshot)),
            ("Protocols", map_text.PROTOCOLS, map_text.protocols(snapshot)),
        )
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "description": description(snapshot),
            "shapes": [each.tree() for each in draw(snapshot, self.layer, self.head)],
            "tables": [
                {"title": title, "titles": titles, "rows": rows} for title, titles, rows in tables
            ],
            "cut": [link.name for link in snapshot.links if link.state == "cut"],
            "frames": self._frames(),
        }

    def _frames(self) -> list[list[str]]:
        """The last frames of the link that is chosen."""
        from labkit.capture.summary import summarize

        kind, _, name = self.chosen.partition(":")
        if kind != "link":
            return []
        last = [each for each in self._lab.live.since() if each.link == name][-FRAMES_SHOWN:]
        rows = []
        for frame in last:
            row = summarize(frame.data)
            info = "".join(f"[{label}] " for label in row.labels) + row.info
            rows.append(
                [
                    str(frame.number),
                    row.source,
                    row.destination,
                    row.protocol,
                    str(row.length),
                    info,
                ]
            )
        return rows

    # ---- from the browser

    def heard_follow(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Follow the last packet of a kind."""
        self.change(trouble="")
        self.follow(message["what"])

    def heard_unfollow(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """The packet's way is closed."""
        self._way = None
        self.change(way={}, step=0)

    def heard_link(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Cut, mend, impair, or make a link what it was built as."""
        self.change(trouble="")
        name = str(message["name"])
        if message.get("restore"):
            self._restore(name)
        else:
            given = {key: message[key] for key in ("up", "loss", "delay_ms") if key in message}
            self._lab.link(name, **given)
        self.look()

    def _restore(self, name: str) -> None:
        spec = topology().links.get(name)
        if spec is None:
            raise LookupError(f"there is no link {name!r}")
        self._lab.link(name, up=True, loss=0, duplicate=0, delay_ms=spec.delay / 1000, mtu=spec.mtu)

    def heard_pass(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Let lab time go by."""
        seconds = float(message["seconds"])
        self.errand(f"Letting {seconds:g} s pass", lambda errand: self._lab.advance(seconds))

    def heard_console(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Open a device's console inside the map."""
        device = str(message["device"])
        with self._opening:
            if device not in self._opened:
                self._opened[device] = Console(self._lab, device, rows=14)
            opened = {name: REFERENCE + each.model_id for name, each in self._opened.items()}
        self.change(consoles=opened)

    def release(self) -> None:
        for console in self._opened.values():
            console.close()


def _content(way: Way, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "title": way.title,
        "end": way.end,
        "hops": [_hop(each, snapshot) for each in way.hops],
        "copies": [_hop(each, snapshot) for each in way.copies],
    }


def _hop(hop: Hop, snapshot: Snapshot) -> dict[str, Any]:
    line = [*place(snapshot.node(hop.source)), *place(snapshot.node(hop.target))]
    return {
        "link": hop.link,
        "source": hop.source,
        "target": hop.target,
        "length": hop.length,
        "changes": list(hop.changes),
        "headers": [[each.name, each.text, each.sealed] for each in hop.headers],
        "line": line,
    }
