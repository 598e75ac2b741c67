"""The configuration tree: replace, order, render and parse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.sim.model.config import Line, parse, render

TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)


def test_a_line_with_the_same_key_is_replaced_where_it_stands() -> None:
    """A new value takes the old one's place and keeps what is inside."""
    tree = Line()
    tree.put(Line("hostname A", key="hostname"))
    section = tree.put(Line("interface X"))
    section.put(Line("ip address 1", key="ip address"))
    tree.put(Line("hostname B", key="hostname"))
    tree.put(Line("interface X"))
    assert render(tree) == "hostname B\ninterface X\n ip address 1\n"


def test_lines_stand_by_their_order_and_then_as_they_came() -> None:
    """Two lines of one order keep the order of typing."""
    tree = Line()
    for text, order in (("c", 3), ("b1", 2), ("a", 1), ("b2", 2)):
        tree.put(Line(text, order=(order,)))
    assert [line.text for line in tree.children] == ["a", "b1", "b2", "c"]


def test_remove_and_find() -> None:
    """A line that is gone is not found, and removing it again says so."""
    tree = parse("a\n b\n  c\n")
    assert tree.find("a", "b", "c") is not None
    assert tree.children[0].remove("b") is True
    assert tree.find("a", "b") is None
    assert tree.children[0].remove("b") is False


def test_words_not_letters_decide_what_is_under_a_prefix() -> None:
    """`crypto map A` does not hold `crypto map AB`."""
    tree = parse("crypto map A 10\ncrypto map AB 10\n")
    assert [line.text for line in tree.under("crypto map A")] == ["crypto map A 10"]


def test_a_line_too_deep_is_refused() -> None:
    """Nothing is inside a line that is not there."""
    with pytest.raises(ValueError, match="deeper"):
        parse("a\n   b\n")


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Line:
    """A tree of printable lines without leading blanks."""
    line = Line(draw(TEXT))
    if depth:
        line.children = draw(st.lists(trees(depth - 1), max_size=3))
    return line


@given(st.lists(trees(), max_size=4))
def test_parse_undoes_render(children: list[Line]) -> None:
    """parse(render(tree)) == tree."""
    tree = Line(children=children)
    assert parse(render(tree)) == tree


@given(st.lists(trees(), max_size=4))
def test_a_copy_is_a_tree_of_its_own(children: list[Line]) -> None:
    """Changing a copy leaves the original alone."""
    tree = Line(children=children)
    before = render(tree)
    copy = tree.copy()
    assert copy == tree
    copy.put(Line("one more line"))
    for line in copy.children:
        line.text += "!"
    assert render(tree) == before
