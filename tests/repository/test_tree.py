"""What holds of the tree as a whole: no addresses of registries, small modules, honest indexes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from labkit import __version__
from labkit.commands import COMMANDS

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = sorted((REPOSITORY / "labkit").rglob("*.py"))
CORE = ("protocols", "sim/model", "sim/net", "sim/grammar", "sim/routers")
IMPURE = {"socket", "threading", "asyncio", "time", "random", "secrets", "subprocess", "select"}
# Built from parts, so that this file does not name what it forbids.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("python" + "hosted", "org"))]
HOSTS += [".".join(parts) for parts in (("registry", "npm" + "js"), ("deb", "debian"))]


def module_id(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def tracked() -> list[Path]:
    """Every file git knows; skips outside a clone."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True
    )
    if listing.returncode != 0:
        pytest.skip("not a git clone")
    paths = [REPOSITORY / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_tracked_file_names_a_registry_host() -> None:
    """Where packages come from is each machine's own business."""
    found = [
        f"{module_id(path)}: {host}"
        for path in tracked()
        for host in HOSTS
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", ".ci/requirements.txt"])
def test_requirements_are_pinned_with_hashes_and_hold_no_address(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text.replace("--no-emit-index-url", "")
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())
    assert len(blocks) > 10
    for block in blocks:
        assert re.match(r"[\w.\[\]-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_every_direct_dependency_is_pinned() -> None:
    """requirements.txt was regenerated after pyproject.toml changed."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8").lower()
    pinned = set(re.findall(r"(?m)^([\w.-]+)==", text))
    names = {re.split(r"[<>=]", line)[0].lower() for line in direct}
    assert names <= pinned


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_module_opens_with_a_prologue_and_is_no_longer_than_400_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return  # an empty __init__ says nothing and needs no prologue
    prologue = ast.get_docstring(ast.parse(text)) or ""
    assert prologue, "no prologue"
    assert len(prologue.splitlines()) <= 20, "a prologue has 3 to 15 lines"
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in MODULES
        if module_id(path).startswith(tuple(f"labkit/{room}/" for room in CORE))
    ],
    ids=module_id,
)
def test_core_module_does_no_io_and_reads_no_clock(path: Path) -> None:
    """The core gets time and entropy from its caller."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            imported.add(node.module.split(".")[0])
        elif isinstance(node, ast.Attribute):
            assert node.attr != "urandom"
    assert imported & IMPURE == set()


def test_importing_labkit_imports_nothing_else() -> None:
    code = "import sys; had = set(sys.modules); import labkit; print(*(set(sys.modules) - had))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["labkit"]


def test_help_needs_the_standard_library_only() -> None:
    """`labkit --help` answers in a fresh clone, before anything is installed."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _HELP, str(REPOSITORY)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "labkit COMMAND" in done.stdout


_HELP = """
import sys
sys.path.insert(0, sys.argv[1])
from labkit.__main__ import main
main(["--help"])
"""


def test_every_decision_is_in_the_index() -> None:
    folder = REPOSITORY / "docs" / "adr"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index) == pages
    assert [name[:4] for name in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]


def test_readme_names_every_command_and_only_commands_and_files_that_exist() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`labkit (\w+)", readme))
    assert named == set(COMMANDS) - {"course"}
    assert {"python3 -m labkit", "python3 -m labkit test"} <= set(readme.splitlines())
    for folder in re.findall(r"(?m)^\| `([\w./]+/)` \|", readme):
        assert (REPOSITORY / folder).is_dir(), folder
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (REPOSITORY / target).exists(), target


def test_binder_takes_python_3_11_and_the_pinned_requirements() -> None:
    binder = REPOSITORY / "binder"
    assert (binder / "runtime.txt").read_text(encoding="utf-8") == "python-3.11\n"
    assert (binder / "requirements.txt").read_text(encoding="utf-8") == "-r ../requirements.txt\n"


def test_version_is_one_the_changelog_knows() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert "## Unreleased" in changelog or f"## {__version__}" in changelog
