"""Packets as Wireshark shows them: a list, the layers of one, its bytes, and a filter.

    Sniffer(desk, "sniffer")                    # a capture point of a lab, live
    Sniffer(desk, "a-access", "r2-r6")          # several, in the order of time
    Sniffer(open_recording("tunnel"))           # a recording of real routers, with its keys
    Sniffer(file="x.pcap", keys="keys")         # any capture, with the lab's keys
    Sniffer(desk, "a-access").show("esp")       # Wireshark's words
    Bytes(sniffer.select(3))                    # where the bytes of that packet come from

Must not know protocols: what a packet says is `labkit.capture`'s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import traitlets as t

from labkit import sim
from labkit.capture import CaptureError
from labkit.capture.recordings import Recording
from labkit.course.desk import Desk
from labkit.desk.base import LabWidget, module, style
from labkit.desk.sniffer.source import FileSource, LabSource, RecordingSource, Source, Upload
from labkit.desk.work import Worker

if TYPE_CHECKING:
    from labkit.desk.bytes.model import Packing
    from labkit.desk.sniffer.table import Table

CHUNK = 1 << 19
"""Bytes of a file in one message, either way."""
FIRST = 200
"""Packets that are indexed before the widget is shown."""


class Sniffer(LabWidget):
    """One list of packets; all its views show the same filter and the same packet."""

    _esm = module("sniffer/sniffer.js")
    _css = style("sniffer/sniffer.css", "bytes/bytes.css")

    title = t.Unicode().tag(sync=True)
    live = t.Bool(False).tag(sync=True)
    """Packets may still come."""
    points: t.List[str] = t.List().tag(sync=True)
    """All capture points there are."""
    chosen: t.List[str] = t.List().tag(sync=True)
    other = t.Unicode("").tag(sync=True)
    """The point that the (single) chosen one is compared with."""
    filter = t.Unicode("").tag(sync=True)
    fault = t.Dict().tag(sync=True)
    """What is wrong with the filter: message, start, end."""
    can_open = t.Bool(False).tag(sync=True)
    opens = t.Bool(False).tag(sync=True)
    """ESP and IKE are opened with the keys."""
    columns: t.List[str] = t.List().tag(sync=True)
    counts = t.Dict().tag(sync=True)
    """shown, total, done (percent of the search), version (another one: all rows are new)."""
    past = t.Unicode("").tag(sync=True)
    """The checkpoint of the packets, if the lab has started again since: they are kept."""
    selected = t.Int(-1).tag(sync=True)
    """The place of the row whose layers are shown, from 0."""
    explained = t.Dict().tag(sync=True)
    """The account of the bytes of the packet shown, where it was asked for; else empty."""

    def __init__(
        self,
        where: Desk | sim.Lab | Recording | None = None,
        *points: str,
        file: str | Path | None = None,
        keys: str | Path | None = None,
        decrypt: bool = False,
    ) -> None:
        """Raises LookupError for a capture point that is not there, OSError and CaptureError for
        a file or keys that cannot be read, ValueError for none of a lab, a recording, a file."""
        source: Source
        match where:
            case None if file is not None:
                source = FileSource(Path(file), None if keys is None else Path(keys))
            case Desk() if file is None:
                source = LabSource(where.lab)
            case Recording() if file is None:
                source = RecordingSource(where)
            case sim.Lab() if file is None:
                source = LabSource(where)
            case _:
                raise ValueError(
                    "a sniffer wants a lab (and capture points), a recording, or file=…"
                )
        self._lock = threading.RLock()
        self._source = source
        self._table = _table(source, points or source.default)
        self._detail: dict[str, Any] = {}
        self._buffers: list[bytes] = []
        self._note = ""
        """What went wrong with the last thing that was asked."""
        self._upload = Upload()
        super().__init__(title=source.name, live=source.live, points=list(source.points))
        self._table.grow(FIRST)
        self._worker = Worker(self._portion)
        self._describe()
        if decrypt:
            self.decrypt()
        if source.live:
            self.watch()

    # ---- the text twin

    def __repr__(self) -> str:
        return f"Sniffer at {', '.join(self._table.chosen)}"

    def report(self) -> str:
        """The list as text, its end where it is long, and the layers of the selected packet."""
        with self._lock:
            self._catch_up()
            recorded = isinstance(self._source, RecordingSource)
            origin = f" of the recording {self._source.name}" if recorded else ""
            return self._table.report(f"{self!r}{origin}")

    # ---- from Python

    def show(self, filter: str = "") -> Sniffer:
        """Show the packets that a display filter chooses.  Raises FilterError."""
        return self._with(lambda table: table.filter(filter), filter=filter, fault={})

    def decrypt(self, on: bool = True) -> Sniffer:
        """Open ESP and IKE with the keys, or no more.  Raises CaptureError without keys."""
        return self._with(lambda table: table.decrypt(on))

    def at(self, *points: str) -> Sniffer:
        """Show other capture points.  Raises LookupError."""
        return self._with(lambda table: table.choose(points))

    def compare(self, other: str = "") -> Sniffer:
        """Lay the packets of the first chosen point beside those of another, "" for no more.

        Raises LookupError.
        """
        return self._with(lambda table: table.compare(other))

    def select(self, number: int) -> Sniffer:
        """Show the layers of the packet with this number (of this line, when two points are
        compared).  Raises LookupError."""
        with self._lock:
            self._catch_up()
            self._select(self._table.place(number))
        return self

    def packing(self) -> Packing:
        """The selected packet as `Bytes` asks for it.  Raises LookupError where none is, ValueError
        for one of which there is no account."""
        with self._lock:
            return self._table.packing()

    def save(self, path: str | Path) -> None:
        """Write the packets shown to a pcap file.  Raises OSError."""
        with self._lock:
            self._catch_up()
            self._table.save(Path(path))

    def stream(self, number: int) -> str:
        """What both sides of a TCP connection said, readable: that of the packet `number`."""
        with self._lock:
            self._catch_up()
            return self._table.stream(number)

    def _with(self, change: Callable[[Table], None], **traits: Any) -> Sniffer:
        """Change what decides, and tell the browser."""
        with self._lock:
            change(self._table)
        self._changed(**traits)
        return self

    def _catch_up(self) -> None:
        """All news of the lab, for whoever wants a text; the browser is told of them too, since
        what is known already is no news to the pulse."""
        if self._table.finish():
            self._changed()

    # ---- from the browser: post and return

    def heard_rows(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """A view wants lines `first` to `first + count`."""
        first, count = int(message["first"]), min(int(message["count"]), 300)
        self._worker.post(lambda: self._tell_rows(first, count))

    def heard_filter(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        text = str(message["text"])[:10_000]
        self._worker.post(lambda: self._filter(text))

    def heard_select(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        place, turn = int(message["place"]), str(message.get("turn", ""))
        self._do(lambda: self._select(place, turn))

    def heard_decrypt(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._do(lambda: self.decrypt(bool(message["on"])))

    def heard_points(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        points = [str(each) for each in message["points"]]
        self._do(lambda: self.at(*points))

    def heard_compare(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._do(lambda: self.compare(str(message["other"])))

    def heard_now(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Show the lab as it is."""
        self._do(lambda: self._with(lambda table: table.resume()))

    def heard_download(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._do(self._download)

    def heard_stream(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._do(lambda: self.say("stream", text=self.stream(int(message["number"]))))

    def heard_explain(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        from labkit.desk.bytes.model import account
        from labkit.desk.bytes.widget import answer

        self._do(lambda: self.change(explained=answer(account(self.packing()))))

    def heard_upload(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """A piece of a file; the answer asks for the next one."""
        name, at, size = str(message["name"]), int(message["at"]), int(message["size"])
        data, turn = bytes(buffers[0]), str(message.get("turn", ""))

        def receive() -> None:
            more = -1  # also where it is refused: no further piece
            try:
                more = self._upload.take(name, at, size, data)
                if self._upload.whole:
                    self._open(self._upload.path)
            finally:
                self.say("more", at=more, turn=turn)

        self._do(receive)

    # ---- in the worker's thread

    def _do(self, work: Callable[[], object]) -> None:
        def careful() -> None:
            try:
                work()
            except (ValueError, LookupError, OSError) as error:
                self._note = _words(error)
            else:
                self._note = ""
            self._describe()

        self._worker.post(careful)

    def _portion(self) -> bool:
        """A little of the work that grows with the capture; whether there is more."""
        with self._lock:
            try:
                more = self._table.work()
            except (CaptureError, OSError) as error:
                self._note, more = _words(error), False
        self._describe()
        return more

    def look(self) -> None:
        # A start puts files aside, and may be quiet from then on.
        if self._source.moved() or self._table.behind:
            self._worker.post(self._refresh)

    def _refresh(self) -> None:
        try:
            with self._lock:
                fresh = self._table.refresh()
        except (FileNotFoundError, CaptureError):
            return  # a checkpoint starts: its file is there, with a header, at the next look
        if fresh:
            self._changed()

    def _filter(self, text: str) -> None:
        from labkit.capture.display_filter import FilterError

        try:
            self.show(text)
        except FilterError as error:
            fault = {"message": str(error), "start": error.start, "end": error.end}
            self.change(fault=fault, filter=text)

    def _tell_rows(self, first: int, count: int) -> None:
        with self._lock:
            version, rows = self._table.version, self._table.rows(first, count)
        self.say("rows", version=version, first=first, rows=rows)

    def _select(self, place: int, turn: str = "") -> None:
        """Pick a line; the answer says whose wish (`turn`) it is the answer to."""
        with self._lock:
            self._detail, self._buffers = self._table.detail(place)
            self.change(selected=self._table.selected, explained={})
        self.say("detail", list(self._buffers), turn=turn, **self._detail)

    def _changed(self, **traits: Any) -> None:
        """Another list: what was selected may be elsewhere."""
        with self._lock:
            self._detail, self._buffers = self._table.again()
        self.change(explained={}, **traits)
        self.say("detail", list(self._buffers), **self._detail)
        self._describe()
        self._worker.wake()

    def _describe(self) -> None:
        with self._lock:
            table = self._table
            self.change(
                counts=table.counts,
                columns=table.columns,
                chosen=list(table.chosen),
                other=table.other,
                can_open=self._source.has_keys,
                opens=table.opens,
                past=table.past,
                selected=table.selected,
                trouble=self._note or table.trouble,
            )

    def _download(self) -> None:
        with TemporaryDirectory(prefix="labkit-") as folder:
            path = Path(folder) / "packets.pcap"
            self.save(path)
            name = f"{'-'.join(self._table.chosen)[:60]}.pcap"
            with path.open("rb") as file:
                size = path.stat().st_size
                while data := file.read(CHUNK):
                    self.say("download", [data], name=name, last=file.tell() >= size)

    def _open(self, path: Path) -> None:
        """Show a file from now on, with the keys that there were."""
        source = FileSource(path, None, self._source.secrets())
        with self._lock:
            self._table.close()
            self._source = source
            self._table = _table(source, source.default, self._table.version + 1)
        self.change(title=source.name, live=False, points=list(source.points), filter="", fault={})
        self._changed()

    def snapshot(self) -> dict[str, Any]:
        return {}

    def heard_hello(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self.say("detail", list(self._buffers), **self._detail)

    def release(self) -> None:
        if hasattr(self, "_worker"):
            self._worker.close()
        with self._lock:
            self._table.close()
        if hasattr(self, "_upload"):
            self._upload.close()


def _table(source: Source, points: Sequence[str], version: int = 0) -> Table:
    """The list; what reads packets is loaded with the first one."""
    from labkit.desk.sniffer.table import Table

    return Table(source, points, version)


def _words(error: BaseException) -> str:
    """What is wrong with a file, without where it lies."""
    if isinstance(error, OSError) and error.strerror:
        return f"{Path(str(error.filename)).name}: {error.strerror}"
    return str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)
