"""The toolbox of notebook 05 says what RFCs and other libraries say."""

from __future__ import annotations

import hashlib
import io

import pytest

from labkit.course import toolbox
from labkit.course.desk import Desk

B = "Site-B-GW-Router"


def test_the_groups_are_listed_with_what_crosses_the_wire(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Group 5 sends 192 bytes, 14 sends 256, and a curve of 256 bits sends two numbers of 32."""
    toolbox.groups()
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert set(rows) == {"1", "2", "5", "14", "15", "16", "19", "20"}
    assert "1536 bits" in rows["5"] and "192 bytes" in rows["5"] and "SHOULD NOT" in rows["5"]
    assert "256 bytes" in rows["14"] and rows["14"].endswith("MUST")
    assert "curve, 256 bits" in rows["19"] and "64 bytes" in rows["19"]


def test_the_prime_of_group_5_has_463_digits() -> None:
    """Counted by writing it out."""
    from labkit.protocols.ike.dh import GROUPS

    assert toolbox.digits(5) == len(str(GROUPS[5].prime)) == 463  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="no prime of its own"):
        toolbox.digits(19)


def test_fingerprints_are_those_of_hashlib(capsys: pytest.CaptureFixture[str]) -> None:
    """And a text differs from itself in no bit."""
    toolbox.compare_hashes("a", "a")
    out = capsys.readouterr().out
    assert hashlib.sha512(b"a").hexdigest()[:16] in out
    assert "0 of 512" in out


def test_a_hmac_is_that_of_rfc_4231(capsys: pytest.CaptureFixture[str]) -> None:
    """Test case 2: the key "Jefe"."""
    toolbox.compare_hmacs("what do ya want for nothing?", "Jefe", "jefe")
    jefe, other = capsys.readouterr().out.splitlines()
    assert "5bdcc146bf60754e" in jefe
    assert jefe.split()[-1] != other.split()[-1]


def test_a_flipped_bit_changes_one_letter_and_the_check_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """100 euros become 900, and integrity protection would have dropped it."""
    toolbox.flip_a_bit()
    out = capsys.readouterr().out
    assert "opened                amount 900 euros" in out
    assert "does not agree: dropped" in out


@pytest.mark.parametrize(("text", "at"), [("too short", 0), ("amount 100 euros", 16)])
def test_a_bit_that_is_not_there_is_refused_in_words(text: str, at: int) -> None:
    with pytest.raises(ValueError, match=r"fills blocks of 16|counted from 0"):
        toolbox.flip_a_bit(text, at)


def test_cipher_text_uses_all_bytes_alike_and_clear_text_does_not() -> None:
    """The figure has its words: an alternative text and a table; 8 bits a byte is the most."""
    with Desk("tunnel") as desk:
        with pytest.raises(ValueError, match="no ping has been seen at lan-a"):
            toolbox.plot_entropy(desk, clear="lan-a", cipher="sniffer")
        desk.lab.run(B, "ping 192.168.1.10 source Gi0/0 repeat 20 size 1000")
        figure = toolbox.plot_entropy(desk, clear="lan-a", cipher="sniffer")
        with pytest.raises(LookupError, match="no capture point 'lan-c'"):
            toolbox.plot_entropy(desk, clear="lan-c", cipher="sniffer")
    clear, cipher = (float(row.split()[-1]) for row in figure.table.splitlines()[1:])
    assert clear < 6.5 < 7.9 < cipher <= 8
    data, about = figure._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    from matplotlib.image import imread

    assert imread(io.BytesIO(data["image/png"]))[0, 0, 3] == 0, "the page's colour shows through"
    assert about["image/png"]["alt"] == figure.alt and "lan-a" in figure.alt
    assert data["text/plain"] == figure.report()
