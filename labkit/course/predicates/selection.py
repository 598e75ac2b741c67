"""Which traffic is chosen: access lists and their matches."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.ipsec import Ace, access_lists
from labkit.course.predicates import Finding, predicate
from labkit.course.predicates.devices import do_ping


@predicate()
def acl_mirrored(observer: Observer, *, device: str, other: str, name: str) -> Finding:
    """Each line of the list on `device` has its mirror image on `other`, and none is left over.
    Reads a configuration: goes with `counters_rise`."""
    near = _lines(observer, device, name)
    far = _lines(observer, other, name)
    if not near or not far:
        return Finding(False, f"no list {name} on {device if not near else other}")
    ours, theirs = {ace.names(): ace for ace in near}, {ace.mirrored(): ace for ace in far}
    alone = [f"`{ours[k]}` on {device}" for k in ours if k not in theirs]
    alone += [f"`{theirs[k]}` on {other}" for k in theirs if k not in ours]
    words = f"{'; '.join(alone)} without a mirror image" if alone else f"{len(near)} mirrored lines"
    return Finding(not alone, words)


@predicate()
def acl_has(
    observer: Observer,
    *,
    device: str,
    name: str,
    source: str,
    destination: str,
    action: str = "permit",
    protocol: str = "ip",
) -> Finding:
    """The list has this line, addresses spelt as `show access-lists` does (`192.168.1.0
    0.0.0.255`, `host 10.0.0.1`, `any`).  Reads a configuration: goes with `acl_matches_rise`."""
    lines = _lines(observer, device, name)
    if not lines:
        return Finding(False, f"no list {name}")
    wanted = (action, protocol, source, destination)
    found = ", ".join(f"`{ace}`" for ace in lines)
    return Finding(any(ace.names() == wanted for ace in lines), found)


@predicate("matches")
def acl_matches_rise(
    observer: Observer,
    *,
    device: str,
    name: str,
    ping_from: str,
    to: str,
    source: str | None = None,
    line: int | None = None,
    rise: bool = True,
) -> Finding:
    """While `ping_from` pings, lines of the list (or the line with this number) are matched;
    `rise: false` wants that none is."""
    before = _matches(_lines(observer, device, name), line)
    do_ping(observer, ping_from, to, source=source)
    lines = _lines(observer, device, name)
    if not lines:
        return Finding(False, f"no list {name}", {"matches": "0"})
    more = _matches(lines, line) - before
    return Finding((more > 0) is rise, f"{more} more matches", {"matches": str(more)})


@predicate("matches")
def acl_matches(
    observer: Observer, *, device: str, name: str, at_least: int = 1, line: int | None = None
) -> Finding:
    """So far, lines of the list (or the line with this number) were matched so often."""
    found = _matches(_lines(observer, device, name), line)
    return Finding(found >= at_least, f"{found} matches", {"matches": str(found)})


def _lines(observer: Observer, device: str, name: str) -> list[Ace]:
    return access_lists(observer.run(device, "show access-lists")).get(name, [])


def _matches(lines: list[Ace], number: int | None) -> int:
    return sum(ace.matches for ace in lines if number in (None, ace.sequence))
