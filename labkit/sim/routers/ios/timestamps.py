"""Times as IOS writes them, in UTC.

A star says that nobody has set the clock, which is so until `clock set`.
"""

from __future__ import annotations

from datetime import UTC, datetime


def instant(day: int, month: int, year: int, hour: int, minute: int, second: int) -> int:
    """A date and time in microseconds.  Raises ValueError for a day that there is not."""
    when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return int(when.timestamp()) * 1_000_000


def _moment(now: int) -> datetime:
    return datetime.fromtimestamp(now // 1_000_000, UTC)


def log_stamp(now: int, *, msec: bool = True, timezone: bool = False, known: bool = False) -> str:
    """`*Mar  2 09:00:01.123`: what log and debug lines begin with."""
    when = _moment(now)
    fraction = f".{now // 1000 % 1000:03}" if msec else ""
    stamp = f"{when:%b} {when.day:2} {when:%H:%M:%S}{fraction}{' UTC' if timezone else ''}"
    return stamp if known else f"*{stamp}"


def clock(now: int, known: bool = False) -> str:
    """`*09:00:01.123 UTC Mon Mar 2 2026`: `show clock`."""
    when = _moment(now)
    star = "" if known else "*"
    fraction = f"{now // 1000 % 1000:03}"
    return f"{star}{when:%H:%M:%S}.{fraction} UTC {when:%a %b} {when.day} {when.year}"


def day_and_time(now: int) -> str:
    """`09:00:01 UTC Mon Mar 2 2026`: in the header of a configuration."""
    when = _moment(now)
    return f"{when:%H:%M:%S} UTC {when:%a %b} {when.day} {when.year}"


def clock_words(now: int) -> str:
    """`09:00:01 2 Mar 2026`: as `clock set` takes it."""
    when = _moment(now)
    return f"{when:%H:%M:%S} {when.day} {when:%b %Y}"


def file_stamp(now: int) -> str:
    """`Mar--2-09-00-01.123`: in the name of an archived configuration."""
    when = _moment(now)
    return f"{when:%b}-{when.day:->2}-{when:%H-%M-%S}.{now // 1000 % 1000:03}"


def file_date(now: int) -> str:
    """`Mar 2 2026 09:00:01 +00:00`: in a list of files."""
    when = _moment(now)
    return f"{when:%b} {when.day} {when:%Y %H:%M:%S} +00:00"


def age(microseconds: int) -> str:
    """`00:03:18`, then `1d02h`, then `2w3d`: the age of a route or a session."""
    seconds = microseconds // 1_000_000
    days, hours = seconds // 86400, seconds // 3600 % 24
    if days >= 7:
        return f"{days // 7}w{days % 7}d"
    if days:
        return f"{days}d{hours:02}h"
    return f"{hours:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def uptime(microseconds: int) -> str:
    """`1 hour, 2 minutes`: in `show version`."""
    minutes = microseconds // 60_000_000
    parts = []
    for count, unit in ((minutes // 10080, "week"), (minutes // 1440 % 7, "day"),
                        (minutes // 60 % 24, "hour"), (minutes % 60, "minute")):  # fmt: skip
        if count or unit == "minute":
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts)
