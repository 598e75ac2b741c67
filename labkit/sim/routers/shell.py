"""A terminal session, sans I/O: keys in by `feed`, text out by `output`.

Knows line editing, prompts, questions, the pager, and how a command runs as a generator that
waits for lab time.  Must not know sockets, threads, or any vendor's commands: a platform
subclasses `Shell` and supplies the prompt, the parsing and its own words.

Whoever owns the lab's time calls `waiting()` to learn what the running command waits for and
`resume()` when that has come.  A command costs one second of lab time after its own duration;
blank lines, Tab, `?` and what `execute` calls free cost none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from inspect import GEN_RUNNING, getgeneratorstate
from itertools import islice, takewhile

from labkit.sim.routers.editor import LONGEST_KEY, Action, Editor, keys
from labkit.sim.routers.jobs import Ask, Interrupt, Job, Key, Keys, Wait

COMMAND_COST = 1_000_000
"""Microseconds of lab time that a command takes beyond its own duration."""
INPUT_LIMIT = 1_000_000
"""Characters of typed-ahead input kept."""
NOTICE_LIMIT = 2_000
"""Asynchronous messages kept for a slow reader; older ones are dropped with a note."""


class Shell:
    """Base of every platform's shell.  Lines end in CR LF on the way out."""

    more_prompt = " --More-- "
    interrupt_echo = ""
    """What Ctrl-C prints at the prompt (SR OS and Linux: ^C)."""

    def __init__(self, now: Callable[[], int], *, width: int = 80, height: int = 0) -> None:
        self.now = now
        self.width = width
        self.height = height
        """Lines a page holds; 0 switches the pager off."""
        self.closed = False
        self.status = 0
        """Exit status of the last command, on platforms that have one."""
        self._single = False
        self.editor = Editor()
        self._typed: deque[str] = deque()
        self._out: list[str] = []
        self._notices: deque[str] = deque()
        self._dropped = 0
        self._job: Job | None = None
        self._wait: Wait | Ask | Key | Keys | None = None
        self._answer = Editor(secret=True)

    # ---- what a platform supplies

    def prompt(self) -> str:
        """The prompt as it stands now."""
        raise NotImplementedError

    def execute(self, line: str) -> tuple[Job | None, bool]:
        """Start a command: (its generator or None if it is done already, whether it is free).

        Errors are written in the vendor's words; nothing is raised for what a person typed.
        """
        raise NotImplementedError

    def help(self, text: str) -> str:
        """What `?` shows after `text`."""
        return ""

    def complete(self, text: str) -> str | None:
        """`text` with its last word completed, or None if that is not possible."""
        return None

    def on_end(self) -> None:
        """Ctrl-Z at the prompt."""

    def greet(self) -> Job | None:
        """What is written, or asked, before the first prompt."""
        return None

    def redraws(self) -> bool:
        """Whether the prompt and what is typed are shown again after an asynchronous message."""
        return True

    def hung_up(self) -> None:
        """The session has ended, for whatever reason; called once."""

    # ---- what its owner calls

    def start(self, command: str | None = None) -> None:
        """Greet and show the first prompt; or run one `command` alone and close."""
        if command is not None:
            self._single = True
            self._command(command)
            return
        job = self.greet()
        self._run(job) if job is not None else self._show_prompt()

    def feed(self, typed: str) -> None:
        """Take what the person typed; runs until a command waits or the input is used up."""
        if self.closed:
            return
        self._typed.extend(typed[: INPUT_LIMIT - len(self._typed)])
        self._work()

    def output(self) -> str:
        """Everything written since the last call, with CR LF line ends."""
        text, self._out = "".join(self._out), []
        return text

    def waiting(self) -> Wait | None:
        """What the running command waits for that is not a key, or None."""
        wait = self._wait
        if isinstance(wait, Keys):
            return Wait(wait.until, lambda: bool(self._typed) or wait.done())
        return wait if isinstance(wait, Wait) else None

    def busy(self) -> bool:
        """Whether a command runs (be it waiting for time or for an answer)."""
        return self._job is not None

    def resume(self) -> None:
        """The wait is over: run on, and then take up typed-ahead input."""
        if isinstance(self._wait, Keys):
            typed = "".join(self._typed)
            self._typed.clear()
            self._advance(typed or None)
        elif isinstance(self._wait, Wait):
            self._advance(None)
        self._work()

    def hang_up(self) -> None:
        """The connection is gone: end a running command and close."""
        if self.closed:
            return
        self.closed = True
        job, self._wait = self._job, None
        if job is not None and getgeneratorstate(job) != GEN_RUNNING:  # else it ends by itself
            job.close()
            self._job = None
        self._typed.clear()
        self.hung_up()

    def fail(self, message: str) -> None:
        """A command broke off: say so in a line and go on at the prompt."""
        if self.closed:
            return
        self.write(message + "\n")
        self._finished()

    def notify(self, text: str) -> None:
        """Show a message that nobody asked for (a log line), without its line end."""
        if self.closed:
            return
        if len(self._notices) >= NOTICE_LIMIT:
            self._notices.popleft()
            self._dropped += 1
        self._notices.append(text)
        if not isinstance(self._wait, Key | Keys):
            self._show_notices(at_prompt=self._job is None)

    # ---- what commands call

    def write(self, text: str) -> None:
        """Write text; LF becomes CR LF."""
        self._out.append(text.replace("\r\n", "\n").replace("\n", "\r\n"))

    def page(self, lines: Iterable[str]) -> Iterator[Key]:
        """`yield from shell.page(lines)` writes lines, a page at a time if the pager is on."""
        shown = 0
        for line in lines:
            if self.height and shown >= self.height - 1:
                key = yield Key(self.more_prompt)
                if key in ("q", "Q", "\x03", "\x1e", "\x1a"):
                    return
                shown = self.height - 2 if key == "\r" else 0
            self.write(line + "\n")
            shown += 1

    # ---- within

    def _show_prompt(self) -> None:
        if self._single:
            self.hang_up()
        if not self.closed:
            self._show_notices(at_prompt=False)
            self.write(self.prompt() + self.editor.text)

    def _show_notices(self, *, at_prompt: bool) -> None:
        if not self._notices:
            return
        if self._dropped:
            self.write(f"\n({self._dropped} messages were dropped: this session reads slowly)")
            self._dropped = 0
        if at_prompt:
            self.write("\n")
        while self._notices:
            self.write(self._notices.popleft() + "\n")
        if at_prompt and self.redraws():
            self.write(self.prompt() + self.editor.text)

    def _work(self) -> None:
        """Use up typed keys until none is left or a command waits for lab time."""
        while self._typed and not self.closed:
            if isinstance(self._wait, Wait):
                self._look_for_interrupt()
                return
            if isinstance(self._wait, Keys):
                return
            if self._wait is None and self._insert_plain():
                continue
            step = next(keys("".join(islice(self._typed, LONGEST_KEY))), None)
            if step is None:
                return
            key, used = step
            self._drop(used)
            if isinstance(self._wait, Key):
                self._pressed(key)
            elif isinstance(self._wait, Ask):
                self._typed_answer(key)
            else:
                self._typed_at_prompt(key)

    def _insert_plain(self) -> bool:
        """Take the characters that mean themselves in one go: a paste is long; whether any."""
        text = "".join(takewhile(self.editor.plain, self._typed))
        self._drop(len(text))
        self.write(self.editor.insert(text))
        return bool(text)

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._typed.popleft()

    def _look_for_interrupt(self) -> None:
        """Ctrl-C and Ctrl-^ act at once and throw away what was typed before them."""
        if self._job is None or not ("\x03" in self._typed or "\x1e" in self._typed):
            return
        while "\x03" in self._typed or "\x1e" in self._typed:
            self._typed.popleft()
        self._throw(Interrupt())

    def _typed_at_prompt(self, key: str) -> None:
        echo, action = self.editor.press(key)
        self.write(echo)
        if action is Action.ENTER:
            self.write("\n")
            self._command(self.editor.take())
        elif action is Action.HELP:
            self.write("?\n" + self.help(self.editor.text[: self.editor.cursor]))
            self._show_prompt()
        elif action is Action.TAB:
            completed = self.complete(self.editor.text)
            if completed is not None:
                self.write(self.editor.set(completed))
        elif action is Action.INTERRUPT:
            self.editor.set("")
            self.write(self.interrupt_echo + "\n")
            self._show_prompt()
        elif action is Action.END:
            line = self.editor.take()
            self.write("^Z\n")
            self._command(line, then_end=True)
        elif action is Action.EOF:
            self.write("\n")
            self.hang_up()
        elif action is Action.REDRAW:
            self.write("\n")
            self._show_prompt()

    def _command(self, line: str, *, then_end: bool = False) -> None:
        if not line.strip():
            if then_end:
                self.on_end()
            self._show_prompt()
            return
        job, free = self.execute(line)
        self._run(self._charged(job, free, then_end))

    def _charged(self, job: Job | None, free: bool, then_end: bool) -> Job:
        if job is not None:
            yield from job
        if then_end:
            self.on_end()
        if not free and not self.closed:
            yield Wait(self.now() + COMMAND_COST)

    def _run(self, job: Job) -> None:
        self._job = job
        self._advance(None)

    def _advance(self, answer: str | None) -> None:
        assert self._job is not None
        try:
            wait = self._job.send(answer)
        except StopIteration:
            self._finished()
        else:
            self._pause(wait)

    def _throw(self, error: Exception) -> None:
        assert self._job is not None
        try:
            wait = self._job.throw(error)
        except (StopIteration, Interrupt):
            self._finished()
        else:
            self._pause(wait)

    def _pause(self, wait: Wait | Ask | Key | Keys) -> None:
        if self.closed and self._job is not None:
            self._job.close()
            self._job = None
            return
        self._wait = wait
        if isinstance(wait, Ask):
            self._answer = Editor(secret=wait.secret)
        if isinstance(wait, Ask | Key):
            self.write(wait.prompt)

    def _finished(self) -> None:
        self._job = self._wait = None
        self._show_prompt()

    def _pressed(self, key: str) -> None:
        assert isinstance(self._wait, Key)
        width = len(self._wait.prompt)
        self.write("\r" + " " * width + "\r" if width else "")
        self._wait = None
        self._advance(key)

    def _typed_answer(self, key: str) -> None:
        if key == "?" and not self._answer.secret:
            self.write(self._answer.insert(key))
            return
        echo, action = self._answer.press(key)
        self.write(echo)
        if action is Action.ENTER:
            self.write("\n")
            self._wait = None
            self._advance(self._answer.text)
        elif action in (Action.INTERRUPT, Action.END, Action.EOF):
            self.write("\n")
            self._wait = None
            self._throw(Interrupt())
