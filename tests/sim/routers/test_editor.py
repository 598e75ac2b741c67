"""The line editor: keys in, echo out."""

from __future__ import annotations

from random import Random

import pytest

from labkit.sim.routers.editor import LINE_LIMIT, Action, Editor

LEFT, HOME, END = "\x02", "\x01", "\x05"


def shown(echo: str) -> str:
    """What a terminal shows of an echo: the characters it leaves on the line."""
    line: list[str] = []
    at = 0
    for char in echo.replace("\a", ""):
        if char == "\b":
            at -= 1
        else:
            line[at : at + 1] = [char]
            at += 1
    return "".join(line)


@pytest.mark.parametrize("seed", range(4))
def test_characters_put_in_at_once_are_as_if_typed_one_by_one(seed: int) -> None:
    """The same line, cursor and screen, wherever in the line; the same bells when it is full."""
    random = Random(seed)
    one, other = Editor(), Editor()
    echoes = ["", ""]
    for _ in range(60):
        key = random.choice((LEFT, LEFT, HOME, END))
        text = "".join(random.choice("ab é|;") for _ in range(random.choice((1, 5, 40, 900))))
        for index, editor in enumerate((one, other)):
            echoes[index] += editor.press(key)[0]
        echoes[0] += "".join(one.press(char)[0] for char in text)
        echoes[1] += other.insert(text)
        assert (one.text, one.cursor) == (other.text, other.cursor)
    assert len(one.text) == LINE_LIMIT
    assert shown(echoes[0]) == shown(echoes[1])
    assert echoes[0].count("\a") == echoes[1].count("\a") > 0


def test_what_is_not_plain_has_a_meaning_of_its_own() -> None:
    editor, answer = Editor(), Editor(secret=True)
    assert editor.press("?") == ("", Action.HELP)
    assert not editor.plain("?") and not editor.plain("\r") and not editor.plain("\x1b")
    assert editor.plain("a") and editor.plain("é")
    assert answer.plain("?") and answer.insert("why?") == "" and answer.text == "why?"
