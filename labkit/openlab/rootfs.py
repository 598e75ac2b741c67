"""The guest's root file system: Debian's own packages in a folder, made by mmdebstrap.

Built once, as root, then only read.  Where the processor has AMX, the ptrace wrapper (see
`data/openlab/ptrace_xstate.c`) is compiled too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from labkit import resources
from labkit.openlab import OpenLabError, host, run
from labkit.openlab.folder import Folder

PACKAGES = (
    "user-mode-linux", "frr", "strongswan-charon", "strongswan-swanctl",
    "libstrongswan-standard-plugins", "libstrongswan-extra-plugins", "libcharon-extra-plugins",
    "tcpdump", "iputils-ping", "iproute2", "kmod", "ethtool", "procps", "netcat-openbsd",
    "python3", "python3-cryptography", "python3-yaml",
)  # fmt: skip
DOCUMENTATION = 'cd "$1/usr/share" && rm -rf doc man locale'
DISK = 500 << 20
"""How much of the disk must be free to build, in bytes."""
STAMP = "lab/packages"
"""In the root file system: name and version of each package, written when all is done."""


def is_built(folder: Folder) -> bool:
    """Whether there is a whole root file system."""
    return (folder.rootfs / STAMP).is_file()


def packages(folder: Folder) -> dict[str, str]:
    """Name and version of every package in the guest.  Raises OSError."""
    lines = (folder.rootfs / STAMP).read_text().splitlines()
    return {name: version for name, _, version in (line.partition("\t") for line in lines)}


def build(folder: Folder, say: Callable[[str], None]) -> None:
    """Make the root file system anew, in a folder that is held.  Raises OpenLabError."""
    folder.check()
    draft = folder.root / "rootfs.new"
    for old in (draft, folder.rootfs):
        _remove(old)
    free = shutil.disk_usage(folder.root).free
    if free < DISK:
        raise OpenLabError(
            f"{folder.root} has {free >> 20} MB free, and the guest's root file system wants "
            f"{DISK >> 20}; choose another place: LABKIT_CACHE=DIR"
        )
    say("building the guest's root file system from Debian's packages (350 MB, half a minute)")
    alone = host.alone()
    try:
        run([*alone, *_mmdebstrap(draft)])
        _complete(draft)
    except BaseException:
        if alone:  # else it may have left something mounted there
            _remove(draft)
        raise
    draft.rename(folder.rootfs)


def _complete(draft: Path) -> None:
    """What Debian's packages do not bring along."""
    _modules(draft)
    (draft / "lab").mkdir()
    shutil.copy(resources.data("openlab", "guest", "first"), draft / "sbin/openlab-init")
    listing = run(["dpkg-query", f"--admindir={draft}/var/lib/dpkg", "-W"])
    (draft / STAMP).write_text(listing)


def _remove(old: Path) -> None:
    """Remove a folder that is ours.  Raises OpenLabError where it cannot be."""
    if any(Path(place).is_relative_to(old) for place in host.mounted()):
        raise OpenLabError(f"something is mounted in {old}: umount it first")
    shutil.rmtree(old, ignore_errors=True)
    if old.exists() or old.is_symlink():
        raise OpenLabError(f"{old} is in the way, and cannot be removed")


def _mmdebstrap(target: Path) -> list[str]:
    return [
        "mmdebstrap", "--variant=minbase", "--mode=root", "--quiet",
        "--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"', *_proxy(),
        f"--customize-hook={DOCUMENTATION}", f"--include={','.join(PACKAGES)}",
        host.codename(), str(target), *host.debian_sources(),
    ]  # fmt: skip


def ensure_wrapper(folder: Folder) -> Path | None:
    """The ptrace wrapper, compiled if need be; None where none is needed.

    Raises OpenLabError where it is needed and there is no C compiler.
    """
    if not host.has_amx():
        return None
    if not folder.wrapper.is_file():
        compile_wrapper(folder.wrapper)
    return folder.wrapper


def compile_wrapper(target: Path) -> None:
    """Compile `data/openlab/ptrace_xstate.c`.  Raises OpenLabError."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise OpenLabError(
            "this processor has AMX, and the wrapper that User-Mode Linux then needs wants a C "
            "compiler: apt install gcc libc6-dev"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    source = resources.data("openlab", "ptrace_xstate.c")
    run([compiler, "-O2", "-shared", "-fPIC", "-o", str(target), str(source), "-ldl"])


def _modules(rootfs: Path) -> None:
    """Debian keeps the guest kernel's modules where modprobe does not look."""
    (version,) = (path.name for path in (rootfs / "usr/lib/uml/modules").iterdir())
    place = rootfs / "usr/lib/modules"
    place.mkdir(parents=True, exist_ok=True)
    (place / version).symlink_to(f"../uml/modules/{version}")
    run(["chroot", str(rootfs), "depmod", version])


def _proxy() -> list[str]:
    """The machine's own way to its package sources."""
    if shutil.which("apt-config") is None:
        return []
    dump = run(["apt-config", "dump", "--format", '%f "%v";%n', "Acquire::http::Proxy"])
    return [f"--aptopt={line}" for line in dump.splitlines() if not line.endswith('"";')]
