"""Faults over the control channel, as a script in another process brings them in."""

from __future__ import annotations

from collections.abc import Callable

from tests.walk.reading import B, alive, loss
from tests.walk.served import Served

Serve = Callable[..., Served]


def test_a_fault_comes_and_goes_by_a_word_at_the_labs_prompt(serve: Serve) -> None:
    lab = serve("--checkpoint", "tunnel")
    assert lab.type("lab", "fault f01").strip() == ""
    assert "Fault       f01: " in lab.type("lab", "status")
    assert "exclamation" not in lab.type("lab", "status")
    assert "CONFIG_I" not in lab.type(B, "show logging"), "the log does not tell"
    assert loss(lab, "PC-B", "192.168.1.10") == 100
    assert [row[2] for row in alive(lab, B)] == ["MM_KEY_EXCH"]
    assert lab.type("lab", "fault off").strip() == ""
    assert loss(lab, "PC-B", "192.168.1.10", count=5) == 20
    assert lab.type("lab", "fault off").strip() == "% no fault is in"
    assert lab.type("lab", "fault nonsense").startswith("% there is no fault 'nonsense'")
