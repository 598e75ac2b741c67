"""Where the open lab cannot run, one sentence says why; the apt sources are the machine's own."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.commands import environment
from labkit.commands import run as labkit
from labkit.openlab import OpenLabError, host, rootfs
from labkit.openlab.folder import Folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LABKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(environment, "enter", lambda argv: None)
    return tmp_path


def test_the_folder_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Folder.default().root == tmp_path / "openlab"
    monkeypatch.delenv("LABKIT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Folder.default().rootfs == tmp_path / "cache/labkit/openlab/rootfs"


def refuse_system(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "platform", "darwin")
    patch.setattr(platform, "system", lambda: "Darwin")


def refuse_processor(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(platform, "machine", lambda: "aarch64")


def refuse_ptrace(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(host, "ptrace_allowed", lambda: False)


def refuse_mmdebstrap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "which", lambda name: None)


def refuse_root(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    patch.setattr("os.geteuid", lambda: os.getuid() or 1000)


def refuse_sources(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    patch.setattr("os.geteuid", lambda: 0)
    patch.setattr(host, "debian_sources", list)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the other refusals need Linux")
@pytest.mark.parametrize(
    ("refuse", "sentence"),
    [
        (refuse_system, "the open lab needs Linux, and this is Darwin"),
        (refuse_processor, "for x86-64 only, and this machine is aarch64"),
        (refuse_ptrace, "this machine does not allow ptrace"),
        (refuse_mmdebstrap, "apt install mmdebstrap"),
        (refuse_root, " -m labkit openlab build"),
        (refuse_sources, "no sources of a Debian release"),
    ],
)
def test_a_host_that_cannot_is_told_why_in_one_sentence(
    refuse, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    refuse(monkeypatch)
    assert labkit(["openlab", "up"]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1


def foreign_root(folder: Path) -> None:
    os.chown(folder, 4711, -1)


def foreign_guest(folder: Path) -> None:
    (folder / "rootfs").mkdir()
    os.chown(folder / "rootfs", 4711, -1)


def planted_link(folder: Path) -> None:
    (folder / "rootfs").symlink_to("/etc")


def planted_wrapper(folder: Path) -> None:
    (folder / "ptrace_xstate.so").touch()
    os.lchown(folder / "ptrace_xstate.so", 4711, -1)


def open_parent(folder: Path) -> None:
    folder.parent.chmod(0o777)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root gives files away"
)
@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (foreign_root, "openlab belongs to somebody else"),
        (foreign_guest, "rootfs belongs to somebody else"),
        (planted_link, "rootfs is a link"),
        (planted_wrapper, "ptrace_xstate.so belongs to somebody else"),
        (open_parent, "may be written in by anybody"),
    ],
)
def test_root_neither_builds_nor_runs_where_another_user_could_have_a_hand_in_it(
    plant: Callable[[Path], None],
    sentence: str,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(host, "check_boot", lambda: None)
    monkeypatch.setattr(host, "check_build", lambda command: None)
    monkeypatch.setattr(rootfs, "run", pytest.fail)
    (cache / "openlab").mkdir()
    plant(cache / "openlab")
    assert labkit(["openlab", "up"]) == 1
    assert sentence in capsys.readouterr().err
    with pytest.raises(OpenLabError, match=sentence):
        rootfs.build(Folder.default(), print)


def test_whoever_asked_sudo_may_own_the_place(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "openlab").mkdir()
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    monkeypatch.setenv("SUDO_UID", str(os.getuid()))
    Folder.default().check()


def test_two_commands_do_not_work_in_one_folder_and_a_killed_one_leaves_it_free(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "import sys; from labkit.openlab.folder import Folder\n"
        "with Folder.default().held(): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    with pytest.raises(OpenLabError, match="another labkit openlab is at work in"):
        Folder.default().held().__enter__()
    other.kill()
    other.communicate()
    with Folder.default().held():
        pass


def test_a_place_where_nothing_can_be_written_is_one_sentence(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "file").touch()
    for place in (cache / "file", Path("/proc/none")):
        monkeypatch.setenv("LABKIT_CACHE", str(place))
        with pytest.raises(OpenLabError, match=r"cannot write in .*: .*choose another place"):
            Folder.default().held().__enter__()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_sudo_makes_belongs_to_whoever_asked(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Building takes root, running does not: the user's own guest is started in there."""
    monkeypatch.setenv("LABKIT_CACHE", str(cache / "new"))
    monkeypatch.setenv("SUDO_UID", "4711")
    monkeypatch.setenv("SUDO_GID", "4712")
    with Folder.default().held():
        pass
    for made in (cache / "new", cache / "new/openlab"):
        assert (made.stat().st_uid, made.stat().st_gid) == (4711, 4712)
    assert cache.stat().st_uid == 0


def test_a_full_disk_is_told_before_anything_is_built(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rootfs, "run", pytest.fail)
    monkeypatch.setattr(rootfs, "DISK", 1 << 60)
    with Folder.default().held(), pytest.raises(OpenLabError, match="MB free, and the guest's"):
        rootfs.build(Folder.default(), print)


def test_a_build_that_fails_leaves_nothing_behind(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str]) -> str:
        (cache / "openlab/rootfs.new/usr").mkdir(parents=True)
        raise OpenLabError("mmdebstrap failed: no network")

    monkeypatch.setattr(rootfs, "run", fail)
    monkeypatch.setattr(rootfs, "_mmdebstrap", lambda target: [])
    monkeypatch.setattr(host, "alone", lambda: ("unshare",))
    with Folder.default().held(), pytest.raises(OpenLabError, match="no network"):
        rootfs.build(Folder.default(), print)
    assert [path.name for path in (cache / "openlab").iterdir()] == ["lock"]


def test_nothing_is_removed_while_something_is_mounted_in_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build of long ago may have left the machine's own /dev there."""
    device = cache / "openlab/rootfs.new/dev/null"
    device.parent.mkdir(parents=True)
    device.touch()
    monkeypatch.setattr(host, "mounted", lambda: ["/", str(device.parent)])
    with Folder.default().held(), pytest.raises(OpenLabError, match="something is mounted in"):
        rootfs.build(Folder.default(), print)
    assert device.exists()


@pytest.mark.skipif(not Path("/proc/self/mounts").exists(), reason="Linux tells it there")
def test_what_is_mounted_is_told_by_place() -> None:
    assert "/proc" in host.mounted()


@pytest.mark.parametrize("words", [["do", "ip", "link"], ["record", "no-such"]])
def test_verbs_that_make_no_sense_now_are_answered(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labkit.openlab.verify.tshark", lambda: "tshark")
    assert labkit(["openlab", *words]) == 1
    said = capsys.readouterr().err
    assert "does not run" in said or "there is no scenario 'no-such'; there are: baseline" in said


def test_down_says_that_there_was_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert labkit(["openlab", "down"]) == 0
    assert capsys.readouterr().out == "the open lab did not run\n"


@pytest.mark.needs("apt-get")
def test_sources_of_this_release_are_taken_in_both_forms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other people's sources beside Debian's stay out."""
    monkeypatch.setattr(host, "codename", lambda: "bookworm")
    (tmp_path / "apt.conf").write_text(f'Dir::Etc "{tmp_path}";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    (tmp_path / "sources.list").write_text("# none\ndeb http://mirror.example/d bookworm main\n")
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "debian.sources").write_text(
        "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n"
        "Components: main contrib\nSigned-By: /usr/share/keyrings/k.gpg\n\n"
        "Types: deb-src\nURIs: http://mirror.example/src\nSuites: bookworm\nComponents: main\n"
    )
    (folder / "other.list").write_text("deb http://other.example/ stable main\n")
    (folder / "old.list.disabled").write_text("deb http://other.example/ bookworm main\n")
    assert host.debian_sources() == [
        "deb http://mirror.example/d/ bookworm main",
        "deb http://mirror.example/debian/ bookworm main",
        "deb http://mirror.example/debian/ bookworm-updates main",
    ]


@pytest.mark.needs("cc")
def test_the_wrapper_of_ptrace_compiles_and_loads(tmp_path: Path) -> None:
    import ctypes

    rootfs.compile_wrapper(tmp_path / "wrapper.so")
    assert ctypes.CDLL(str(tmp_path / "wrapper.so")).ptrace


def test_without_a_compiler_the_wrapper_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(OpenLabError, match="apt install gcc"):
        rootfs.compile_wrapper(tmp_path / "wrapper.so")


def test_a_host_without_unshare_builds_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert host.alone() == host.with_us() == ()
