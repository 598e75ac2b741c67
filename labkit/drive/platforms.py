"""What netmiko should expect at each platform's prompt, and which driver connects to it.

One entry of `PLATFORMS` is all that a new platform takes here.  netmiko brings 260 modules, so it
is imported when somebody connects: a notebook's first widget does not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netmiko import BaseConnection

SROS_PROMPT = r"\*?[ABCD]:[^\s#$]+[#$] ?$"
"""`A:R6#`, `*A:R6>config>service# `, and `$` in a context just created."""


def _usual(**arguments: Any) -> BaseConnection:
    from netmiko import ConnectHandler

    return ConnectHandler(**arguments)


def _quick_sros(**arguments: Any) -> BaseConnection:
    """netmiko's own driver sleeps through the login, because it reads until nothing more comes;
    told what a prompt looks like it need not.  The rest is netmiko's."""
    from netmiko.nokia import NokiaSrosSSH

    class QuickNokiaSros(NokiaSrosSSH):
        def session_preparation(self) -> None:
            greeting = self._test_channel_read(pattern=SROS_PROMPT)
            prompt = re.search(r"[ABCD]:[^\s#$>]+", greeting.splitlines()[-1])
            if prompt is None or "@" in prompt[0]:  # model-driven CLI: netmiko's own way
                super().session_preparation()
                return
            self.base_prompt = prompt[0]
            if self.global_cmd_verify is None:
                self.global_cmd_verify = False
            self.write_channel(self.normalize_cmd("environment no more"))
            self.read_until_pattern(pattern="environment no more")
            self.read_until_pattern(pattern=SROS_PROMPT)

    return QuickNokiaSros(**arguments)


@dataclass(frozen=True, slots=True)
class Platform:
    """How a platform is driven."""

    connect: Callable[..., BaseConnection]
    prompt: str
    """What ends a command's output."""
    show_configuration: str
    refusals: str
    """What a refused line answers, as a pattern for one line of output."""
    volatile: str = r"(?!)"
    """Lines of a shown configuration that differ each time."""
    enter: str = ""
    """What must be typed before configuration lines."""
    leave: str = ""
    """What must be typed after them, to be back where commands are given."""


PLATFORMS = {
    "cisco_ios": Platform(
        connect=_usual,
        prompt=r"(?:^|\n)[\w.\-]+(?:\([\w\-]+\))?[>#] ?$",
        show_configuration="show running-config",
        refusals=r"^\s*% ?(?!NOTE)\S",
        volatile=r"^(?:Building configuration|Current configuration|! (?:Last|NVRAM) config)",
        enter="configure terminal",
        leave="end",
    ),
    "nokia_sros": Platform(
        connect=_quick_sros,
        prompt=rf"(?:^|\n){SROS_PROMPT}",
        show_configuration="admin display-config",
        refusals=r"^(?:Error: |MINOR: |MAJOR: |CRITICAL: )",
        volatile=r"^# (?:Generated|Finished) ",
        leave="exit all",
    ),
    "linux": Platform(
        connect=_usual,
        prompt=r"(?:^|\n)\S+@\S+:\S*[$#] ?$",
        show_configuration="ip addr",
        refusals=r"^(?:-?bash: |Error: )",
    ),
    "labkit": Platform(
        connect=_usual,
        prompt=r"(?:^|\n)lab# ?$",
        show_configuration="status",
        refusals=r"^% ",
    ),
}


def platform(name: str) -> Platform:
    """A platform's facts.  Raises ValueError for one that nobody described."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise ValueError(f"no platform {name!r}; there are: {', '.join(PLATFORMS)}") from None


def open_connection(name: str, arguments: dict[str, Any]) -> BaseConnection:
    """Connect with netmiko, the quick way where there is one.  Raises netmiko's errors."""
    return platform(name).connect(**arguments)
