"""The terminal session every platform shares, driven by keys and a hand-held clock."""

from __future__ import annotations

import pytest

from labkit.sim.routers.jobs import Ask, Interrupt, Job, Keys, Wait
from labkit.sim.routers.shell import COMMAND_COST, NOTICE_LIMIT, Shell


class Probe(Shell):
    """A shell with a handful of commands, and a clock that the test holds."""

    def __init__(self, height: int = 0) -> None:
        self.time = 0
        self.ran: list[str] = []
        super().__init__(lambda: self.time, height=height)

    def prompt(self) -> str:
        return "R#"

    def help(self, text: str) -> str:
        return f"help for {text!r}\n"

    def complete(self, text: str) -> str | None:
        return "show " if "show".startswith(text) else None

    def execute(self, line: str) -> tuple[Job | None, bool]:
        self.ran.append(line)
        return self.command(line), line == "terminal length 0"

    def command(self, line: str) -> Job:
        if line == "ask":
            name = yield Ask("name? ")
            word = yield Ask("word? ", secret=True)
            self.write(f"{name} {word}\n")
        elif line == "long":
            yield from self.page(str(n) for n in range(9))
        elif line == "ping":
            try:
                yield Wait(self.time + 5_000_000)
                self.write("timeout\n")
            except Interrupt:
                self.write("aborted\n")
        elif line == "telnet":
            while (typed := (yield Keys(self.time + 9_000_000))) is not None:
                self.write(f"[{typed}]")

    def run(self) -> None:
        """What the owner of the lab's time does."""
        while wait := self.waiting():
            self.time = self.time if wait.done() else wait.until
            self.resume()


def screen(shell: Probe) -> str:
    """What has been written, with bare line ends."""
    return shell.output().replace("\r\n", "\n")


def typed(*batches: str, height: int = 0) -> Probe:
    shell = Probe(height)
    shell.start()
    for batch in batches:
        shell.feed(batch)
        shell.run()
    return shell


def test_a_command_costs_one_second_and_a_blank_line_nothing() -> None:
    """Time moves by commands: not by blank lines, Tab, `?` or what the platform calls free."""
    assert typed("\r\r").time == 0
    assert typed("sh\t?\x15").time == 0
    assert typed("terminal length 0\r").time == 0
    assert typed("show\r").time == COMMAND_COST


def test_lines_typed_ahead_run_in_order() -> None:
    """A pasted block is run line by line, each after the one before it."""
    shell = typed("one\rping\rtwo\r")
    assert shell.ran == ["one", "ping", "two"]
    assert shell.time == 5_000_000 + 3 * COMMAND_COST


def test_crlf_and_lf_are_one_enter() -> None:
    """Clients end a line in CR, CR LF, CR NUL or LF."""
    assert typed("a\r\nb\nc\r\0d\r").ran == ["a", "b", "c", "d"]


def test_editing_keys_change_the_line() -> None:
    """Cursor keys, backspace and the kill keys edit what Enter sends."""
    assert typed("shw\x1b[Do\r").ran == ["show"]
    assert typed("abcd\x7f\x7f\r").ran == ["ab"]
    assert typed("one two\x17three\r").ran == ["one three"]
    assert typed("junk\x15good\r").ran == ["good"]
    assert typed("head tail\x01\x0bx\r").ran == ["x"]


def test_history_comes_back_with_the_arrow() -> None:
    """Arrow up twice recalls the command before the last one."""
    assert typed("first\r", "second\r", "\x1b[A\x1b[A\r").ran[-1] == "first"


def test_help_answers_without_enter_and_keeps_the_line() -> None:
    """`?` shows help and puts what was typed back behind the prompt."""
    assert screen(typed("sh ?")) == "R#sh ?\nhelp for 'sh '\nR#sh "


def test_secret_answers_are_not_echoed() -> None:
    """A password never appears on the terminal while it is typed."""
    shell = typed("ask\r", "bob\r", "pass")
    assert "pass" not in screen(shell)
    shell.feed("word\r")
    assert "bob password" in screen(shell)


def test_the_pager_shows_a_page_a_line_or_stops() -> None:
    """Space shows the next page, Enter the next line, q ends the output."""
    shell = typed("long\r", height=5)
    assert screen(shell).endswith("3\n --More-- ")
    shell.feed("\r")
    assert "4\n --More-- " in screen(shell)
    shell.feed("q")
    shell.run()
    assert "5" not in screen(shell)


def test_ctrl_c_ends_a_waiting_command_at_once() -> None:
    """The escape key reaches the command, and typed-ahead lines before it are thrown away."""
    shell = typed()
    shell.feed("ping\rnever\r")
    shell.feed("\x03")
    shell.run()
    assert "aborted" in screen(shell)
    assert shell.ran == ["ping"]


def test_a_telnet_client_gets_the_keys_as_they_come() -> None:
    """A command may take every key for itself."""
    shell = typed()
    shell.feed("telnet\r")
    shell.output()
    shell.feed("a?\t")
    shell.resume()
    assert "[a?\t]" in screen(shell)


def test_a_log_line_redraws_what_was_being_typed() -> None:
    """An asynchronous message does not eat the half-typed line."""
    shell = typed("sho")
    shell.output()
    shell.notify("%LINK-3-UPDOWN")
    assert screen(shell) == "\n%LINK-3-UPDOWN\nR#sho"


def test_a_slow_reader_loses_old_messages_with_a_note() -> None:
    """The queue of messages is bounded, and says how many were dropped."""
    shell = typed("long\r", height=3)
    for n in range(NOTICE_LIMIT + 7):
        shell.notify(f"line {n}")
    shell.output()
    shell.feed("q")
    shell.run()
    assert "(7 messages were dropped" in screen(shell)


def test_hanging_up_ends_a_running_command() -> None:
    """A lost connection leaves nothing that waits."""
    shell = typed()
    shell.feed("ping\r")
    shell.hang_up()
    assert shell.closed
    assert shell.waiting() is None


def test_a_very_long_line_is_cut_and_harmless() -> None:
    """100 000 characters without Enter neither hang nor grow without bound."""
    shell = typed("x" * 100_000 + "\r")
    assert len(shell.ran[0]) == 4096


class Leaving(Probe):
    """A shell whose `exit` hangs up from inside its own generator."""

    def command(self, line: str) -> Job:
        if line == "exit":
            self.hang_up()
        elif line == "boom":
            raise ZeroDivisionError
        self.write(f"{line} done\n")
        yield Wait(self.time + 1)


def test_a_command_may_hang_its_own_shell_up() -> None:
    shell = Leaving()
    shell.feed("exit\rshow\r")
    assert shell.closed
    assert not shell.busy()
    assert "show done" not in shell.output()


def test_a_single_command_prints_no_prompt_and_closes() -> None:
    shell = Leaving()
    shell.start("show")
    while not shell.closed:
        shell.time += COMMAND_COST
        shell.resume()
    assert shell.output() == "show done\r\n"


def test_after_a_broken_command_comes_its_message_and_the_prompt() -> None:
    shell = Leaving()
    with pytest.raises(ZeroDivisionError):
        shell.feed("boom\r")
    shell.fail("% it broke")
    assert shell.output().endswith("% it broke\r\nR#")
    assert not shell.busy()
