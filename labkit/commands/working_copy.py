"""The learner's working copy of the notebooks: given once, theirs from then on.

Nothing of the learner's is ever overwritten.  A notebook that is new is added; one that was
published anew since it was given is laid beside the learner's under the version's name.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from labkit import __version__

RECORD = ".published.json"


def bring_up_to_date(published: Path, copy: Path, version: str = __version__) -> list[Path]:
    """Add to `copy` what `published` has and the learner was not given yet.

    Returns the files written, sorted.  Raises OSError where the folder cannot be written.
    """
    copy.mkdir(parents=True, exist_ok=True)
    record = _record(copy)
    written: list[Path] = []
    for source in sorted(published.glob("*.ipynb")):
        content = source.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if record.get(source.name) == digest:
            continue
        target = copy / source.name
        if not target.exists() or target.read_bytes() != content:
            target = _free(target, version)
            with target.open("xb") as file:  # never over anything, whoever came between
                file.write(content)
            written.append(target)
        record[source.name] = digest
    (copy / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
    return written


def first(published: Path) -> str | None:
    """The name of the course's first notebook, or None while there is none."""
    return min((path.name for path in published.glob("[0-9][0-9]_*.ipynb")), default=None)


def _free(target: Path, version: str) -> Path:
    """`target`, or the nearest name beside it that nobody has."""
    name, count = target, 1
    while name.exists():
        suffix = version if count == 1 else f"{version}-{count}"
        name = target.with_name(f"{target.stem}.{suffix}{target.suffix}")
        count += 1
    return name


def _record(copy: Path) -> dict[str, str]:
    try:
        read = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in read.items()}
