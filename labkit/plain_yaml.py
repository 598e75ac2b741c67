"""YAML that may have come from anywhere, looked through before anything is built of it.

PyYAML's loaders go down a document by calling themselves: libyaml's one ends the whole process on
a line of a hundred thousand brackets, and aliases let a line stand for gigabytes.  The stream of
events (YAML 1.2 section 3.1.1) is flat, so that is what is looked at first.  Knows the safe
loader; must not know what a document says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where PyYAML was built with it: a lab starts by reading YAML."""
DEEPEST = 20
"""Collections within each other."""
LARGEST = 4_000_000
"""Bytes of a file."""


class PlainYamlError(yaml.YAMLError):
    """It may be YAML, but none that is read here; the message names the line."""


def read_text(path: Path) -> str:
    """The text of a file of ordinary size.

    Raises OSError, UnicodeDecodeError, and PlainYamlError for a device, a pipe or a flood.
    """
    if path.exists() and not path.is_file():
        raise PlainYamlError("no file")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise PlainYamlError(f"more than {LARGEST:,} bytes")
    return data.decode("utf-8")


def compose(text: str, *, aliases: bool = False) -> yaml.Node | None:
    """The tree of a document's nodes, None for an empty one.  Raises yaml.YAMLError."""
    depth = 0
    for event in yaml.parse(text, Loader=YamlLoader):
        if isinstance(event, yaml.AliasEvent) and not aliases:
            raise PlainYamlError(f"{_where(event)}: an alias (*{event.anchor})")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise PlainYamlError(f"{_where(event)}: too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    found: yaml.Node | None = yaml.compose(text, Loader=YamlLoader)
    return found


def build(node: yaml.Node) -> Any:
    """The plain values of a node.  Raises yaml.YAMLError."""
    loader = YamlLoader("")
    try:
        return loader.construct_document(node)
    except (ValueError, OverflowError) as error:  # 2026-13-45, or a number without end
        raise PlainYamlError(str(error)) from error
    finally:
        loader.dispose()


def _where(event: yaml.Event) -> str:
    mark = event.start_mark
    return f"line {mark.line + 1}" if mark is not None else "somewhere"
