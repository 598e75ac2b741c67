"""Other people's tools drive a served lab unchanged, each from its own pinned environment.

A tool is a folder here: `requirements.in`, pinned by hash in `requirements.txt`, and `check.py`,
which knows nothing of labkit.  `python3 tests/tools/environments.py` makes the environments.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("tools_environments", HERE / "environments.py")
assert _spec is not None and _spec.loader is not None
environments = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(environments)


@pytest.fixture
def lab_file(tmp_path: Path) -> Iterator[Path]:
    """The JSON of a lab that is served by a process of its own while the test runs."""
    command = [sys.executable, "-m", "labkit", "serve", "--json", "--capture-dir", str(tmp_path)]
    with (tmp_path / "serve.err").open("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (tmp_path / "serve.err").read_text()
            path = tmp_path / "lab.json"
            path.write_text(line, encoding="utf-8")
            yield path
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    assert process.returncode == 0
    complaints = (tmp_path / "serve.err").read_text()
    assert "Traceback" not in complaints, complaints


@pytest.mark.needs("ssh")
@pytest.mark.parametrize("tool", environments.TOOLS)
def test_the_tool_works_unchanged(tool: str, lab_file: Path) -> None:
    """Every check of the tool's script passes, and the lab says nothing on stderr."""
    if not environments.ready(tool):
        reason = f"{tool} has no environment: python3 tests/tools/environments.py {tool}"
        if os.environ.get("LABKIT_REQUIRE_TOOLS") == "1":
            pytest.fail(f"{reason} (LABKIT_REQUIRE_TOOLS=1 demands it)", pytrace=False)
        pytest.skip(reason)
    script = HERE / tool / "check.py"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    done = subprocess.run(
        [str(environments.python(tool)), str(script), str(lab_file)],
        env={**clean, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads(lab_file.read_text(encoding="utf-8"))
    assert facts["devices"][0]["netmiko"]["password"] not in done.stdout + done.stderr


@pytest.mark.parametrize("tool", environments.TOOLS)
def test_requirements_are_pinned_by_hash(tool: str) -> None:
    """Each package has one exact version and hashes, and no line names an address."""
    text = (HERE / tool / "requirements.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    packages = [line for line in lines if not line.startswith(" ")]
    assert packages
    for line in packages:
        assert re.match(r"[a-z0-9._-]+==[^ ]+ .*\\$", line), line
    assert text.count("--hash=sha256:") >= len(packages)
    assert "://" not in text


@pytest.mark.parametrize("tool", environments.TOOLS)
def test_no_check_imports_labkit(tool: str) -> None:
    """A check knows of the lab only what its JSON says."""
    text = (HERE / tool / "check.py").read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) labkit", text, re.MULTILINE)
