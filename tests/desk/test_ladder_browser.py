"""The ladder in a browser: messages as they fly, opened, with the reason where it stops."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.needs("chromium")


def narrow(book) -> None:
    """1024 pixels at 200 % are 512 of the page's; nobody keeps the file list open then."""
    book.page.evaluate("() => void window.jupyterapp.shell.collapseLeft()")
    book.page.set_viewport_size({"width": 512, "height": 450})
    book.page.wait_for_function("document.querySelector('.labkit-body').clientWidth < 512")


LAB = """from labkit.sim import Lab
from labkit.desk import Ladder
lab = Lab({checkpoint!r})
A, B = "Site-A-GW-Router", "Site-B-GW-Router"
PING = "ping 192.168.1.1 source GigabitEthernet0/0"
"""


def rows(book, index: int = 0):
    return book.page.locator(".labkit-ladder-rungs").nth(index).locator(".labkit-ladder-row")


def test_messages_appear_as_they_fly_and_open_into_their_payloads(open_notebook) -> None:
    cells = [LAB.format(checkpoint="crypto-map"), "Ladder(lab)", "_ = lab.run(B, PING)"]
    book = open_notebook(cells, run=False)
    book.run(0)
    book.run(1)
    book.page.get_by_text("No IKE message has flown").wait_for()
    book.run(2)
    book.page.get_by_text("Up: Phase 1 and Phase 2 are complete").wait_for()
    assert rows(book).count() == 9
    book.page.get_by_text("encaps 4, decaps 4").wait_for()
    rows(book).nth(4).focus()
    book.page.keyboard.press("Enter")
    book.page.get_by_text("INITIAL_CONTACT").first.wait_for()
    book.page.get_by_text("Old State = IKE_R_MM4").first.wait_for()
    assert book.accessibility() == []
    book.picture("ladder")


def test_without_the_keys_the_fifth_message_stays_closed(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="tunnel"), "x = Ladder(lab)\nx", "x"])
    rows(book, 1).nth(4).get_by_text("ID, HASH").wait_for()
    book.page.get_by_role("button", name="Decrypt with the lab's keys").first.click()
    rows(book, 0).nth(4).get_by_text("encrypted, and there is no key").wait_for()
    rows(book, 1).nth(4).get_by_text("encrypted, and there is no key").wait_for()


def test_two_pre_shared_keys_stop_at_message_5_with_the_reason(open_notebook) -> None:
    spoil = """for line in ("configure terminal",
             "no crypto isakmp key WowWhatAPassword! address 198.51.100.2",
             "crypto isakmp key another address 198.51.100.2", "end"):
    _ = lab.run(A, line)
_ = lab.run(B, PING)"""
    cells = [LAB.format(checkpoint="crypto-map"), spoil, "x = Ladder(lab)\nx", "print(x.report())"]
    book = open_notebook(cells)
    book.page.get_by_text("so their pre-shared keys differ").first.wait_for()
    assert "Stopped at MM 5: Site-A-GW-Router says: not understood" in book.output(3)
    assert book.accessibility() == []
    book.picture("ladder-psk")


def test_the_sniffers_ladder_and_the_file_of_a_ladder(open_notebook) -> None:
    cells = [
        LAB.format(checkpoint="tunnel"),
        "x = Ladder(lab, capture='sniffer')\nx",
        "print(x.svg()[:60]); print(repr(x))",
    ]
    book = open_notebook(cells)
    rows(book).nth(8).wait_for()
    assert rows(book).count() == 9
    assert book.output(2).startswith("<svg ") and "as sniffer saw it" in book.output(2)


def test_hostile_notify_data_is_text_and_nothing_else(open_notebook) -> None:
    hostile = """from labkit.protocols.wire.isakmp import Header, Message, Notification
from labkit.sim.net.events import IsakmpDatagram
from ipaddress import IPv4Address
notify = Notification(1, 14, b"", b"<img src=x onerror=alert(1)>\\x1b[31m")
data = Message(Header(b"\\1" * 8, b"\\2" * 8, 5), (notify,)).encode()
event = IsakmpDatagram(False, IPv4Address("192.0.2.28"), IPv4Address("203.0.113.66"), data)
lab.owner.call(lambda: lab.journal.hear(A, lab.now(), event))
x = Ladder(lab)
x"""
    book = open_notebook([LAB.format(checkpoint="baseline"), hostile])
    rows(book).first.click()
    book.page.get_by_text("<img src=x onerror=alert(1)>").first.wait_for()
    assert book.page.locator(".labkit img").count() == 0
    assert "203.0.113.66" in rows(book).first.get_attribute("aria-label")


@pytest.mark.parametrize("dark", [False, True])
def test_both_themes_at_1024_pixels_and_at_200_percent(open_notebook, dark) -> None:
    cells = [LAB.format(checkpoint="tunnel"), "x = Ladder(lab)\nx.open_rungs = [0, 5]\nx"]
    book = open_notebook(cells, dark=dark, viewport=(1024, 900))
    rows(book).nth(8).wait_for()
    book.page.get_by_text("debug at Site-A-GW-Router").first.wait_for()
    assert book.accessibility() == []
    book.picture(f"ladder-{'dark' if dark else 'light'}")
    narrow(book)
    body = book.page.locator(".labkit-ladder").first
    assert body.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")


def test_what_was_said_stays_when_the_lab_starts_again_until_the_lab_is_asked_for(
    open_notebook,
) -> None:
    """What stands in a notebook stays beside the text about it."""
    cells = [
        LAB.format(checkpoint="psk-differs") + "_ = lab.run(B, PING)",
        "x = Ladder(lab)\nx",
        "lab.start('tunnel')",
        "print(x.report())",
    ]
    book = open_notebook(cells)
    book.page.get_by_text("This was said at checkpoint psk-differs.").wait_for()
    stopped = book.page.locator(".labkit-ladder-outcome.stopped")
    stopped.wait_for()
    assert stopped.inner_text() in book.output(3)
    assert book.accessibility() == []
    book.picture("ladder-past")
    book.page.get_by_role("button", name="Show the lab as it is now").click()
    book.page.get_by_text("Up: Phase 1 and Phase 2 are complete").wait_for()
    book.page.get_by_text("This was said at").wait_for(state="hidden")
    book.run(3)
    assert "Up: Phase 1 and Phase 2 are complete" in book.output(3)
