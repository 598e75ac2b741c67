"""How IOS writes things: mistakes and help, times, MAC addresses, IPsec transforms.

Times are in UTC.  A star says that nobody has set the clock, which is so until `clock set`.  Must
not know routers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from labkit.protocols.ike.values import EspTransform
from labkit.sim.grammar import Ambiguous, Bad, Choosable, Incomplete, Mistake
from labkit.sim.model.facts import TransformSet

INCOMPLETE = "% Incomplete command."
INVALID = "% Invalid input detected at '^' marker."


def mistake_text(mistake: Mistake, line: str) -> str:
    """One line for a mistake, without a caret."""
    if isinstance(mistake, Incomplete):
        return INCOMPLETE
    if isinstance(mistake, Ambiguous):
        return f'% Ambiguous command:  "{line.strip()}"'
    return INVALID


def complaint(mistake: Mistake, line: str, prompt: str) -> str:
    """What is printed below a wrong line: the caret counts the prompt."""
    text = mistake_text(mistake, line)
    if isinstance(mistake, Bad):
        return f"{' ' * (len(prompt) + mistake.column)}^\n{text}\n\n"
    return f"{text}\n\n" if isinstance(mistake, Incomplete) else f"{text}\n"


def help_list(choices: Sequence[Choosable]) -> str:
    """The answer to ` ?`: a word and its help on each line."""
    width = max((len(choice.word) for choice in choices), default=0)
    lines = [f"  {choice.word:<{width}}  {choice.help}".rstrip() for choice in choices]
    return "\n".join(lines) + "\n\n"


def word_list(choices: Sequence[Choosable], width: int = 80) -> str:
    """The answer to `sh?`: the words that begin so, side by side."""
    words = [choice.word for choice in choices]
    if not words:
        return "% Unrecognized command\n"
    column = max(len(word) for word in words) + 2
    across = max(1, (width - 1) // column)
    rows = [words[i : i + across] for i in range(0, len(words), across)]
    return "".join("".join(f"{word:<{column}}" for word in row) + "\n" for row in rows) + "\n"


# --------------------------------------------------------------------------- values


MINUTE, HOUR, DAY = 60, 3600, 86400


def clock(seconds: int) -> str:
    """Seconds as `hh:mm:ss`."""
    return f"{seconds // HOUR:02}:{seconds % HOUR // MINUTE:02}:{seconds % MINUTE:02}"


def mac(address: bytes) -> str:
    """Six bytes as `0050.7966.6800`."""
    digits = address.hex()
    return ".".join((digits[:4], digits[4:8], digits[8:]))


SIZED = ("esp-aes", "esp-gcm")
"""Ciphers that have keys of several sizes."""


def cipher_words(cipher: str, key_bits: int | None) -> str:
    """A cipher as configured: `esp-aes 256`; 128 bits need no number."""
    return f"{cipher} {key_bits}" if key_bits not in (None, 128) and cipher in SIZED else cipher


def shown_cipher(cipher: str, key_bits: int | None) -> str:
    """A cipher as shown: `esp-256-aes`."""
    if cipher == "esp-aes" and key_bits not in (None, 128):
        return f"esp-{key_bits}-aes"
    return cipher_words(cipher, key_bits)


def configured_transform(transform: TransformSet | EspTransform) -> str:
    """`esp-aes 256 esp-sha512-hmac `, as configured and as debugs have it, with its space."""
    return _joined(cipher_words(transform.cipher, transform.key_bits), transform.integrity)


def shown_transform(transform: TransformSet | EspTransform) -> str:
    """`esp-256-aes esp-sha512-hmac `, as shown, with its trailing space."""
    return _joined(shown_cipher(transform.cipher, transform.key_bits), transform.integrity)


def _joined(*words: str | None) -> str:
    return "".join(f"{word} " for word in words if word)


def plural(count: int, one: str, many: str) -> str:
    """`1 match`, `5 matches`."""
    return f"{count} {one if count == 1 else many}"


# --------------------------------------------------------------------------- times


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


def full_clock(now: int, known: bool = False) -> str:
    """`*09:00:01.123 UTC Mon Mar 2 2026`: `show clock`."""
    fraction = f".{now // 1000 % 1000:03} UTC"
    return ("" if known else "*") + day_and_time(now).replace(" UTC", fraction)


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
    days = seconds // DAY
    if days >= 7:
        return f"{days // 7}w{days % 7}d"
    return f"{days}d{seconds % DAY // HOUR:02}h" if days else clock(seconds)


def uptime(microseconds: int) -> str:
    """`1 hour, 2 minutes`: in `show version`."""
    minutes = microseconds // 60_000_000
    parts = []
    for count, unit in ((minutes // 10080, "week"), (minutes // 1440 % 7, "day"),
                        (minutes // 60 % 24, "hour"), (minutes % 60, "minute")):  # fmt: skip
        if count or unit == "minute":
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts)
