"""Typing line after line at a prompt, and noticing which lines the device refused.

Waits for the prompt after each line, as a careful person does; where none comes (a banner, a
certificate, a question that the next line answers) it goes on after a quiet moment.  Knows a
platform's prompt and refusals; must not know SSH or widgets.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labkit.drive.platforms import Platform
from labkit.drive.screen import Screen

QUIET = 1.0
"""Seconds without output after which a line is taken to want no prompt."""
MORE = re.compile(r"(?:--\s?More\s?--|Press any key to continue)[^\n]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that the device refused; `number` counts the pasted lines from 1."""

    number: int
    line: str
    answer: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.line.strip()}  →  {self.answer}"


class Typist:
    """Types at one screen; whoever feeds the screen does so with `news` held and notifies."""

    def __init__(
        self,
        screen: Screen,
        news: threading.Condition,
        send: Callable[[str], None],
        platform: Platform,
        ended: Callable[[], bool] = lambda: False,
        quiet: float = QUIET,
        news_line: str = "",
    ) -> None:
        """`news_line` begins a line that is nobody's answer, with a prompt of its own below."""
        self._screen = screen
        self._news = news
        self._send = send
        self._prompt = re.compile(platform.prompt)
        self._refusals = re.compile(platform.refusals)
        self._quiet = quiet
        self._ended = ended
        self._stopped = False
        self._news_line = news_line

    def stop(self) -> None:
        """Type no further line."""
        with self._news:
            self._stopped = True
            self._news.notify_all()

    def at_prompt(self, timeout: float) -> bool:
        """Wait until a prompt stands in the last line; whether it came."""
        with self._news:
            return self._news.wait_for(lambda: self._over() or self._prompted(), timeout)

    def type(
        self, lines: Iterable[str], progress: Callable[[int], None] = lambda done: None
    ) -> list[Refusal]:
        """Type the lines; blank ones are left out.  Returns those that were refused.

        `progress` is told how many lines are done.
        """
        refused: list[Refusal] = []
        for number, line in enumerate(lines, start=1):
            if self._over():
                break
            if line.strip():
                refused += self._one(number, line)
            progress(number)
        return refused

    def _one(self, number: int, line: str) -> list[Refusal]:
        with self._news:
            before = self._screen.number
        self._send(line.rstrip("\r\n") + "\r")
        before = self._settle(before)
        with self._news:
            said = self._screen.since(before + 1)
        for each in said:
            if self._refusals.search(each):
                return [Refusal(number, line, each.strip())]
        return []

    def _settle(self, before: int) -> int:
        """Until the prompt is back, or nothing has come for a quiet moment; the number of the
        line that was typed in.  News of a start that were still on their way have moved it."""
        heard = -1
        with self._news:
            while not self._over():
                if self._news_line and self._screen.number > before:
                    before += self._screen.since(before)[0].startswith(self._news_line)
                if self._screen.number > before and self._prompted():
                    break
                if MORE.search(self._screen.last) and heard != self._screen.number:
                    heard = self._screen.number
                    self._send(" ")
                began = time.monotonic()
                self._news.wait(self._quiet)
                if time.monotonic() - began >= self._quiet:
                    break
        return before

    def _over(self) -> bool:
        return self._stopped or self._ended()

    def _prompted(self) -> bool:
        return self._prompt.search(self._screen.last) is not None
