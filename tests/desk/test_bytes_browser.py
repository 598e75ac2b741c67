"""The account of a frame's bytes, in a real browser and as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labkit.desk.bytes.widget import Bytes
from tests.desk.conftest import OpenNotebook

SETUP = "from labkit.desk import Bytes"


def test_the_text_twin_is_the_account_of_114_that_become_202() -> None:
    widget = Bytes()
    assert repr(widget) == ("Bytes of a 100-byte packet: esp-aes 256 esp-sha512-hmac, tunnel mode")
    assert "114 bytes become 202: 88 more." in widget.report()
    assert "largest packet that fits: 1422" in widget.ask(mtu=1500).report()
    widget.close()


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="'esp-rot13' is no ESP transform"):
        Bytes(transform="esp-rot13")
    with pytest.raises(TypeError):
        Bytes(colour="red")


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_choices_move_size_padding_and_mss_in_every_view(
    open_notebook: Callable[..., OpenNotebook], dark: bool
) -> None:
    notebook = open_notebook([SETUP, "b = Bytes()\nb", "b"], dark=dark, viewport=(1300, 1100))
    view, other = notebook.cell(1), notebook.cell(2)
    view.get_by_text("114 bytes become 202: 88 more.").wait_for()
    part = view.get_by_role("button", name="padding, 10 bytes, encrypted")
    part.click()
    view.get_by_text("padding: 10 bytes, encrypted").wait_for()
    part.press("ArrowRight")
    view.get_by_text("ESP trailer: 2 bytes").wait_for()
    notebook.picture(f"bytes-{'dark' if dark else 'light'}", view.locator(".labkit").first)
    view.get_by_label("Transform set").select_option("esp-gcm")
    other.get_by_text("114 bytes become 170: 56 more.").wait_for()
    view.get_by_label("Looked at").select_option("core")
    view.get_by_label("IP packet, bytes", exact=True).fill("1500")
    view.get_by_label("IP packet, bytes", exact=True).press("Tab")
    view.get_by_text("fragmented before encryption").wait_for()
    view.get_by_text("Don’t fragment").check()
    view.get_by_text("the gateway drops the packet").wait_for()
    view.get_by_label("IP packet, bytes", exact=True).fill("3")
    view.get_by_label("IP packet, bytes", exact=True).press("Tab")
    view.get_by_text("an ICMP packet has 28 to 65535 bytes").wait_for()
    view.get_by_text("As a table").click()
    assert notebook.accessibility() == []
