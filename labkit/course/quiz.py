"""Quizzes as values, read from `data/quizzes/<id>.yaml`, and how an answer is answered.

Every wrong choice explains itself, because a wrong answer is where somebody learns.  Must not
know how a quiz is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labkit.course import forms
from labkit.course.forms import Form, FormError
from labkit.course.placeholders import PlaceholderError, fill


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    because: str
    right: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its choices, one of which is right."""

    id: str
    ask: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """The number of the right choice, from 1."""
        return next(n for n, each in enumerate(self.choices, start=1) if each.right)


@dataclass(frozen=True, slots=True)
class Quiz:
    id: str
    title: str
    notebook: str
    items: tuple[Item, ...]

    def item(self, name: str) -> Item:
        """Raises LookupError."""
        for each in self.items:
            if each.id == name:
                return each
        known = ", ".join(each.id for each in self.items)
        raise LookupError(f"there is no question {name!r} in {self.id}; there are: {known}")


def names() -> list[str]:
    """Every id, sorted."""
    return forms.ids("quizzes")


@cache
def load(name: str) -> Quiz:
    """Raises LookupError for an id that is none, FormError for a file that is not of its form."""
    return read(forms.place("quizzes", name, "quiz"))


def read(path: Path) -> Quiz:
    """Read one file.  Raises FormError, which names file and place."""
    form = forms.read(path)
    notebook = form.notebook()
    try:
        items = tuple(_item(each) for each in form.forms("questions", needed=True))
    except PlaceholderError as error:
        raise FormError(f"{path.name}: {error}") from error
    quiz = Quiz(path.stem, form.text("title"), notebook, items)
    forms.distinct([each.id for each in items], path.name)
    form.end()
    return quiz


def _item(form: Form) -> Item:
    item = Item(
        form.name("id"),
        fill(form.text("ask")),
        tuple(_choice(each) for each in form.forms("choices", needed=True)),
    )
    if sum(each.right for each in item.choices) != 1 or len(item.choices) < 2:
        raise form.refuse("of at least two choices one is `right: true`")
    forms.distinct([each.text for each in item.choices], form.where)
    form.end()
    return item


def _choice(form: Form) -> Choice:
    right = form.maybe("right", False)
    if not isinstance(right, bool):
        raise form.refuse("`right` is true or false")
    choice = Choice(fill(form.text("text")), fill(form.text("because")), right)
    form.end()
    return choice
