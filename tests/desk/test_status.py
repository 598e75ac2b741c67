"""The status line: what it says of a lab, and what its buttons do to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.course import Desk
from labkit.desk.status.widget import StatusLine, clock, span


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose learner has kept nothing yet, whatever tests ran before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_HOME", str(tmp_path_factory.mktemp("home")))
        with Desk("tunnel") as made:
            yield made


@pytest.fixture
def line(desk: Desk) -> Iterator[StatusLine]:
    desk.lab.start("tunnel")
    made = StatusLine(desk)
    yield made
    made.close()


def press(line: StatusLine, kind: str, **content: object) -> None:
    """Press a button and wait for what it does."""
    line._route(line, {"kind": kind, **content}, [])
    assert line._errand is not None
    assert line._errand.wait(60)


def test_the_twin_is_the_same_in_every_run(line: StatusLine) -> None:
    assert "tunnel, seed 1" in line.report()
    assert "09:00:" in line.report()
    assert "6 × Nokia SR OS" in line.report()
    assert line.twin() == line.report()


def test_an_hour_goes_by_and_the_tunnel_is_renewed_on_the_way(desk: Desk, line: StatusLine) -> None:
    before = desk.lab.now()
    press(line, "advance", seconds=3600)
    assert desk.lab.now() - before == 3600 * 1_000_000


def test_the_next_rekey_is_where_the_routers_renew_their_sa(desk: Desk, line: StatusLine) -> None:
    desk.lab.run("Site-B-GW-Router", "ping 192.168.1.1 source GigabitEthernet0/0")
    before = desk.lab.run("Site-B-GW-Router", "show crypto ipsec sa | include current outbound")
    press(line, "rekey")
    after = desk.lab.run("Site-B-GW-Router", "show crypto ipsec sa | include current outbound")
    assert "spi: 0x" in before
    assert "spi: 0x" in after
    assert before != after


def test_the_next_event_is_something_that_happens(desk: Desk, line: StatusLine) -> None:
    before = desk.lab.now()
    due = desk.lab.next_rekey()
    assert due is not None
    press(line, "event")
    assert 0 < desk.lab.now() - before <= due * 1_000_000


def test_starting_again_keeps_what_was_changed(desk: Desk, line: StatusLine) -> None:
    desk.lab.run("R3", "configure system name Changed")
    assert desk.lab.changed() == ["R3"]
    assert "Changed     R3" in line.report()
    press(line, "start", checkpoint="phase1")
    assert desk.lab.world.checkpoint == "phase1"
    assert desk.lab.changed() == []
    desk.start("phase1", mine=True)
    assert "Changed" in desk.lab.run("R3", "show system information")


def test_what_cannot_be_is_said_in_a_line(desk: Desk, line: StatusLine) -> None:
    desk.lab.start("baseline")
    line._route(line, {"kind": "rekey"}, [])
    line.beat()
    assert line.trouble == "there is no SA to renew: bring the tunnel up first"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (3567, "59 min 27 s"), (90_000, "25 h")],
)
def test_a_stretch_of_time_is_told_in_two_units_at_most(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_lab_time_is_told_to_the_second() -> None:
    assert clock(1_772_442_000_999_999) == "2026-03-02 09:00:00"


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("dark", [False, True])
def test_its_buttons_move_the_lab_and_its_clock_follows(open_notebook, dark: bool) -> None:
    book = open_notebook(
        [
            "from labkit.course import Desk\nfrom labkit.desk import StatusLine\n"
            "desk = Desk('tunnel')\nStatusLine(desk)",
            "desk.advance(30)\ndesk.lab.run('R3', 'configure system name X')\nNone",
        ],
        dark=dark,
    )
    line = book.page.locator(".labkit-status").first
    line.get_by_text("09:00:").wait_for()
    line.get_by_text("R3", exact=True).wait_for()
    book.page.get_by_role("button", name="Move on an hour").click()
    line.get_by_text("1 h later").wait_for()
    assert book.accessibility() == []
    book.picture(f"status-{'dark' if dark else 'light'}")
    line.get_by_label("From checkpoint").select_option("phase2")
    start = line.get_by_role("button", name="Start again")
    start.element_handle().wait_for_element_state("enabled")  # what was said before is over
    start.focus()
    book.page.keyboard.press("Enter")
    line.get_by_text("Kept what was changed on R3").wait_for()
    line.locator(".labkit-status-value", has_text="phase2").wait_for()
