"""The screen of a console: what shells write becomes lines, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.drive.screen import Screen
from labkit.sim.routers.editor import Editor

WRITTEN = st.text(
    st.sampled_from(list("ab \r\n\b\t\x07\x00\x1b[]0;9mKCD?\x9b\u202e\x7f\\")), max_size=80
)


def screen(text: str, **options: int) -> Screen:
    made = Screen(**options)
    made.feed(text)
    return made


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("R1#show\r\nok\r\nR1#", ["R1#show", "ok", "R1#"]),
        (" --More-- \r          \rnext", ["next      "]),
        ("abc\b\bX", ["aXc"]),
        ("a\tb", ["a       b"]),
        ("\x1b[31mred\x1b[0m", ["red"]),
        ("\x1b]0;title\x07text", ["text"]),
        ("abcdef\x1b[3D\x1b[K", ["abc"]),
        ("a\x07b\x00c", ["abc"]),
        ("a\x01\x7f\x9b\u202eb", ["a␁␡\ufffd\ufffdb"]),
        ("<script>alert(1)</script>", ["<script>alert(1)</script>"]),
    ],
)
def test_lines(written: str, lines: list[str]) -> None:
    assert screen(written).lines == lines


@given(WRITTEN, st.integers(0, 80))
def test_where_the_text_is_cut_does_not_matter(written: str, cut: int) -> None:
    pieces = Screen()
    pieces.feed(written[:cut])
    pieces.feed(written[cut:])
    assert pieces.lines == screen(written).lines


@given(st.text(max_size=60))
def test_no_control_character_reaches_a_line(written: str) -> None:
    for line in screen(written).lines:
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066" for c in line)


@given(st.lists(st.sampled_from(["a", "b c", "\b", "\x01", "\x05", "\x02", "\x17", "\x0b"])))
def test_what_a_line_editor_echoes_shows_its_line(pressed: list[str]) -> None:
    editor, made = Editor(), Screen()
    for key in (key for keys in pressed for key in keys):
        made.feed(editor.press(key)[0])
    assert made.last.rstrip() == editor.text.rstrip()
    assert made.whole().cursor == editor.cursor


@given(st.lists(WRITTEN, max_size=6))
def test_a_copy_kept_by_updates_equals_the_screen(parts: list[str]) -> None:
    made = Screen(scrollback=4)
    copy: dict[int, str] = {}
    for part in parts:
        made.feed(part)
        update = made.take()
        if update is not None:
            copy = {n: line for n, line in copy.items() if update.oldest <= n < update.first}
            copy |= dict(enumerate(update.lines, update.first))
    assert [copy[n] for n in sorted(copy)] == (made.lines if parts else [])


def test_ten_million_characters_in_one_line_are_counted_and_not_kept() -> None:
    made = Screen()
    for _ in range(160):
        made.feed("A" * 65_536)
    assert len(made.last) < 4_200
    assert made.last.endswith(f"… ({160 * 65_536 - 4_096} more characters)")


def test_the_oldest_lines_go() -> None:
    made = screen("".join(f"{n}\r\n" for n in range(100)), scrollback=10)
    assert made.lines == [*map(str, range(91, 100)), ""]
    assert made.oldest == 91
    assert made.since(98) == ["98", "99", ""]


def test_an_unfinished_escape_sequence_does_not_swallow_the_session() -> None:
    made = screen("\x1b]" + "x" * 1000)
    made.feed("prompt#")
    assert made.last.endswith("prompt#")
