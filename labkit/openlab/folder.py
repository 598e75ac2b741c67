"""Where the open lab keeps its things: the user's cache folder, never the clone.

`rootfs/` is the guest's root file system (built once, read-only afterwards), `run/` belongs to
the guest that runs now, `lock` to the command that builds or boots.  LABKIT_CACHE chooses another
place.  What lies here is run, and built by root: a place where somebody else could put things is
refused.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labkit.openlab import OpenLabError


@dataclass(frozen=True, slots=True)
class Folder:
    """The open lab's own folder."""

    root: Path

    @classmethod
    def default(cls) -> Folder:
        """`labkit/openlab` in LABKIT_CACHE, in XDG_CACHE_HOME, or in ~/.cache."""
        chosen = os.environ.get("LABKIT_CACHE")
        if chosen:
            return cls(Path(chosen).expanduser().absolute() / "openlab")
        base = os.environ.get("XDG_CACHE_HOME")
        cache = Path(base) if base else Path.home() / ".cache"
        return cls(cache / "labkit" / "openlab")

    @contextmanager
    def held(self) -> Iterator[Folder]:
        """No other command builds, boots or records here meanwhile.

        The system lets the lock go when a process ends, however it ends.  Raises OpenLabError
        where another command is at it, where nothing can be written, and as `check` does.
        """
        import fcntl  # where the open lab can be, it is there

        try:
            self._make()
            self.check()
            if not os.access(self.root, os.W_OK):
                raise PermissionError(errno.EACCES, "it belongs to somebody else")
            # Only read, since root may have made it and somebody else may come next.
            handle = os.open(self.root / "lock", os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise OpenLabError(
                f"cannot write in {self.root}: {error.strerror}; choose another place: "
                "LABKIT_CACHE=DIR"
            ) from error
        with os.fdopen(handle):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OpenLabError(
                    f"another labkit openlab is at work in {self.root}; wait for it, or end it"
                ) from None
            yield self

    def _make(self) -> None:
        """The folder, which belongs to whoever asked sudo to make it."""
        missing = [each for each in (self.root, *self.root.parents) if not each.exists()]
        self.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        asked = os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID")
        if os.geteuid() == 0 and all(asked):
            for each in missing:
                os.chown(each, int(asked[0] or 0), int(asked[1] or 0))

    def check(self) -> None:
        """Raises OpenLabError where somebody else could change what is built or run here.

        Each folder on the way there must belong to root, to whoever runs this, or to whoever
        asked sudo to, and be no one else's to write in (but for sticky ones such as /tmp).
        """
        trusted = {0, os.geteuid(), int(os.environ.get("SUDO_UID") or 0)}
        own = (self.root, self.rootfs, self.run, self.wrapper)
        for each in (*own, *self.root.parents, *self.root.resolve().parents):
            try:
                found = each.lstat()
            except FileNotFoundError:
                continue
            open_to_all = found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
            if stat.S_ISLNK(found.st_mode):
                wrong = "is a link" if each in own else ""
            else:
                wrong = "may be written in by anybody" if open_to_all else ""
            if found.st_uid not in trusted:
                wrong = "belongs to somebody else"
            if wrong:
                raise OpenLabError(f"{each} {wrong}; choose a place of your own: LABKIT_CACHE=DIR")

    @property
    def rootfs(self) -> Path:
        return self.root / "rootfs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def wrapper(self) -> Path:
        """The compiled wrapper of ptrace for processors with AMX."""
        return self.root / "ptrace_xstate.so"
