"""The coverage pages: what the devices of the lab understand and who needs it, as Markdown; and
the page of the predicates, which checks may ask.

What is understood is read off each platform's grammar, who needs it off what they type (users.py).
What is not understood is a list of well-known commands (not_understood.yaml), each typed here at
a device of a lab that has just started; the page shows what the device answered.

`python -m tests.coverage.pages [--check]` writes the pages, or says which are out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from labkit.sim.lab.lab import Lab
from labkit.sim.routers.control.shell import COMMANDS as CONTROL
from labkit.sim.routers.linux.shell import COMMANDS as LINUX
from labkit.sim.routers.linux.shell import DESCRIPTIONS, SNIFFER_COMMANDS
from tests.coverage import cisco_ios, nokia_sros, predicates, users
from tests.coverage.users import Line

ROUTERS = {
    "cisco_ios": ("Cisco IOS", "Site-B-GW-Router", cisco_ios, ("end",)),
    "nokia_sros": ("Nokia SR OS", "R1", nokia_sros, ("exit all",)),
}
"""Platform: its name, a device of it, its grammar, what leads back to the first prompt."""
WIDTH = 24
"""Of the column that says who needs a row."""
_INDEX = """\
# What can be typed

The routers of the lab understand what these pages list, in full or abbreviated, with help (`?`)
and completion (Tab) at every place. Everything else gets the vendor's own error; each page ends
with well-known commands of which that is so.

The first column says who needs it: the first notebook that types it, or the exercises, the faults,
another tool as it was recorded; in parentheses why it stays although nobody was seen to type it. A
row without a user is cut.

`labkit coverage` writes these pages from the grammars; a test fails when they are out of date.
"""
_NOTATION = {
    "cisco_ios": "`[ ]` may be left out, `( | )` is a choice, `{ | }` stands for any of these in "
    "any order. Values are written as `?` writes them. `no` and `default` go before every line "
    "of configuration, `| include`, `exclude`, `begin`, `section` and `count` after every `show`.",
    "nokia_sros": "`[ ]` may be left out; options come in any order. `no` goes before every line "
    "of `configure` and `debug`; `/` before a line looks it up from the root.",
}


def pages() -> dict[str, str]:
    """Each page's text by its path below `docs/`."""
    found: dict[str, list[str]] = {}
    with Lab("baseline") as lab:
        for platform, (name, device, grammar, back) in ROUTERS.items():
            page = [f"# What {name} understands here", "", _NOTATION[platform], ""]
            needed = needed_on(platform)
            for title, rows in grammar.sections():
                page += _block(title, (_row(needed[row], shown) for row, shown in rows))
            page += _not_understood(lab, platform, device, back)
            found[platform] = page
    found["hosts"] = list(_hosts())
    index = [_INDEX]
    for name, page in found.items():
        index.append(f"- [{page[0].removeprefix('# ')}](coverage/{name}.md)")
    texts = {f"coverage/{name}.md": page for name, page in found.items()}
    made = {path: "\n".join(page) + "\n" for path, page in {"coverage.md": index, **texts}.items()}
    return {**made, "predicates.md": predicates.page()}


def needed_on(platform: str) -> dict[str, str]:
    """Every row of a router's grammar, and who needs it; empty for nobody."""
    grammar = ROUTERS[platform][2]
    rows = [row for _, shown in grammar.sections() for row, _ in shown]
    found = users.of(platform, grammar.reads, rows)
    return {row: found.get(row, "") for row in rows}


def needed_on_hosts() -> dict[str, str]:
    """Every command of the hosts and the control channel, every option of it that help names, and
    who needs it."""
    rows = [*_hosts_rows()]
    hosts = users.of("linux", _host_reads, rows, guess=False)
    control = users.of("labkit", _control_reads, rows, guess=False)
    return {row: hosts.get(row) or control.get(row, "") for row in rows}


def _hosts_rows() -> Iterator[str]:
    for name in (*LINUX, *SNIFFER_COMMANDS):
        yield name
        told = DESCRIPTIONS.get(name, "")
        words = re.findall(r"(?<!\w)-\w+", told) + re.findall(r"\b(addr|route|neigh|link)\b", told)
        yield from (f"{name} {word}" for word in words)
    yield from (f"lab# {name}" for name in CONTROL)


def _host_reads(text: Sequence[Line]) -> Iterator[str]:
    """A command of a line, and with it each of its further words."""
    for line in text:
        name, *words = line.text.partition(" | ")[0].split()
        yield name
        yield from (f"{name} {word}" for word in words)


def _control_reads(text: Sequence[Line]) -> Iterator[str]:
    yield from (f"lab# {line.text.split()[0]}" for line in text)


def _row(user: str, shown: str) -> str:
    return f"{user:<{WIDTH}}{shown}"


def _block(title: str, rows: Iterable[str]) -> Iterator[str]:
    yield from (f"## `{title}`" if " " not in title else f"## {title.capitalize()}", "", "```text")
    yield from rows
    yield from ("```", "")


def _not_understood(lab: Lab, platform: str, device: str, back: Iterable[str]) -> Iterator[str]:
    yield from ("## Not understood", "", "| typed | answered |", "|---|---|")
    for entry in known_gaps()[platform]:
        for line in entry.get("after", ()):
            lab.run(device, line)
        said = lab.run(device, entry["line"])
        answer = [line for line in said.splitlines() if line.strip(" ^")]
        for line in back if entry.get("after") else ():
            lab.run(device, line)
        yield f"| `{entry['line']}` | `{' '.join(answer)}` |"


def known_gaps() -> dict[str, list[dict[str, Any]]]:
    """The well-known commands that are not understood, by platform."""
    read: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        Path(__file__).with_name("not_understood.yaml").read_text(encoding="utf-8")
    )
    return read


def _hosts() -> Iterator[str]:
    needed = needed_on_hosts()
    yield from ("# What the hosts and the control channel understand", "")
    yield from ("The hosts have a shell of their own with a few commands of Linux.", "")
    for title, commands in (("every host", LINUX), ("the sniffer too", SNIFFER_COMMANDS)):
        described = ((name, DESCRIPTIONS.get(name, "")) for name in sorted(commands))
        rows = (_row(needed[name], f"{name:<12}{what}".rstrip()) for name, what in described)
        yield from _block(title, rows)
    control = CONTROL.items()
    rows = (_row(needed[f"lab# {name}"], f"{row.usage:<50}  {row.what}") for name, row in control)
    yield from _block("lab#", rows)


def stale(docs: Path, *, write: bool) -> list[str]:
    """The pages below `docs` that are out of date, mended if `write`."""
    found = []
    for name, text in pages().items():
        path = docs / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            found.append(name)
            if write:
                path.write_text(text, encoding="utf-8")
    return found


if __name__ == "__main__":
    check = "--check" in sys.argv
    changed = stale(users.CLONE / "docs", write=not check)
    for name in changed:
        print(f"docs/{name}: {'out of date' if check else 'written'}")
    sys.exit(bool(check and changed))
