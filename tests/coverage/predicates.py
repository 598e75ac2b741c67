"""docs/predicates.md, made of the predicates themselves."""

from __future__ import annotations

from inspect import Parameter
from typing import Any

from labkit.course.predicates import FAMILIES, Predicate, predicates

HEAD = """\
# Predicates

What checks of exercises, and `breaks` and `spares` of faults, may ask. Made from the docstrings
(`labkit coverage`); docs/authoring.md says how they are used. Each finds
`{found}`, and the names in its last column; its arguments may stand in a sentence too. An argument
with a value is optional.
"""


def page() -> str:
    """The page's text."""
    known = predicates().values()
    parts = [HEAD]
    for family in FAMILIES:
        rows = [each for each in known if each.ask.__module__.endswith(f".{family}")]
        parts.append(f"\n## {family}\n\n| predicate | asks | also finds |\n|---|---|---|\n")
        parts += [f"| {_call(each)} | {each.summary} | {_names(each)} |\n" for each in rows]
    return "".join(parts)


def _call(each: Predicate) -> str:
    return f"`{each.name}`<br>" + ", ".join(
        f"`{name}{_default(parameter)}`" for name, parameter in each.parameters.items()
    )


def _default(parameter: Parameter) -> str:
    if parameter.default is Parameter.empty:
        return ""
    words: dict[Any, str] = {None: "null", True: "true", False: "false"}
    value = parameter.default
    return f": {words[value] if value is None or isinstance(value, bool) else value}"


def _names(each: Predicate) -> str:
    return ", ".join(f"`{{{name}}}`" for name in each.finds)
