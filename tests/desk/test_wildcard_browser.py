"""The wildcard microscope, in a real browser and as text."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.desk.wildcard.entry import attempt, read, why
from labkit.desk.wildcard.mirror import examples
from labkit.desk.wildcard.widget import Wildcard
from labkit.sim.model.facts import Wildcard as Mask
from tests.desk.conftest import OpenNotebook

SETUP = "from labkit.desk import Wildcard"
A = "permit ip 192.168.1.0 0.0.0.255 172.16.1.0 0.0.0.255"
B = "permit ip 172.16.1.0 0.0.0.255 192.168.1.0 0.0.0.255"
Opener = Callable[..., OpenNotebook]


def test_the_text_twin_shows_every_bit_and_what_it_comes_to() -> None:
    widget = Wildcard(A)
    assert repr(widget) == "Wildcard of 1 entry"
    assert "source       11000000 10101000 00000001 xxxxxxxx" in widget.report()
    assert "256 addresses, 192.168.1.0 to 192.168.1.255" in widget.report()
    widget.close()


def test_two_lists_are_judged_as_mirror_images() -> None:
    widget = Wildcard(A, B)
    assert repr(widget) == "Wildcard of two lists: A and B are mirror images."
    assert "Not mirror images" in widget.read(A, A).report()
    with pytest.raises(ValueError, match="Invalid input"):
        widget.read("permit ip 1.2.3 0.0.0.255 any")
    widget.close()


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_the_reason_agrees_with_the_router_about_every_address(
    base: IPv4Address, mask: IPv4Address, address: IPv4Address
) -> None:
    end = Mask(IPv4Address(int(base) & ~int(mask) & 0xFFFFFFFF), mask)
    assert end.matches(address) == (" matches: " in why(end, address))


def test_the_first_entry_that_matches_decides() -> None:
    acl = read(f"deny ip host 192.168.1.7 any\n{A}")
    far = IPv4Address("172.16.1.10")
    assert attempt(acl, IPv4Address("192.168.1.7"), far).permit is False
    assert attempt(acl, IPv4Address("192.168.1.8"), far).permit is True
    missed = attempt(acl, IPv4Address("192.168.2.8"), far)
    assert not missed.matched
    assert "in the third byte bit 7 of 8 counts, and 2 (00000010) differs" in missed.sentence


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_one_list_bit_by_bit_and_addresses_tried(open_notebook: Opener, dark: bool) -> None:
    notebook = open_notebook(
        [SETUP, f"w = Wildcard({A!r})\nw", "w"], dark=dark, viewport=(1200, 1000)
    )
    view, other = notebook.cell(1), notebook.cell(2)
    view.get_by_text("the network 192.168.1.0/24").wait_for()
    view.get_by_label("from").fill("192.168.2.8")
    view.get_by_label("from").press("Enter")
    other.get_by_text("✗ no match.").wait_for()
    view.get_by_text("in the third byte bit 7 of 8 counts").wait_for()
    notebook.picture(f"wildcard-{'dark' if dark else 'light'}", view.locator(".labkit").first)
    view.get_by_label("from").fill("<b>")
    view.get_by_role("button", name="Try").click()
    view.get_by_role("alert").get_by_text("<b>").wait_for()
    area = view.get_by_label("Entries, one a line")
    area.fill("permit ip 192.168.1.0 255.255.255.0 any")
    area.press("Control+Enter")
    view.get_by_text("was probably meant as a netmask").wait_for()
    assert notebook.accessibility() == []


@pytest.mark.needs("chromium")
def test_two_lists_laid_over_each_other(open_notebook: Opener) -> None:
    first, second = examples()["wider at B"]
    notebook = open_notebook([SETUP, f"Wildcard({first!r}, {second!r})"], viewport=(1024, 900))
    view = notebook.cell(1)
    view.get_by_text("✗ Not mirror images").wait_for()
    notebook.picture("wildcard-two", view.locator(".labkit").first)
    view.get_by_label("Lists to begin with").select_option("0")
    view.get_by_text("✓ A and B are mirror images.").wait_for()
    assert notebook.accessibility() == []
