"""Exercises and questions as values, read from `data/exercises/<id>.yaml`.

An *exercise* is a task at the routers, with checks on what then can be seen.  A *question* (a file
with `ask`) wants a commitment before its commands run: a choice or a number.  Both state typical
wrong answers and why they are typical.  docs/authoring.md describes the form.  Must not know how
anything is checked or shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from labkit.course import forms
from labkit.course.forms import Form, FormError
from labkit.course.placeholders import PlaceholderError, fill, fill_all, unknown
from labkit.course.predicates import PredicateError, find
from labkit.sim import checkpoint_names, topology

LADDER = ("nudge", "where", "command", "answer")
"""The hints, each telling more than the one before."""
Kind = Literal["type", "configure", "dialogue"]
KINDS: tuple[Kind, ...] = ("type", "configure", "dialogue")


@dataclass(frozen=True, slots=True)
class PromptLines:
    """Lines for one prompt: configuration (typed inside the configuration mode), commands, or a
    dialogue (each line typed at whatever is asked, as in a Telnet session)."""

    device: str
    lines: tuple[str, ...]
    kind: Kind

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Check:
    """A predicate with its arguments, and what is said when it holds and when it does not yet."""

    id: str
    predicate: str
    arguments: Mapping[str, Any]
    passed: str
    not_yet: str


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """What people typically do, why, and the check at which it must fail."""

    why: str
    fails: str
    steps: tuple[PromptLines, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """What else shows that something was done: a command's output, or traffic at a tap."""

    device: str = ""
    command: str = ""
    tap: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A task at the routers."""

    id: str
    title: str
    notebook: str
    """The two digits of its notebook."""
    start: str
    task: str
    hints: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    solution: tuple[PromptLines, ...]
    wrong: tuple[WrongAnswer, ...]
    watch: tuple[Watch, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Something to commit to before it is seen."""

    id: str
    title: str
    notebook: str
    start: str
    ask: str
    choices: tuple[str, ...]
    """Empty: a number is asked for."""
    unit: str
    answer: str
    because: str
    run: tuple[PromptLines, ...]
    """Empty where the answer is not in the lab: a number on paper, what an RFC says."""
    show: tuple[Watch, ...]
    checks: tuple[Check, ...]
    """What must be seen after `run`, so that the answer is the lab's and not ours."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """Typical wrong answers, each with its explanation."""


def names() -> list[str]:
    """Every id, sorted."""
    return forms.ids("exercises")


@cache
def load(name: str) -> Exercise | Question:
    """Raises LookupError for an id that is none, FormError for a file that is not of its form."""
    return read(forms.place("exercises", name, "exercise"))


def exercise(name: str) -> Exercise:
    """An exercise.  Raises what `load` raises, and LookupError for a question."""
    loaded = load(name)
    if isinstance(loaded, Question):
        raise LookupError(f"{name} is a question: use Predict")
    return loaded


def question(name: str) -> Question:
    """A question.  Raises what `load` raises, and LookupError for an exercise."""
    loaded = load(name)
    if isinstance(loaded, Exercise):
        raise LookupError(f"{name} is an exercise: use Exercise")
    return loaded


def read(path: Path) -> Exercise | Question:
    """Read one file.  Raises FormError, which names file and place."""
    form = forms.read(path)
    try:
        made = _question(form, path.stem) if "ask" in form else _exercise(form, path.stem)
    except (PlaceholderError, PredicateError) as error:
        raise FormError(f"{path.name}: {error}") from error
    form.end()
    if made.start not in checkpoint_names():
        raise FormError(f"{path.name}: start: there is no checkpoint {made.start!r}")
    return made


def _exercise(form: Form, name: str) -> Exercise:
    hints = form.form("hints")
    ladder = tuple((rung, fill(hints.text(rung))) for rung in LADDER)
    hints.end()
    checks = _checks(form, needed=True)
    solution = _steps(form, "solution", needed=True)
    return Exercise(
        id=name,
        title=form.text("title"),
        notebook=form.notebook(),
        start=form.text("start"),
        task=fill(form.text("task")),
        hints=ladder,
        checks=checks,
        solution=solution,
        wrong=tuple(_wrong(each, checks, solution) for each in form.forms("wrong", needed=True)),
        watch=tuple(_watch(each) for each in form.forms("watch")),
    )


def _question(form: Form, name: str) -> Question:
    choices = tuple(fill(str(each)) for each in form.maybe("choices") or ())
    answer = fill(form.text("answer"))
    wrong = {fill(str(k)): fill(str(v)) for k, v in _mapping(form, "wrong").items()}
    if choices and {answer, *wrong} != {*choices}:
        raise form.refuse("each choice is either `answer` or explained in `wrong`")
    if not choices:
        for each in (answer, *wrong):
            number(each)
    run = _steps(form, "run")
    return Question(
        id=name,
        title=form.text("title"),
        notebook=form.notebook(),
        start=form.text("start"),
        ask=fill(form.text("ask")),
        choices=choices,
        unit=form.text("unit", ""),
        answer=answer,
        because=fill(form.text("because")),
        run=run,
        show=tuple(_watch(each) for each in form.forms("show")),
        checks=_checks(form, needed=bool(run)),
        wrong=wrong,
    )


def number(text: str) -> float:
    """A number as a person writes it.  Raises FormError."""
    try:
        return float(text.replace(",", ".").strip())
    except ValueError:
        raise FormError(f"{text!r} is no number; a question without `choices` wants one") from None


def _mapping(form: Form, key: str) -> dict[Any, Any]:
    value = form.maybe(key) or {}
    if not isinstance(value, dict):
        raise form.refuse(f"`{key}` must map each wrong answer to its explanation")
    return value


def _checks(form: Form, *, needed: bool) -> tuple[Check, ...]:
    checks = tuple(_check(each) for each in form.forms("checks", needed=needed))
    forms.distinct([check.id for check in checks], f"{form.where}: checks")
    return checks


def _check(form: Form) -> Check:
    name = form.name("id")
    wanted = find(form.text("that"))
    arguments = fill_all(form.mapping("with"))
    try:
        wanted.check(arguments)
    except PredicateError as error:
        raise form.refuse(str(error)) from error
    passed, not_yet = form.text("passed"), form.text("not_yet")
    if lost := unknown((passed, not_yet), {"found", *wanted.finds, *wanted.parameters}):
        offered = ", ".join(["found", *wanted.finds, *wanted.parameters])
        raise form.refuse(
            f"{{{sorted(lost)[0]}}} is no placeholder; {wanted.name} finds: {offered}"
        )
    form.end()
    return Check(name, wanted.name, arguments, passed, not_yet)


def _steps(form: Form, key: str, *, needed: bool = False) -> tuple[PromptLines, ...]:
    return tuple(_step(each) for each in form.forms(key, needed=needed))


def _step(form: Form) -> PromptLines:
    device = fill(form.text("at"))
    if device not in topology().nodes and device != "lab":
        raise form.refuse(f"there is no device {device!r}")
    kind = next((each for each in KINDS if each in form), KINDS[0])
    lines = form.lines(kind)
    form.end()
    return PromptLines(device, tuple(fill(line) for line in lines), kind)


def _wrong(form: Form, checks: tuple[Check, ...], solution: tuple[PromptLines, ...]) -> WrongAnswer:
    why, fails = fill(form.text("why")), form.text("fails")
    if fails not in [check.id for check in checks]:
        raise form.refuse(f"`fails` names no check: {fails!r}")
    if "steps" in form:
        steps = _steps(form, "steps")
    else:
        steps = solution if "then" in form and "replace" not in form else _replaced(form, solution)
    if "then" in form:
        steps += _steps(form, "then")
    form.end()
    return WrongAnswer(why, fails, steps)


def _replaced(form: Form, solution: tuple[PromptLines, ...]) -> tuple[PromptLines, ...]:
    """The solution with some of its text replaced (by nothing: the line is left out)."""
    steps = list(solution)
    for each in form.forms("replace", needed=True):
        old, new = fill(each.text("old")), fill(each.maybe("new") or "")
        device = fill(each.text("at", "")) or None
        each.end()
        before = list(steps)
        for place, step in enumerate(steps):
            if device in (None, step.device):
                lines = [line.replace(old, new) if old in line else line for line in step.lines]
                kept = tuple(line for line in lines if line.strip())
                steps[place] = PromptLines(step.device, kept, step.kind)
        if steps == before:
            raise each.refuse(f"{old!r} is not in the solution")
    return tuple(step for step in steps if step.lines)


def _watch(form: Form) -> Watch:
    if "tap" in form:
        made = Watch(tap=form.text("tap"), protocol=form.text("protocol", ""))
        if made.tap not in topology().links:
            raise form.refuse(f"there is no capture point {made.tap!r}")
    else:
        made = Watch(device=fill(form.text("at")), command=fill(form.text("type")))
    form.end()
    return made
