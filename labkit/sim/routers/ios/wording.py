"""How IOS writes things: mistakes and help, lifetimes, MAC addresses, IPsec transforms.

Must not know routers.
"""

from __future__ import annotations

from collections.abc import Sequence

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
