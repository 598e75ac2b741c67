"""A quicker SR OS driver for netmiko.

netmiko's own nokia_sros driver sleeps through the login, because it reads until nothing more
comes; told what a prompt looks like it need not.  Knows the login; the rest is netmiko's.
"""

from __future__ import annotations

import re

from netmiko.nokia import NokiaSrosSSH

from labkit.drive.platforms import SROS_PROMPT


class QuickNokiaSros(NokiaSrosSSH):
    """netmiko's driver for the classic CLI, waiting for the prompt in place of silence."""

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
