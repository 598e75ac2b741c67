"""A language for command lines, as routers speak them: declared, not programmed.

A row is anything with a `syntax`; a `Grammar` reads lines by rows and says what they mean, or
where they go wrong, and what could come next.  Abbreviation, the column for the caret, ambiguous
and incomplete input, `?` and Tab all come out of the syntax.  Each platform puts the results
into its own words.

    @dataclass(frozen=True)
    class Row:
        syntax: str

    grammar = Grammar([Row("show clock"), Row("show ip route [<prefix:ipv4>]")], STANDARD)
    grammar.read("sh ip ro 10.0.0.0")   # Match(row=..., words=("show", "ip", "route", ...))
    grammar.read("show foo")            # Bad(column=5)
    grammar.read("show ip")             # Incomplete()
    grammar.choices("show ")            # [Choosable("clock", ...), Choosable("ip", ...)]
    grammar.complete("sh")              # "show "
"""

from labkit.sim.grammar.reading import (
    Ambiguous,
    Bad,
    Choosable,
    Grammar,
    Incomplete,
    Match,
    Mistake,
    Reading,
)
from labkit.sim.grammar.words import STANDARD, Kind, Unfit, find, number

__all__ = [
    "STANDARD",
    "Ambiguous",
    "Bad",
    "Choosable",
    "Grammar",
    "Incomplete",
    "Kind",
    "Match",
    "Mistake",
    "Reading",
    "Unfit",
    "find",
    "number",
]
