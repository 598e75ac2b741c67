"""`labkit notebooks`: run every notebook of a clone and store what it printed.

The one way in which stored outputs come about.  Knows nbclient and nbformat; keeps nothing that
differs from run to run (timing, kernel versions, widget state), so that a second run changes
nothing.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from labkit import resources
from labkit.commands import CommandError

VIEW = "application/vnd.jupyter.widget-view+json"
"""What shows a widget, with an id of its own in every run; its text twin stays."""
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
ANSWER = "answer"
"""The tag of a cell whose output answers the question asked before it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if an output would change"
    )


def run(arguments: argparse.Namespace) -> int:
    """Regenerate, or check; returns 1 if a check found a difference.  Raises CommandError."""
    if resources.clone() is None:
        raise CommandError("stored outputs are made in a clone of the repository", status=2)
    changed = 0
    for path in _chosen(arguments.names):
        before = path.read_text(encoding="utf-8")
        after = executed(path)
        same = before == after
        print(f"{path.name}: {'unchanged' if same else 'changed'}", flush=True)
        if not same:
            changed += 1
            if not arguments.check:
                path.write_text(after, encoding="utf-8")
    return 1 if arguments.check and changed else 0


def executed(path: Path) -> str:
    """The notebook's text with the outputs of a fresh run in an empty home.

    Raises CommandError for a cell that fails, with its error.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from traitlets.config import Config

    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"LABKIT_HOME": home, "LABKIT_MODE": "learn"}
        client = NotebookClient(
            notebook, timeout=300, record_timing=False,
            config=Config({"KernelManager": _transport(Path(home))}),
        )  # fmt: skip
        try:
            client.execute(cwd=str(path.parent))
        except CellExecutionError as error:
            raise CommandError(f"{path.name}: {error.ename}: {error.evalue}") from error
    _normalise(notebook)
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


def _transport(folder: Path) -> dict[str, str]:
    """How to speak to the kernel: where there are such sockets, by some in a folder of one's own.

    ipykernel warns of TCP, which anybody on the machine could listen to.
    """
    return {} if os.name == "nt" else {"transport": "ipc", "ip": str(folder / "kernel")}


def stored() -> list[Path]:
    """Every notebook of a clone that has stored outputs: the course's, and the gallery."""
    docs = resources.notebooks().parent / "docs"
    return sorted(resources.notebooks().glob("*.ipynb")) + sorted(docs.glob("*.ipynb"))


def _chosen(names: list[str]) -> list[Path]:
    every = {path.name: path for path in stored()}
    unknown = [name for name in names if name not in every]
    if unknown:
        raise CommandError(f"no notebook {unknown[0]}; there are: {', '.join(every)}", status=2)
    return [every[name] for name in names] if names else list(every.values())


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
