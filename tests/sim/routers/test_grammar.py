"""The grammar engine and the configuration tree, with rows of no vendor."""

from __future__ import annotations

import string
from dataclasses import dataclass
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.sim.grammar import STANDARD, Ambiguous, Bad, Grammar, Incomplete, Match
from labkit.sim.grammar.syntax import compile_syntax


@dataclass(frozen=True)
class Row:
    """The least that a grammar needs."""

    syntax: str


SYNTAXES = [
    "show clock",
    "show crypto map",
    "show ip route [<prefix:ipv4> [<mask:mask>] | static | bgp]",
    "ping <target:word> { size <size:36-18024> | repeat <count:1-100> | df-bit }*",
    "description <text:line>",
    "duplex <value=auto|full|half>",
    "network <prefix:prefix>",
]
GRAMMAR: Grammar[Row] = Grammar([Row(syntax) for syntax in SYNTAXES], STANDARD, {"clock": "Time"})


def read(line: str) -> Match[Row]:
    """A line that must be understood."""
    match = GRAMMAR.read(line)
    assert isinstance(match, Match), match
    return match


def test_words_may_be_shortened_as_long_as_they_are_unique() -> None:
    """`sh cl` is `show clock`; the match has the words in full."""
    assert read("sh cl").words == ("show", "clock")
    assert read("SHOW Clock").words == ("show", "clock")


def test_a_word_may_leave_its_first_letters_to_another() -> None:
    """`show log` is logging although `show login` exists, which wants a letter more."""
    grammar = Grammar([Row("show logging"), Row("show logi~n [failures]")], STANDARD, {})
    for line, word in (("show log", "logging"), ("show logi", "login"), ("show login", "login")):
        match = grammar.read(line)
        assert isinstance(match, Match) and match.words == ("show", word)
    assert [choice.word for choice in grammar.choices("show log")] == ["logging", "login"]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("show", Incomplete()),
        ("show c", Ambiguous(5)),
        ("shw clock", Bad(2)),
        ("show clock now", Bad(11)),
        ("show ip route 10.0.300.1", Bad(21)),
        ("ping x size 35", Bad(12)),
        ("ping x df-bit df-bit", Bad(14)),
        ("network 10.0.0.0/33", Bad(17)),
        ("network 10.0.0.0", Bad(16)),
        ("duplex", Incomplete()),
        ("nonsense", Bad(1)),
    ],
)
def test_a_wrong_line_says_where(line: str, mistake: object) -> None:
    """The column is that of the first character that fits nothing."""
    assert GRAMMAR.read(line) == mistake


def test_values_are_typed_and_kept_by_name() -> None:
    """An address is an address, a number a number, the rest of a line its text."""
    assert read("show ip route 10.0.0.1").get("prefix") == IPv4Address("10.0.0.1")
    assert read("ping x repeat 9 size 40").values == {"target": "x", "count": 9, "size": 40}
    assert read("description  two  words ")["text"] == "two  words"
    assert read("duplex f")["value"] == "full"


def test_options_come_in_any_order_and_once_each() -> None:
    """The same options in another order mean the same."""
    assert read("ping x size 40 df-bit").values == read("ping x df-bit size 40").values


def test_help_lists_what_may_follow() -> None:
    """Keywords with their text, values by their kind, `<cr>` where a line may end."""
    choices = GRAMMAR.choices("show ip route ")
    assert isinstance(choices, list)
    assert [choice.word for choice in choices] == ["A.B.C.D", "bgp", "static", "<cr>"]
    clock = GRAMMAR.choices("show cl")
    assert isinstance(clock, list)
    assert [(choice.word, choice.help) for choice in clock] == [("clock", "Time")]


def test_tab_completes_a_unique_word_only() -> None:
    """What cannot be completed stays as it is."""
    assert GRAMMAR.complete("sho") == "show "
    assert GRAMMAR.complete("show c") is None
    assert GRAMMAR.complete("xyz") is None


@pytest.mark.parametrize("syntax", ["a [b", "a ]", "( a | b", "a { b }"])
def test_a_syntax_that_is_not_well_formed_is_refused(syntax: str) -> None:
    """The author of a row hears of a mistake at once."""
    with pytest.raises(ValueError, match=r"syntax|closed|ends"):
        compile_syntax(syntax, STANDARD)


KEYWORDS = sorted({w for s in SYNTAXES for w in s.replace("=", " ").split() if w.isalpha()})


@given(st.lists(st.sampled_from([*KEYWORDS, "10.0.0.1", "x", "44"]), max_size=5))
def test_every_prefix_of_a_good_line_is_good_or_incomplete(words: list[str]) -> None:
    """No line is good whose beginning was bad."""
    if isinstance(GRAMMAR.read(" ".join(words)), Match):
        for length in range(1, len(words)):
            shorter = GRAMMAR.read(" ".join(words[:length]))
            assert isinstance(shorter, Match | Incomplete)


@given(st.text(alphabet=string.printable, max_size=60))
def test_no_input_breaks_the_reader(line: str) -> None:
    """Whatever is typed gets a match or a mistake within the line."""
    result = GRAMMAR.read(line)
    if isinstance(result, Bad | Ambiguous):
        assert 0 <= result.column <= len(line)
    GRAMMAR.choices(line)
    GRAMMAR.complete(line)
