"""Pings, as one gives them at each platform's prompt."""

from __future__ import annotations

from labkit.course.observer import Observer, ObserverError
from labkit.course.parsers.ping import Ping, ping
from labkit.course.predicates import Finding, predicate


def ping_command(
    platform: str,
    to: str,
    source: str | None = None,
    count: int = 5,
    size: int = 100,
    df: bool = False,
    router: str | None = None,
) -> str:
    """The command of a platform; `size` is the length of the IP packet in bytes."""
    if platform == "cisco_ios":
        parts = [f"ping {to}", f"repeat {count}", f"size {size}"]
        parts += [f"source {source}"] if source else []
        return " ".join(parts + (["df-bit"] if df else []))
    if platform == "nokia_sros":
        where = f" router {router}" if router else ""
        source = f" source {source}" if source else ""
        dont = " do-not-fragment" if df else ""
        return f"ping{where} {to}{source} count {count} size {size - 28}{dont}"
    options = f" -I {source}" if source else ""
    return f"ping -c {count} -s {size - 28}{options}{' -M do' if df else ''} {to}"


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
    count: int = 5,
    size: int = 100,
    df: bool = False,
    may_lose: int = 1,
    router: str | None = None,
) -> Finding:
    """All pings but `may_lose` are answered (one is lost while IKE runs; ask for 0 where there
    is no tunnel to wait for).  `source` is an interface or address, `router` a VPRN's number on
    SR OS, `size` the length of the IP packet, `df` forbids to fragment."""
    result = do_ping(
        observer, device, to, source=source, count=count, size=size, df=df, router=router
    )
    return finding(result.received >= max(1, result.sent - may_lose), result)


@predicate("received", "sent", "marks")
def ping_fails(
    observer: Observer,
    *,
    device: str,
    to: str,
    source: str | None = None,
    count: int = 5,
    size: int = 100,
    df: bool = False,
    marks: str | None = None,
    router: str | None = None,
) -> Finding:
    """No ping is answered; with `marks` (`.`, `U` or `M`), each IOS mark is that one."""
    result = do_ping(
        observer, device, to, source=source, count=count, size=size, df=df, router=router
    )
    holds = result.received == 0 and (marks is None or set(result.marks) == set(marks))
    return finding(holds, result)


@predicate("received", "sent", "marks")
def ping_loses(
    observer: Observer,
    *,
    device: str,
    to: str,
    lost: int,
    source: str | None = None,
    count: int = 5,
) -> Finding:
    """Exactly `lost` pings are not answered: `.!!!!` is one."""
    result = do_ping(observer, device, to, source=source, count=count)
    return finding(result.sent - result.received == lost, result)


def finding(holds: bool, result: Ping) -> Finding:
    """A ping's result in words, and the names that a predicate about pings finds."""
    return Finding(
        holds,
        str(result),
        {
            "received": str(result.received),
            "sent": str(result.sent),
            "marks": result.marks or str(result),
        },
    )
