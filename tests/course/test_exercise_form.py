"""A file that is no exercise is refused with its place, and never half read."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit import resources
from labkit.course import exercise
from labkit.course.forms import FormError
from labkit.course.placeholders import placeholders

GOOD = resources.data("exercises", "mirror-200.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title:", "titel:", "bad.yaml: `title` is missing"),
        ('notebook: "04"', "notebook: 4", "two digits in quotes"),
        ("start: baseline", "start: basline", "there is no checkpoint 'basline'"),
        ("  nudge:", "  push:", "bad.yaml: hints: `nudge` is missing"),
        ("that: mirror_source_on", "that: mirror_on", "there is no predicate 'mirror_on'"),
        ("port: 1/1/1}", "prt: 1/1/1}", "checks 3: mirror_source_on has no argument `prt`"),
        ("{found}. Look at `show mirror", "{fond}. Look at `show mirror", r"\{fond\} is no"),
        ("{loopback_a} source", "{loopback_c} source", r"\{loopback_c\} is no placeholder"),
        ("at: R6", "at: R7", "solution 1: there is no device 'R7'"),
        ("fails: source", "fails: sauce", "wrong 1: `fails` names no check: 'sauce'"),
        ("old: egress ingress,", "old: nothing of it,", "'nothing of it' is not in the solution"),
        ("- id: delivers", "- id: source", "bad.yaml: checks: used twice: source"),
        ("wrong:", "wrong: []\nrong:", "`wrong` must be a list"),
        (GOOD, "just a text", "a mapping is expected"),
        (GOOD, "a: [", "not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "bad.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormError, match=message):
        exercise.read(path)


def test_every_placeholder_that_is_an_address_of_the_customer_is_one_that_the_lab_uses() -> None:
    """Derived addresses are those that the baseline configures."""
    configured = resources.data("checkpoints", "baseline.yaml").read_text(encoding="utf-8")
    for name in ("gw_a", "gw_b", "pc_a", "pc_b", "loopback_a", "loopback_b", "peer_a", "peer_b",
                 "pe_a", "pe_a_backup", "pe_b", "pe_b_backup", "backup_b", "vrrp", "vrid", "rd",
                 "rt", "bridge_name", "mask"):  # fmt: skip
        assert placeholders()[name] in configured, name
