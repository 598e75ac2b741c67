"""What `labkit notebooks` runs: every notebook of the clone, to store what it printed.

`python -m tests.notebooks.stored [NAME …] [--check]` is the one way in which stored outputs come
about.  It keeps nothing that differs from run to run (timing, kernel versions, widget state), so
that a second run changes nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from labkit import resources

VIEW = "application/vnd.jupyter.widget-view+json"
"""What shows a widget, with an id of its own in every run; its text twin stays."""
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
ANSWER = "answer"
"""The tag of a cell whose output answers the question asked before it."""


def main(words: Sequence[str]) -> int:
    """Regenerate, or check; returns 1 if a check found a difference or a cell fails, 2 for a name
    that no notebook has."""
    check = "--check" in words
    every = {path.name: path for path in stored()}
    chosen = [word for word in words if word != "--check"] or list(every)
    unknown = [name for name in chosen if name not in every]
    if unknown:
        return _fail(f"no notebook {unknown[0]}; there are: {', '.join(every)}", 2)
    changed = 0
    for path in map(every.__getitem__, chosen):
        before = path.read_text(encoding="utf-8")
        try:
            after = executed(path)
        except CellExecutionError as error:
            return _fail(f"{path.name}: {error.ename}: {error.evalue}", 1)
        same = before == after
        print(f"{path.name}: {'unchanged' if same else 'changed'}", flush=True)
        if not same:
            changed += 1
            if not check:
                path.write_text(after, encoding="utf-8")
    return 1 if check and changed else 0


def _fail(message: str, status: int) -> int:
    print("labkit:", " ".join(message.split()), file=sys.stderr)
    return status


def executed(path: Path) -> str:
    """The notebook's text with the outputs of a fresh run in an empty home.

    Raises CellExecutionError for a cell that fails, with its error.
    """
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"LABKIT_HOME": home, "LABKIT_MODE": "learn"}
        client = NotebookClient(
            notebook, timeout=300, record_timing=False,
            config=Config({"KernelManager": _transport(Path(home))}),
        )  # fmt: skip
        client.execute(cwd=str(path.parent))
    _normalise(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def _transport(folder: Path) -> dict[str, str]:
    """How to speak to the kernel: where there are such sockets, by some in a folder of one's own.

    ipykernel warns of TCP, which anybody on the machine could listen to.
    """
    return {} if os.name == "nt" else {"transport": "ipc", "ip": str(folder / "kernel")}


def stored() -> list[Path]:
    """Every notebook of a clone that has stored outputs: the course's, and the gallery."""
    docs = resources.notebooks().parent / "docs"
    return sorted(resources.notebooks().glob("*.ipynb")) + sorted(docs.glob("*.ipynb"))


def _normalise(notebook: Any) -> None:
    """Drop what a second run would not repeat, and join what arrived in pieces."""
    notebook.metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if cell.cell_type == "code":
            if _answers(cell):
                cell.metadata["jupyter"] = {"outputs_hidden": True}
            cell.outputs = _joined(cell.outputs)


def _answers(cell: Any) -> bool:
    """Whether what is stored tells the answer before the learner has given one.

    JupyterLab folds such an output to its first line, and unfolds it at a click or a run.
    """
    shows_more = ".reveal(" in cell.source and len(cell.source.splitlines()) > 1
    return shows_more or ANSWER in cell.metadata.get("tags", ())


def _joined(outputs: list[Any]) -> list[Any]:
    """Adjacent pieces of one stream as one output."""
    joined: list[Any] = []
    for output in outputs:
        if output.output_type != "execute_result":
            output.pop("execution_count", None)
        output.get("data", {}).pop(VIEW, None)
        last = joined[-1] if joined else None
        if last and output.output_type == "stream" == last.output_type and last.name == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
