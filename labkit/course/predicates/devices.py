"""One device: its pings, its interfaces, its log, and any command's own words."""

from __future__ import annotations

from labkit.course.observer import Observer, ObserverError
from labkit.course.parsers.devices import (
    Ping,
    ios_interfaces,
    ios_log,
    ping,
    sros_interfaces,
    sros_log,
)
from labkit.course.predicates import Finding, is_sros, predicate


def ping_command(
    platform: str,
    to: str,
    source: str | None = None,
    size: int = 100,
    df: bool = False,
    router: str | None = None,
) -> str:
    """The command of a platform for five pings; `size` is the length of the IP packet in bytes."""
    if platform == "cisco_ios":
        parts = [f"ping {to}", "repeat 5", f"size {size}"]
        parts += [f"source {source}"] if source else []
        return " ".join(parts + (["df-bit"] if df else []))
    if platform == "nokia_sros":
        where = f" router {router}" if router else ""
        source = f" source {source}" if source else ""
        dont = " do-not-fragment" if df else ""
        return f"ping{where} {to}{source} count 5 size {size - 28}{dont}"
    options = f" -I {source}" if source else ""
    return f"ping -c 5 -s {size - 28}{options}{' -M do' if df else ''} {to}"


def do_ping(observer: Observer, device: str, to: str, **options: object) -> Ping:
    """Ping and read the result.  Raises ObserverError where the command was refused."""
    platform = observer.platforms.get(device, "")
    text = observer.run(device, ping_command(platform, to, **options))  # type: ignore[arg-type]
    result = ping(text)
    if result is None:
        last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
        raise ObserverError(f"the ping from {device} has no result: {last or 'nothing was said'}")
    return result


@predicate("received", "sent", "marks")
def ping_succeeds(
    observer: Observer,
    *,
    device: str,
    to: str,
    source: str | None = None,
    size: int = 100,
    df: bool = False,
    may_lose: int = 1,
    router: str | None = None,
) -> Finding:
    """All pings but `may_lose` are answered (one is lost while IKE runs; ask for 0 where there
    is no tunnel to wait for).  `source` is an interface or address, `router` a VPRN's number on
    SR OS, `size` the length of the IP packet, `df` forbids to fragment."""
    result = do_ping(observer, device, to, source=source, size=size, df=df, router=router)
    return finding(result.received >= max(1, result.sent - may_lose), result)


@predicate("received", "sent", "marks")
def ping_fails(
    observer: Observer,
    *,
    device: str,
    to: str,
    source: str | None = None,
    size: int = 100,
    df: bool = False,
    marks: str | None = None,
) -> Finding:
    """No ping is answered; with `marks` (`.`, `U` or `M`), each IOS mark is that one."""
    result = do_ping(observer, device, to, source=source, size=size, df=df)
    holds = result.received == 0 and (marks is None or set(result.marks) == set(marks))
    return finding(holds, result)


@predicate("received", "sent", "marks")
def ping_loses(
    observer: Observer, *, device: str, to: str, lost: int, source: str | None = None
) -> Finding:
    """Exactly `lost` pings are not answered: `.!!!!` is one."""
    result = do_ping(observer, device, to, source=source)
    return finding(result.sent - result.received == lost, result)


def finding(holds: bool, result: Ping) -> Finding:
    """A ping's result in words, and the names that a predicate about pings finds."""
    received, sent = str(result.received), str(result.sent)
    return Finding(holds, str(result), {"received": received, "sent": sent, "marks": str(result)})


@predicate("state")
def interface_up(
    observer: Observer, *, device: str, interface: str, up: bool = True, service: int | None = None
) -> Finding:
    """An interface (full name on IOS; on SR OS that of a router interface, in a VPRN with
    `service`) is up (or is not)."""
    if is_sros(observer, device):
        where = "" if service is None else f"{service} "
        rows = sros_interfaces(observer.run(device, f"show router {where}interface"))
    else:
        rows = ios_interfaces(observer.run(device, "show ip interface brief"))
    row = next((each for each in rows if each.name == interface), None)
    words = f"{row.status}, {row.protocol}" if row else f"no interface {interface}"
    return Finding((row is not None and row.up) is up, words, {"state": words})


@predicate("lines")
def log_contains(observer: Observer, *, device: str, text: str, at_least: int = 1) -> Finding:
    """The log's buffer holds at least so many lines with this text (a mnemonic such as
    `CRYPTO-4-RECVD_PKT_NOT_IPSEC`, or words of a debug that is on)."""
    found = _logged(observer, device, text)
    return Finding(len(found) >= at_least, _last(found), {"lines": str(len(found))})


@predicate("lines")
def log_lacks(observer: Observer, *, device: str, text: str) -> Finding:
    """The log's buffer holds no line with this text."""
    found = _logged(observer, device, text)
    return Finding(not found, _last(found), {"lines": str(len(found))})


@predicate()
def output_contains(observer: Observer, *, device: str, command: str, text: str) -> Finding:
    """A command's output holds this text.  For what no other predicate sees."""
    lines = observer.run(device, command).splitlines()
    found = next((line.strip() for line in lines if text in line), None)
    return Finding(found is not None, found or f"nothing with {text}")


def _logged(observer: Observer, device: str, text: str) -> list[str]:
    if is_sros(observer, device):
        lines = sros_log(observer.run(device, "show log log-id 99"))
    else:
        lines = ios_log(observer.run(device, "show logging"))
    return [line for line in lines if text in line]


def _last(found: list[str]) -> str:
    return found[-1].strip() if found else "no such line"
