"""The coverage pages: what the devices of the lab understand, written as Markdown.

What is understood is read off each platform's grammar.  What is not is a list of well-known
commands (data/not_understood.yaml), each typed here at a device of a lab that has just started;
the page shows what the device answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from labkit import resources
from labkit.cli.cisco_ios import subjects as cisco_ios
from labkit.cli.control.shell import COMMANDS as CONTROL
from labkit.cli.linux.shell import COMMANDS as LINUX
from labkit.cli.linux.shell import DESCRIPTIONS, SNIFFER_COMMANDS
from labkit.cli.nokia_sros import grammar as nokia_sros
from labkit.lab.lab import Lab

ROUTERS = {
    "cisco_ios": ("Cisco IOS", "Site-B-GW-Router", cisco_ios.sections, ("end",)),
    "nokia_sros": ("Nokia SR OS", "R1", nokia_sros.sections, ("exit all",)),
}
"""Platform: its name, a device of it, its grammar, what leads back to the first prompt."""
_INDEX = """\
# What can be typed

The routers of the lab understand what these pages list, in full or abbreviated, with help (`?`)
and completion (Tab) at every place. Everything else gets the vendor's own error; each page ends
with well-known commands of which that is so.

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
        for platform, (name, device, sections, back) in ROUTERS.items():
            page = [f"# What {name} understands here", "", _NOTATION[platform], ""]
            page += [line for title, rows in sections() for line in _block(title, rows)]
            page += _not_understood(lab, platform, device, back)
            found[platform] = page
    found["hosts"] = list(_hosts())
    index = [_INDEX]
    for name, page in found.items():
        index.append(f"- [{page[0].removeprefix('# ')}](coverage/{name}.md)")
    texts = {f"coverage/{name}.md": page for name, page in found.items()}
    return {path: "\n".join(page) + "\n" for path, page in {"coverage.md": index, **texts}.items()}


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
        resources.data("not_understood.yaml").read_text(encoding="utf-8")
    )
    return read


def _hosts() -> Iterator[str]:
    yield from ("# What the hosts and the control channel understand", "")
    yield from ("The hosts have a shell of their own with a few commands of Linux.", "")
    yield from _block("every host", _described(LINUX))
    yield from _block("the sniffer too", _described(SNIFFER_COMMANDS))
    rows = [f"{row.usage:<50}  {row.what}" for row in CONTROL.values()]
    yield from _block("lab#", rows)


def _described(commands: Iterable[str]) -> list[str]:
    return [f"{name:<12}{DESCRIPTIONS.get(name, '')}".rstrip() for name in sorted(commands)]
