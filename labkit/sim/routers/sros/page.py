"""How SR OS lays a page out: rules, titles, counts, times.

Knows widths and words; must not know what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

WIDTH = 79
DOUBLE = "=" * WIDTH
SINGLE = "-" * WIDTH
SECOND = 1_000_000

Lines = Iterator[str]


def table(
    title: str,
    header: Iterable[str],
    rows: Iterable[str],
    count: str | None = None,
    below: Iterable[str] = (),
) -> Lines:
    """A titled table; `count` is the line below it, in which `{}` is the number of `rows`."""
    body = list(rows)
    yield ""
    yield from (DOUBLE, title, DOUBLE)
    yield from header
    yield SINGLE
    yield from body
    if count is not None:
        yield SINGLE
        yield count.format(len([row for row in body if not row.startswith(" ")]))
    yield from below
    yield DOUBLE


def title(text: str) -> Lines:
    """The heading of a page without columns."""
    yield ""
    yield from (DOUBLE, text, DOUBLE)


def section(text: str) -> Lines:
    """A heading within a page."""
    yield from (SINGLE, text, SINGLE)


def pair(
    left: str,
    value: object,
    right: str = "",
    other: object = "",
    name: int = 18,
    width: int = 20,
    second: int = 0,
) -> str:
    """`Name : value   Name : value`, as most SR OS pages are; `second`: the other name's width."""
    first = f"{left:<{name}}: {value!s:<{width}}"
    return (f"{first}{right:<{second or name}}: {other}" if right else first).rstrip()


wide = partial(pair, name=19, width=25, second=18)
"""The same in the wider columns of pages about services."""


def columns(widths: Iterable[int], *values: object) -> str:
    """Values in columns of these widths, a space between; the last value needs no width."""
    *body, last = values
    cells = [f"{value!s:<{width}}" for width, value in zip(widths, body, strict=True)]
    return " ".join([*cells, str(last)])


def updown(state: bool) -> str:
    return "Up" if state else "Down"


def yes(state: bool) -> str:
    return "Yes" if state else "No"


def moment(time: int) -> datetime:
    """Lab time (microseconds since the Unix epoch) as a date."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)


def date(time: int) -> str:
    """`MON MAR 02 09:00:00 2026 UTC`, as SR OS writes a date."""
    return moment(time).strftime("%a %b %d %H:%M:%S %Y UTC").upper()


def stamp(time: int) -> str:
    """`03/02/2026 09:00:00`, as service pages write one."""
    return moment(time).strftime("%m/%d/%Y %H:%M:%S")


def age(duration: int) -> str:
    """A duration in microseconds as tables write it: `00h03m18s`, `01d00h57m`."""
    seconds = max(0, duration) // SECOND
    days, rest = divmod(seconds, 86_400)
    hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
    if days:
        return f"{days:02}d{hours:02}h{minutes:02}m"
    return f"{hours:02}h{minutes:02}m{seconds:02}s"


def days(duration: int) -> str:
    """A duration in microseconds as pages write it: `0d 00:03:18`."""
    seconds = max(0, duration) // SECOND
    number, rest = divmod(seconds, 86_400)
    return f"{number}d {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def mac(address: bytes) -> str:
    return address.hex(":")
