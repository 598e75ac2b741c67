"""What the learner has done: kept as it happens, one small file a thing, in their own folder.

A file is written beside and put in place in one step, so a kernel that dies leaves the old one or
the new one.  Everything together is one token (or file) that another machine restores: a form
number, compressed JSON, a checksum.  A token comes from anywhere: what it holds is checked before
a byte is written.  Ids that this version does not know are kept for one that does.

`things` lays the records beside what there is to pass, notebook by notebook.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import tempfile
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit import resources
from labkit.course import exercise, quiz
from labkit.course.forms import ID
from labkit.sim import check_saved

FORM = "labkit1"
KINDS = ("exercises", "questions", "quizzes")
LABS = "labs"
"""The learner's own configurations, by the checkpoint they were begun from."""
MOST = 2_000_000
"""Bytes that a token may unpack to."""
LONGEST = 400_000
"""Characters that a token may have."""
FEW = 10_000
"""Bytes that one record may have."""


class TokenError(ValueError):
    """This is no token of ours, or it was damaged on its way."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a token brought."""

    records: int
    labs: int

    def __str__(self) -> str:
        return f"{self.records} results and {self.labs} of your own configurations are restored."


class Progress:
    """The records below a folder (default: the learner's own)."""

    changes = 0
    """Counts what was recorded in this process, for whoever shows it."""
    _lock = threading.Lock()

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        return self._folder or resources.home() / "progress"

    # ---- records

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """A record; empty where there is none, or none that can be read."""
        try:
            found = json.loads(self._path(kind, name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def put(self, kind: str, name: str, **facts: Any) -> dict[str, Any]:
        """Add to a record, and write it.  Raises OSError where that cannot be done."""
        with self._lock:
            record = {**self.get(kind, name), **facts}
            _write(self._path(kind, name), json.dumps(record, ensure_ascii=False))
            Progress.changes += 1
        return record

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every record of a kind, unknown ids too."""
        names = (path.stem for path in sorted((self.folder / kind).glob("*.json")))
        return {name: self.get(kind, name) for name in names if ID.fullmatch(name)}

    # ---- the learner's own configurations

    def keep_lab(self, checkpoint: str, saved: str) -> None:
        """Keep a lab as `Lab.save` wrote it.  Raises OSError."""
        _write(self._lab(checkpoint), saved)

    def lab(self, checkpoint: str | None = None) -> Path | None:
        """The kept lab of a checkpoint, or the one that was kept last; None where there is none."""
        if checkpoint is not None:
            path = self._lab(checkpoint)
            return path if path.is_file() else None
        kept = (self.folder / LABS).glob("*.yaml")
        return max(kept, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)

    # ---- elsewhere and back

    def token(self) -> str:
        """Everything as one line of letters, digits, `-`, `_` and two dots."""
        everything: dict[str, Any] = {kind: self.all(kind) for kind in KINDS}
        kept = sorted((self.folder / LABS).glob("*.yaml"))
        everything[LABS] = {path.stem: path.read_text(encoding="utf-8") for path in kept}
        text = json.dumps(everything, ensure_ascii=False, sort_keys=True)
        packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
        return f"{FORM}.{packed}.{_checksum(packed)}"

    def restore(self, token: str) -> Restored:
        """Take over what a token holds; what is passed here stays passed.

        Raises TokenError before anything is written, OSError.
        """
        everything = _open(token)
        count = 0
        for kind in KINDS:
            for name, record in everything[kind].items():
                if self.get(kind, name).get("passed") and not record.get("passed"):
                    continue
                self.put(kind, name, **record)
                count += 1
        for name, text in everything[LABS].items():
            self._make_room(name, text)
            self.keep_lab(name, text)
        return Restored(count, len(everything[LABS]))

    def _make_room(self, name: str, text: str) -> None:
        """Another configuration that was kept under this name goes beside."""
        path = self._lab(name)
        if path.is_file() and path.read_text(encoding="utf-8") != text:
            path.replace(path.with_suffix(".yaml.before"))

    def _path(self, kind: str, name: str) -> Path:
        if kind not in KINDS or not ID.fullmatch(name):
            raise ValueError(f"there is no place for {kind}/{name}")
        return self.folder / kind / f"{name}.json"

    def _lab(self, checkpoint: str) -> Path:
        if not ID.fullmatch(checkpoint):
            raise ValueError(f"there is no place for a lab {checkpoint!r}")
        return self.folder / LABS / f"{checkpoint}.yaml"


@dataclass(frozen=True, slots=True)
class Thing:
    """An exercise, a question or a quiz, and whether it is passed (None: never tried)."""

    kind: str
    id: str
    title: str
    notebook: str
    passed: bool | None


def things(progress: Progress) -> list[Thing]:
    """Everything that can be passed, in the order of the notebooks."""
    found: list[Thing] = []
    for each in map(exercise.load, exercise.names()):
        kind = "question" if isinstance(each, exercise.Question) else "exercise"
        record = progress.get(f"{kind}s", each.id)
        found.append(Thing(kind, each.id, each.title, each.notebook, _passed(record)))
    for one in map(quiz.load, quiz.names()):
        record = progress.get("quizzes", one.id)
        found.append(Thing("quiz", one.id, one.title, one.notebook, _passed(record)))
    return sorted(found, key=lambda thing: (thing.notebook, thing.kind, thing.id))


def notebook_names() -> dict[str, str]:
    """The file name of each notebook by its number."""
    return {path.name[:2]: path.name for path in sorted(resources.notebooks().glob("*.ipynb"))}


def _passed(record: dict[str, object]) -> bool | None:
    return bool(record.get("passed")) if record else None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    resources.put(path, text)


def _checksum(packed: str) -> str:
    return hashlib.sha256(f"{FORM}.{packed}".encode()).hexdigest()[:16]


def _open(token: str) -> dict[str, dict[str, Any]]:
    """Unpack and check a token."""
    parts = "".join(token.split()).split(".") if len(token) <= LONGEST else []
    if len(parts) != 3:
        raise TokenError("this is no progress token: it has three parts with dots between")
    form, packed, checksum = parts
    if form != FORM:
        raise TokenError(f"this token is of form {form[:20]!r}, and this labkit reads {FORM}")
    if checksum != _checksum(packed):
        raise TokenError("this token was damaged on its way: its checksum does not fit")
    try:
        padded = packed + "=" * (-len(packed) % 4)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.urlsafe_b64decode(padded), MOST)
        document = json.loads(text) if unpacker.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise TokenError(f"this token cannot be unpacked: {error}") from error
    return _checked(document)


def _checked(document: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(document, dict):
        raise TokenError("this token holds no progress")
    found: dict[str, dict[str, Any]] = {}
    for kind in (*KINDS, LABS):
        things = document.get(kind, {})
        if not isinstance(things, dict) or not all(ID.fullmatch(name) for name in things):
            raise TokenError(f"this token holds no progress: {kind} are not by id")
        for name, thing in things.items():
            (_check_lab if kind == LABS else _check_record)(name, thing)
        found[kind] = things
    return found


def _check_record(name: str, record: Any) -> None:
    if not isinstance(record, Mapping) or len(json.dumps(record)) > FEW:
        raise TokenError(f"this token holds no progress: {name} is no record")


def _check_lab(name: str, text: Any) -> None:
    """A configuration must be one that the lab can read."""
    if not isinstance(text, str):
        raise TokenError(f"this token's configuration {name} is no text")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.yaml")
        path.write_text(text, encoding="utf-8")
        try:
            check_saved(path)
        except (ValueError, AssertionError, RecursionError) as error:
            raise TokenError(f"this token's configuration {name} cannot be read: {error}") from None
