"""Checking an exercise: what was found, in sentences, with one of three outcomes.

*Not attempted* means that the lab looks as its checkpoint does, to a person who looks at
configurations and debugging.  Knows observers and predicates; must not know who asks, and leaves
no trace but what the same commands would leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from labkit import sim
from labkit.course.exercise import Check, Exercise, PromptLines, Question, Watch
from labkit.course.observer import InProcess, Observer, appearance, checkpoint_of, configure
from labkit.course.parsers.frames import between, seen
from labkit.course.placeholders import fill
from labkit.course.predicates import ask
from labkit.drive.connections import Unconfirmed

Tell = Callable[[int, int], None]
"""Told how many of how many checks are done."""


class Outcome(StrEnum):
    NOT_ATTEMPTED = "not attempted"
    NOT_YET = "not yet"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's result."""

    check: Check
    passed: bool
    sentence: str
    found: str


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """All checks' results; none where nothing was attempted.  Shown as text."""

    id: str
    title: str
    outcome: Outcome
    verdicts: tuple[Verdict, ...] = ()

    def __str__(self) -> str:
        head = f"{self.title} ({self.id}): {self.outcome}"
        if not self.verdicts:
            return f"{head}."
        good = sum(each.passed for each in self.verdicts)
        marks = (f"  {'✓' if each.passed else '○'} {each.sentence}" for each in self.verdicts)
        return "\n".join([f"{head}, {good} of {len(self.verdicts)} checks hold.", *marks])

    __repr__ = __str__


def check(exercise: Exercise, observer: Observer, tell: Tell | None = None) -> Report:
    """Check an exercise as the lab stands."""
    with observer.lock:
        if untouched(exercise, observer):
            return Report(exercise.id, exercise.title, Outcome.NOT_ATTEMPTED)
        verdicts = judge(exercise.checks, observer, tell)
    good = all(each.passed for each in verdicts)
    outcome = Outcome.PASSED if good else Outcome.NOT_YET
    return Report(exercise.id, exercise.title, outcome, verdicts)


def judge(
    checks: Sequence[Check], observer: Observer, tell: Tell | None = None
) -> tuple[Verdict, ...]:
    """Ask each check's predicate and put what was found into its sentence."""
    verdicts = []
    for done, each in enumerate(checks):
        if tell is not None:
            tell(done, len(checks))
        finding = ask(observer, each.predicate, each.arguments)
        names = {name: str(value) for name, value in each.arguments.items()}
        sentence = fill(
            each.passed if finding.holds else each.not_yet,
            {**names, **finding.more, "found": finding.found},
        )
        verdicts.append(Verdict(each, finding.holds, sentence, finding.found))
    return tuple(verdicts)


def untouched(exercise: Exercise, observer: Observer) -> bool:
    """Whether the lab looks as at the exercise's checkpoint, or as at the one it started from."""
    bases = {exercise.start, checkpoint_of(observer) or exercise.start}
    return any(_looks_as(base, exercise, observer) for base in bases)


def _looks_as(checkpoint: str, exercise: Exercise, observer: Observer) -> bool:
    """Looks first where the solution would change something, and stops at the first difference."""
    as_started = _started(checkpoint)
    places = dict.fromkeys([*(step.device for step in exercise.solution), *as_started])
    there = [name for name in places if name in observer.platforms]
    return all(as_started[name] == appearance(observer, name) for name in there) and all(
        _watched_at_start(checkpoint, each) == _watched(observer, each) for each in exercise.watch
    )


def apply(observer: Observer, steps: Sequence[PromptLines]) -> list[str]:
    """Type steps at their devices; returns the answers that refuse a configuration line.

    Raises Unconfirmed if one of them is a real device, before anything is typed.
    """
    refused: list[str] = []
    if real := sorted(observer.real & {step.device for step in steps}):
        raise Unconfirmed(f"{', '.join(real)}: real devices, whose lines are for you to type")
    with observer.lock:
        for step in steps:
            if step.kind == "configure":
                refused += configure(observer, step.device, step.lines)
            else:
                _type(observer, step)
    return refused


def _type(observer: Observer, step: PromptLines) -> list[str]:
    """Type commands or a dialogue; returns what was said to each, the command before it."""
    if step.kind == "dialogue":
        return [observer.converse(step.device, step.lines).strip()]
    return [
        f"{step.device}# {line}\n{observer.run(step.device, line).strip()}" for line in step.lines
    ]


def dialogue(observer: Observer, question: Question) -> str:
    """Run a question's commands and show what it shows, as text."""
    said: list[str] = []
    with observer.lock:
        for step in question.run:
            if step.kind == "configure":
                configure(observer, step.device, step.lines)
            else:
                said += _type(observer, step)
        for watch in question.show:
            rows = between(seen(observer.frames(watch.tap)), watch.protocol or None)[-4:]
            text = "\n".join(f"  {each.row}" for each in rows) or "  (nothing)"
            said.append(f"{watch.tap}:\n{text}")
    return "\n\n".join(said)


@cache
def _started(checkpoint: str) -> dict[str, str]:
    """How every device looks in a lab that was just started."""
    with sim.Lab(checkpoint) as lab:
        observer = InProcess(lab)
        return {name: appearance(observer, name) for name in observer.platforms}


@cache
def _watched_at_start(checkpoint: str, watch: Watch) -> str:
    with sim.Lab(checkpoint) as lab:
        return _watched(InProcess(lab), watch)


def _watched(observer: Observer, watch: Watch) -> str:
    """What an exercise watches beside the configurations."""
    if watch.tap:
        return str(len(between(seen(observer.frames(watch.tap)), watch.protocol or None)))
    return observer.run(watch.device, watch.command).strip()
