"""Whether this machine can build and boot the guest; if not, why, in one sentence.

Knows what User-Mode Linux and mmdebstrap ask of a host: Linux on x86-64, ptrace, and for
building root and Debian's own package sources.  Changes nothing.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from labkit.openlab import OpenLabError, read, run

SOURCE = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
"""How apt tells each of its sources; whose key has signed them mmdebstrap knows."""
PTRACE_TRACEME = 0


def check_boot() -> None:
    """Raises OpenLabError where a guest cannot run."""
    if not sys.platform.startswith("linux"):
        raise OpenLabError(
            f"the open lab needs Linux, and this is {platform.system()}; "
            "its recordings are in the course on every system"
        )
    if platform.machine() not in ("x86_64", "amd64"):
        raise OpenLabError(
            f"User-Mode Linux comes for x86-64 only, and this machine is {platform.machine()}"
        )
    if not ptrace_allowed():
        raise OpenLabError(
            "this machine does not allow ptrace, which User-Mode Linux is built on "
            "(a container wants --cap-add SYS_PTRACE and a seccomp profile that permits it)"
        )


def check_build(command: str) -> None:
    """Raises OpenLabError where the root file system cannot be built; `command` is how to."""
    if shutil.which("mmdebstrap") is None:
        raise OpenLabError("mmdebstrap is missing, which builds the guest: apt install mmdebstrap")
    if os.geteuid() != 0:
        raise OpenLabError(f"building the guest's root file system needs root, once: {command}")
    if not debian_sources():
        raise OpenLabError(
            "this machine's apt has no sources of a Debian release, which the guest is made of"
        )


def ptrace_allowed() -> bool:
    """Whether a child of ours may be traced."""
    child = os.fork()
    if child == 0:
        library = ctypes.CDLL(None, use_errno=True)
        os._exit(0 if library.ptrace(PTRACE_TRACEME, 0, None, None) == 0 else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def with_us(signal: str = "TERM") -> tuple[str, ...]:
    """How a program is begun that the system ends with its parent, however that ends.

    prctl(2), PR_SET_PDEATHSIG; no words where there is no setpriv of util-linux.
    """
    return _where_it_works("setpriv", "--pdeathsig", signal)


def alone() -> tuple[str, ...]:
    """How a program is begun whose mounts nobody sees, and all of whose children end with us.

    No words where this process may not.
    """
    ours = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    return _where_it_works(*with_us("KILL"), *ours)


def _where_it_works(*words: str) -> tuple[str, ...]:
    """The words if a program can be begun with them, else none."""
    if shutil.which(words[0]) is None:
        return ()
    return words if subprocess.run([*words, "true"], capture_output=True).returncode == 0 else ()


def mounted() -> list[str]:
    """Where something is mounted, as this process sees it."""
    places = [line.split()[1] for line in read(Path("/proc/self/mounts")).splitlines()]
    return [re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), each) for each in places]


def has_amx() -> bool:
    """Whether the processor's register file is larger than User-Mode Linux's buffer for it."""
    return "amx_tile" in read(Path("/proc/cpuinfo"))


def codename() -> str:
    """Debian's name of this release, "" elsewhere."""
    facts = dict(re.findall(r'(?m)^(\w+)="?([^"\n]*)"?$', read(Path("/etc/os-release"))))
    return facts.get("VERSION_CODENAME", "") if facts.get("ID") == "debian" else ""


def debian_sources() -> list[str]:
    """One-line sources of this Debian release, out of the machine's own apt configuration."""
    name = codename()
    if not name:
        return []
    listed = run(
        ["apt-get", "indextargets", "--no-release-info", "--format", SOURCE, "Created-By: Packages"]
    )
    ours = re.compile(rf"deb \S+ {name}(-updates|-security)? main")
    return list(dict.fromkeys(filter(ours.fullmatch, listed.splitlines())))
