"""AAA with local methods: who is asked what on a Telnet line, and with which level they enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

B = "Site-B-GW-Router"
USERS = "username ann privilege 15 secret a-1\nusername bob secret b-1\nenable secret e-1"


@pytest.fixture
def aaa(bench: Callable[[str], Any]) -> Callable[[str], Any]:
    """A Telnet session on a gateway with `aaa new-model` and these lines."""

    def opened(lines: str) -> Any:
        lab = bench("crypto-map")
        lab.shell().lines(f"configure terminal\naaa new-model\n{USERS}\n{lines}\nend")
        return lab.shell(kind="telnet")

    return opened


def test_new_model_asks_for_local_users_and_takes_login_off_the_lines(aaa: Any) -> None:
    line = aaa("")
    assert line.keys("ann\ra-1\r").endswith(f"{B}>")
    text = line.bench.devices[B].render()
    assert "aaa new-model\n!\naaa session-id common\n" in text and "\n login" not in text


def test_a_users_level_counts_once_exec_is_authorized(aaa: Any) -> None:
    line = aaa("aaa authorization exec default local")
    assert line.keys("ann\ra-1\r").endswith(f"{B}#")


@pytest.mark.parametrize(
    ("methods", "typed"),
    [("line", "Telnet-Clear-1\r"), ("enable", "e-1\r"), ("none", ""), ("local-case", "bob\rb-1\r")],
)
def test_the_default_list_says_what_proves_it(aaa: Any, methods: str, typed: str) -> None:
    line = aaa(f"aaa authentication login default {methods}")
    assert line.keys(typed).endswith(f"{B}>") or not typed
    assert line.shell.prompt() == f"{B}>" and not line.shell.busy()


def test_a_line_may_have_a_list_of_its_own(aaa: Any) -> None:
    line = aaa("aaa authentication login VTY line\nline vty 0 4\nlogin authentication VTY")
    assert line.keys("Telnet-Clear-1\r").endswith(f"{B}>")


def test_the_old_and_the_new_words_exclude_each_other(b: Any) -> None:
    b.type("configure terminal")
    assert "Invalid input" in b.type("aaa authentication login default local")
    b.lines("aaa new-model\nline vty 0 4")
    assert "Invalid input" in b.type("login local")
    b.type("no aaa new-model")
    assert " login\n transport input all" in b.bench.devices[B].render()
