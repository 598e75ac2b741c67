"""Logs and debugging: IOS `show logging` and `show debugging`, SR OS `show log log-id 99`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IOS = re.compile(r"^[*.]?(?P<time>[A-Z][a-z]{2} +\d+ [\d:.]+)[^:%]*: (?P<text>.*)$", re.MULTILINE)
_MNEMONIC = re.compile(r"^%(?P<facility>[A-Z0-9_]+)-(?P<severity>\d)-(?P<mnemonic>[A-Z0-9_]+): ")
_SROS = re.compile(
    r"^(?P<number>\d+) (?P<time>\d{4}/\S+ \S+) \S+ (?P<severity>[A-Z]+): (?P<app>\S+) #(?P<id>\d+)"
    r' (?P<subject>.*)\n"(?P<text>[^"]*)"',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line: `name` as `CRYPTO-4-RECVD_PKT_NOT_IPSEC` (IOS) or `VRRP #2001` (SR OS), or ""."""

    time: str
    name: str
    text: str


def ios_log(text: str) -> list[LogLine]:
    """Read the buffer of IOS `show logging`, debug lines too, oldest first."""
    found = []
    for m in _IOS.finditer(text.partition("Log Buffer")[2] or text):
        named = _MNEMONIC.match(m["text"])
        name = f"{named['facility']}-{named['severity']}-{named['mnemonic']}" if named else ""
        found.append(LogLine(m["time"], name, m["text"]))
    return found


def sros_log(text: str) -> list[LogLine]:
    """Read SR OS `show log log-id N`, newest first as shown."""
    return [
        LogLine(m["time"], f"{m['app']} #{m['id']}", f"{m['subject']} {m['text']}")
        for m in _SROS.finditer(text)
    ]


def ios_debugging(text: str) -> list[str]:
    """Read IOS `show debugging`: what is on, `Crypto ISAKMP`."""
    return re.findall(r"^ *(\S.*?) debugging is on", text, re.MULTILINE)
