"""The predicates as a whole: what they are called with."""

from __future__ import annotations

import pytest

from labkit.course.observer import InProcess
from labkit.course.predicates import PredicateError, ask, predicates
from labkit.sim import Lab


@pytest.mark.parametrize("name", predicates())
def test_every_predicate_says_what_it_asks(name: str) -> None:
    assert predicates()[name].summary.endswith((".", ")."))


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("ping_suceeds", {}, "there is no predicate 'ping_suceeds'; there are: ping_succeeds"),
        ("ping_succeeds", {"device": "R1"}, "needs `to`"),
        ("ping_succeeds", {"device": "R1", "to": "x", "tries": 3}, "has no argument `tries`"),
        ("ping_succeeds", {"device": "R1", "to": "x", "size": "5"}, "`size` cannot be '5'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_with_those_that_do(
    name: str, arguments: dict[str, object], message: str
) -> None:
    with Lab() as lab, pytest.raises(PredicateError, match=message):
        ask(InProcess(lab), name, arguments)


def test_what_cannot_be_looked_at_does_not_hold_and_says_why() -> None:
    with Lab() as lab:
        finding = ask(InProcess(lab), "ping_succeeds", {"device": "R9", "to": "10.0.0.1"})
    assert not finding.holds
    assert finding.found.startswith("there is no device 'R9'; there are: Site-A-GW-Router")
