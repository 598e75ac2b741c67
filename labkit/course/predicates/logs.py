"""What a device wrote down: its log, its debugging, and any command's own words."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.logs import LogLine, ios_debugging, ios_log, sros_log
from labkit.course.predicates import Finding, predicate


@predicate("lines")
def log_contains(observer: Observer, *, device: str, text: str, at_least: int = 1) -> Finding:
    """The log's buffer holds at least so many lines with this text (a mnemonic such as
    `CRYPTO-4-RECVD_PKT_NOT_IPSEC`, or words of a debug that is on)."""
    found = [line for line in _log(observer, device) if text in line.text]
    words = found[-1].text.strip() if found else "no such line"
    return Finding(len(found) >= at_least, words, {"lines": str(len(found))})


@predicate("lines")
def log_lacks(observer: Observer, *, device: str, text: str) -> Finding:
    """The log's buffer holds no line with this text."""
    found = [line for line in _log(observer, device) if text in line.text]
    words = found[-1].text.strip() if found else "no such line"
    return Finding(not found, words, {"lines": str(len(found))})


@predicate()
def debug_on(observer: Observer, *, device: str, what: str) -> Finding:
    """This debugging is on (`Crypto ISAKMP`, `Crypto IPSEC`; on SR OS, a line of `show debug`)."""
    if observer.platforms.get(device) == "nokia_sros":
        lines = [line.strip() for line in observer.run(device, "show debug").splitlines()]
        return Finding(what in lines, ", ".join(lines) or "nothing")
    on = ios_debugging(observer.run(device, "show debugging"))
    return Finding(what.lower() in [each.lower() for each in on], ", ".join(on) or "nothing")


@predicate()
def output_contains(observer: Observer, *, device: str, command: str, text: str) -> Finding:
    """A command's output holds this text.  For what no other predicate sees."""
    lines = observer.run(device, command).splitlines()
    found = next((line.strip() for line in lines if text in line), None)
    return Finding(found is not None, found or f"nothing with {text}")


@predicate()
def output_lacks(observer: Observer, *, device: str, command: str, text: str) -> Finding:
    """A command's output does not hold this text.  For what no other predicate sees."""
    lines = observer.run(device, command).splitlines()
    found = next((line.strip() for line in lines if text in line), None)
    return Finding(found is None, found or f"nothing with {text}")


def _log(observer: Observer, device: str) -> list[LogLine]:
    if observer.platforms.get(device) == "nokia_sros":
        return sros_log(observer.run(device, "show log log-id 99"))
    return ios_log(observer.run(device, "show logging"))
