"""The four tools inside a tunnel, each in one call that a learner can play with.

Diffie-Hellman groups side by side, fingerprints with and without a key, a cipher text changed on
its way, and clear against cipher text by the look of their bytes.  Everything is computed when it
is called, with the algorithms that the simulated gateways use.  Must not know Jupyter.

Sources: RFC 2409, 3526, 5903 (groups), RFC 8247 section 2.4 (what is still good), NIST SP 800-57
part 1 table 2 and RFC 3526 section 8 (strengths), RFC 2104 (HMAC), RFC 3602 (AES-CBC in ESP).
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2, log10
from typing import TYPE_CHECKING, Any

from labkit.capture.dissect import packet_of
from labkit.course.desk import Desk
from labkit.protocols.ike.algorithms import CIPHER_BY_FACT
from labkit.protocols.ike.dh import GROUPS, Modp

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

# ------------------------------------------------------------------------------- groups

STRENGTH = {1: "broken", 2: "80", 5: "90", 14: "112", 15: "128", 16: "150", 19: "128", 20: "192"}
"""Bits of strength as far as is known; group 1's size has been broken in public."""
ADVICE = {1: "MUST NOT", 2: "SHOULD NOT", 5: "SHOULD NOT", 14: "MUST", 19: "SHOULD"}
"""RFC 8247 section 2.4; what it does not list, one may use."""


def groups() -> None:
    """Print the Diffie-Hellman groups of the course: their numbers, costs and reputation."""
    print("group  numbers          on the wire  strength  RFC 8247")
    for number in STRENGTH:
        group = GROUPS[number]
        if isinstance(group, Modp):
            kind = f"prime, {group.bits} bits"
        else:
            kind = f"curve, {group.size * 4} bits"  # a point is two numbers
        public = len(group.public(bytes([1]) * 32))
        strength = STRENGTH[number] + ("" if STRENGTH[number] == "broken" else " bits")
        advice = ADVICE.get(number, "may be used")
        print(f"{number:>5}  {kind:<16} {public:>5} bytes  {strength:<9} {advice}")


def digits(number: int) -> int:
    """How many decimal digits the prime of a group has.  Raises ValueError for a curve."""
    group = GROUPS.get(number)
    if not isinstance(group, Modp):
        raise ValueError(f"group {number} has no prime of its own to count")
    return int(log10(group.prime)) + 1


# ------------------------------------------------------------------------- fingerprints

HASHES = ("md5", "sha1", "sha256", "sha512")
SHOWN = 16
"""Hexadecimal digits shown of a fingerprint."""


def compare_hashes(one: str, other: str) -> None:
    """Print the fingerprints of two texts, and in how many bits they differ."""
    print(f"{'hash':<8} {one[:24]:<24} {other[:24]:<24} bits that differ")
    for name in HASHES:
        first = hashlib.new(name, one.encode()).digest()
        second = hashlib.new(name, other.encode()).digest()
        changed = f"{_differing(first, second)} of {len(first) * 8}"
        print(f"{name:<8} {_short(first):<24} {_short(second):<24} {changed}")


def compare_hmacs(text: str, *keys: str) -> None:
    """Print what HMAC-SHA-256 makes of one text with each of some keys (RFC 2104)."""
    for key in keys:
        value = hmac.digest(key.encode(), text.encode(), "sha256")
        print(f"{key:<28} {_short(value)}")


def _short(value: bytes) -> str:
    return value.hex()[:SHOWN] + "…"


def _differing(one: bytes, other: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


# ------------------------------------------------------------------- a bit on its way

KEY, AUTHENTIC = b"sixteen byte key", b"another key for the check value!"
VECTOR = bytes(range(16))
BLOCK = 16


def flip_a_bit(text: str = "amount 100 euros", at: int = 7, bit: int = 3) -> None:
    """Encrypt a text with AES-CBC, flip one bit of what travels in the clear before it, open it.

    `at` is the letter and `bit` the bit of it, 0 the lowest.  Then the same with a check value.
    Raises ValueError for a letter that the first block does not have.
    """
    plain = text.encode()
    if len(plain) % BLOCK or not plain:
        raise ValueError(f"the text fills blocks of {BLOCK} bytes; this one has {len(plain)}")
    if not (0 <= at < BLOCK and 0 <= bit < 8):
        raise ValueError("letters are counted from 0 to 15 and their bits from 0 to 7")
    aes = CIPHER_BY_FACT["aes"]
    sealed = aes.encrypt(KEY, VECTOR, plain)
    changed = bytearray(VECTOR)
    changed[at] ^= 1 << bit
    opened = aes.decrypt(KEY, bytes(changed), sealed)
    before = hmac.digest(AUTHENTIC, VECTOR + sealed, "sha256")
    after = hmac.digest(AUTHENTIC, bytes(changed) + sealed, "sha256")
    print(f"clear text            {text}")
    print(f"vector, as sent       {VECTOR.hex()}")
    print(f"cipher text           {sealed.hex()[: 2 * BLOCK]}")
    print(f"vector, as it arrives {changed.hex()}")
    print(f"opened                {opened.decode('latin-1')}")
    verdict = "agrees" if before == after else "does not agree: dropped"
    print(f"with a check value    {verdict}")


# ------------------------------------------------------------------------- a picture

DOTS_PER_INCH = 110
INK = "#767676"
"""Of axes and words: a picture has no ground of its own, and this is read on white and on black."""


class Figure:
    """A picture with its words: shown as the picture, printed as its sentence and table.

    The table is the twin for those who do not see the picture, and what a stored output is
    compared by; the sentence becomes the image's alternative text.  Made without a screen and
    without pyplot, so that nothing of a figure is left behind.
    """

    def __init__(self, drawing: Drawing, alt: str, table: str) -> None:
        """`alt` is one sentence that says what there is to see."""
        self.drawing = drawing
        self.alt = alt
        self.table = table

    def __repr__(self) -> str:
        return f"{self.alt}\n\n{self.table}"

    def report(self) -> str:
        """The sentence and the table."""
        return repr(self)

    def png(self) -> bytes:
        """The picture."""
        for axes in self.drawing.axes:
            axes.tick_params(colors=INK, which="both")
            for words in (axes.title, axes.xaxis.label, axes.yaxis.label):
                words.set_color(INK)
            for spine in axes.spines.values():
                spine.set_color(INK)
        buffer = io.BytesIO()
        self.drawing.savefig(
            buffer,
            format="png",
            dpi=DOTS_PER_INCH,
            transparent=True,
            metadata={"Software": None},
        )
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return (
            {"text/plain": repr(self), "image/png": self.png()},
            {"image/png": {"alt": self.alt}},
        )


def drawing(width: float, height: float) -> Drawing:
    """An empty drawing, sizes in inches, with room made for its labels."""
    from matplotlib.figure import Figure as Drawing

    return Drawing(figsize=(width, height), layout="constrained")


# ----------------------------------------------------------------- how bytes look

ESP, ICMP = 50, 1
HEADER = 8
"""Of both: the ICMP echo's, and ESP's SPI and sequence number."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """The payload bytes of many packets, counted by value."""

    where: str
    packets: int
    counts: Counter[int]

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def entropy(self) -> float:
        """Shannon's, in bits a byte: 0 for one value only, 8 for all alike."""
        shares = (count / self.total for count in self.counts.values())
        return -sum(share * log2(share) for share in shares) if self.total else 0.0


def payloads(frames: Iterable[tuple[int, bytes]], protocol: int, where: str) -> Bytes:
    """Count what ICMP echoes or ESP packets carry behind their headers (`Desk.frames`)."""
    counts: Counter[int] = Counter()
    packets = 0
    for _, frame in frames:
        found = packet_of(frame)
        if found is not None and found[1].protocol == protocol:
            packets += 1
            counts.update(found[1].payload[HEADER:])
    return Bytes(where, packets, counts)


def plot_entropy(desk: Desk, clear: str, cipher: str) -> Figure:
    """Compare the bytes of pings at one capture point with those of ESP at another.

    Raises LookupError for a capture point that there is not, ValueError where nothing was seen.
    """
    both = (
        payloads(desk.frames(clear), ICMP, clear),
        payloads(desk.frames(cipher), ESP, cipher),
    )
    for each, kind in zip(both, ("ping", "ESP packet"), strict=True):
        if not each.packets:
            raise ValueError(f"no {kind} has been seen at {each.where} yet: send one first")
    table = "\n".join(
        [
            "where     packets   bytes  values used  bits a byte",
            *(
                f"{each.where:<9} {each.packets:>7} {each.total:>7} {len(each.counts):>8} of 256"
                f" {each.entropy:>8.2f}"
                for each in both
            ),
        ]
    )
    alt = (
        f"How often each byte value occurs: at {clear} a few values stand out, "
        f"at {cipher} all 256 are nearly alike."
    )
    return Figure(_histograms(both), alt, table)


def _histograms(both: tuple[Bytes, Bytes]) -> Drawing:
    picture = drawing(8, 3.2)
    for axes, each in zip(picture.subplots(1, 2), both, strict=True):
        heights = [100 * each.counts[value] / each.total for value in range(256)]
        axes.bar(range(256), heights, width=1.0, color="#3b82c4")
        axes.set_title(f"{each.where}: {each.entropy:.2f} bits a byte")
        axes.set_xlabel("byte value")
        axes.set_ylabel("share in per cent")
        axes.set_ylim(0, max(1.0, max(heights) * 1.1))
    return picture
