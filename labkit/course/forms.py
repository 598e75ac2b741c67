"""Reading the course's YAML strictly: every error names the file, the place and what is expected.

`Form` is a mapping of which each key must be asked for; what nobody asked for is an error, so
that a misspelt key never passes.  Must not know what an exercise is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from labkit import resources
from labkit.plain_yaml import YamlLoader

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class FormError(ValueError):
    """A file that is not of its form."""


class Form:
    """A mapping being read; `where` says where it stands."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise FormError(f"{where}: a mapping is expected, not {_kind(value)}")
        self.where = where
        self._left = dict(value)

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def take(self, key: str) -> Any:
        """The value of a key that must be there, as it is."""
        if key not in self._left:
            raise FormError(f"{self.where}: `{key}` is missing")
        return self._left.pop(key)

    def maybe(self, key: str, default: Any = None) -> Any:
        """The value of a key that need not be there, as it is."""
        return self._left.pop(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; stripped."""
        if default is not None and key not in self._left:
            return default
        value = self.take(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            raise FormError(f"{self.where}: `{key}` must be a text, not {_kind(value)}")
        return value.strip()

    def lines(self, key: str) -> tuple[str, ...]:
        """A text of lines, indentation kept, blank lines dropped."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise FormError(f"{self.where}: `{key}` must be lines of text, not {_kind(value)}")
        return tuple(line.rstrip() for line in value.splitlines() if line.strip())

    def name(self, key: str) -> str:
        """An id: lower-case words and numbers with hyphens."""
        value = self.text(key)
        if not ID.fullmatch(value):
            raise FormError(f"{self.where}: `{key}` is an id like `phase1-keys`, not {value!r}")
        return value

    def notebook(self) -> str:
        """The two digits of a notebook."""
        value = self.text("notebook")
        if not (value.isdigit() and len(value) == 2):
            raise self.refuse(f'`notebook` is two digits in quotes, like "06", not {value!r}')
        return value

    def form(self, key: str) -> Form:
        """A mapping."""
        return Form(self.take(key), f"{self.where}: {key}")

    def forms(self, key: str, *, needed: bool = False) -> list[Form]:
        """A list of mappings."""
        if key not in self._left and not needed:
            return []
        value = self.take(key)
        if not isinstance(value, list) or (needed and not value):
            raise FormError(f"{self.where}: `{key}` must be a list, not {_kind(value)}")
        return [Form(each, f"{self.where}: {key} {n}") for n, each in enumerate(value, start=1)]

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping with whatever keys, empty if it is not there."""
        value = self._left.pop(key, None) or {}
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value):
            raise FormError(f"{self.where}: `{key}` must be a mapping, not {_kind(value)}")
        return value

    def end(self) -> None:
        """All that there is to ask has been asked."""
        if self._left:
            raise FormError(f"{self.where}: unknown: {', '.join(map(str, self._left))}")

    def refuse(self, message: str) -> FormError:
        """An error at this place."""
        return FormError(f"{self.where}: {message}")


def ids(folder: str) -> list[str]:
    """Every id of a folder of `data/`, sorted."""
    return sorted(path.stem for path in resources.data(folder).glob("*.yaml"))


def place(folder: str, name: str, what: str) -> Path:
    """The file of an id.  Raises LookupError for an id that is none."""
    if name not in ids(folder):
        raise LookupError(f"there is no {what} {name!r}; there are: {', '.join(ids(folder))}")
    return resources.data(folder, f"{name}.yaml")


def read(path: Path) -> Form:
    """A file's form.  Raises FormError, OSError."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=YamlLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormError(f"{path.name}: not YAML: {error}") from error
    if not ID.fullmatch(path.stem):
        raise FormError(f"{path.name}: the name is the id: lower-case words with hyphens")
    return Form(document, path.name)


def distinct(ids: list[str], where: str) -> None:
    """Raises FormError where an id is used twice."""
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise FormError(f"{where}: used twice: {', '.join(twice)}")


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r:.40}"
