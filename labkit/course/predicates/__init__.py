"""Named predicates: what a check, a fault's `breaks` and a fault's `spares` may ask of a lab.

Each asks an `Observer` and returns a `Finding`: whether it holds, and what was found, in words
that fit a sentence.  YAML names a predicate and brings its arguments, which are matched with the
function's own signature; nothing is evaluated.  A predicate looks at what a person could see.
Behaviour comes first: one that reads a configuration says so, and goes with one that sees its
effect.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from ipaddress import IPv4Address, IPv4Network
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from labkit.course.observer import Observer, ObserverError

FAMILIES = ("devices", "phase1", "phase2", "selection", "routing", "taps", "provider")
"""The modules that define predicates."""


class PredicateError(ValueError):
    """There is no such predicate, or the arguments do not fit it; the message says which do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it holds, what was found (fits after "found: "), and more names for sentences."""

    holds: bool
    found: str
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate by its name; `finds` are the names it gives to sentences beyond `found`."""

    name: str
    ask: Callable[..., Finding]
    parameters: Mapping[str, inspect.Parameter]
    types: Mapping[str, Any]
    finds: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Its docstring on one line."""
        return " ".join((self.ask.__doc__ or "").split())

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Raises PredicateError where the arguments do not fit."""
        known = ", ".join(self.parameters)
        for name, value in arguments.items():
            if name not in self.parameters:
                raise PredicateError(f"{self.name} has no argument `{name}`; it has: {known}")
            if not _fits(value, self.types[name]):
                raise PredicateError(f"{self.name}: `{name}` cannot be {value!r}")
        for name, parameter in self.parameters.items():
            if parameter.default is parameter.empty and name not in arguments:
                raise PredicateError(f"{self.name} needs `{name}`; it takes: {known}")


REGISTRY: dict[str, Predicate] = {}


def predicate(*finds: str) -> Callable[[Callable[..., Finding]], Callable[..., Finding]]:
    """Register a function (observer, *, arguments…) -> Finding under its own name."""

    def register(ask: Callable[..., Finding]) -> Callable[..., Finding]:
        parameters = dict(list(inspect.signature(ask).parameters.items())[1:])
        REGISTRY[ask.__name__] = Predicate(
            ask.__name__, ask, parameters, get_type_hints(ask), finds
        )
        return ask

    return register


def predicates() -> Mapping[str, Predicate]:
    """Every predicate by its name."""
    for family in FAMILIES:
        import_module(f"{__name__}.{family}")
    return REGISTRY


def find(name: str) -> Predicate:
    """A predicate.  Raises PredicateError."""
    known = predicates()
    if name not in known:
        raise PredicateError(f"there is no predicate {name!r}; there are: {', '.join(known)}")
    return known[name]


def ask(observer: Observer, name: str, arguments: Mapping[str, Any]) -> Finding:
    """Ask a predicate.  What cannot be looked at does not hold, and the finding says why.

    Raises PredicateError for a name or arguments that are none.
    """
    wanted = find(name)
    wanted.check(arguments)
    try:
        return wanted.ask(observer, **arguments)
    except ObserverError as error:
        return Finding(False, str(error), dict.fromkeys(wanted.finds, "-"))


def reasons(against: Sequence[str], fine: str) -> Finding:
    """Holds where nothing speaks against it; says what does, or that all is fine."""
    return Finding(not against, "; ".join(against) or fine)


def is_sros(observer: Observer, device: str) -> bool:
    """Whether a device is to be asked in SR OS's words."""
    return observer.platforms.get(device) == "nokia_sros"


def network(text: str) -> IPv4Network:
    """A prefix; an address without a length is a /24's.  Raises ObserverError."""
    try:
        return IPv4Network(text if "/" in text else f"{IPv4Address(text)}/24")
    except ValueError as error:
        raise ObserverError(f"{text} is no network: {error}") from error


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if get_origin(hint) is list:
        (inner,) = get_args(hint)
        return isinstance(value, list) and all(_fits(each, inner) for each in value)
    return type(value) is hint  # a bool is no int
