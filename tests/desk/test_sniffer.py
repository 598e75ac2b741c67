"""The sniffer in a real browser: list, filter, layers and bytes, decryption, comparison, files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.capture.pcap import PcapWriter, read
from labkit.course.desk import Desk
from labkit.desk.sender import PULSE
from labkit.desk.sniffer.widget import Sniffer
from tests.desk.conftest import OpenNotebook

pytestmark = pytest.mark.needs("chromium")

Opener = Callable[..., OpenNotebook]
SETUP = "from labkit.course import Desk\nfrom labkit.desk import Sniffer\ndesk = Desk('tunnel')"
PING = "_ = desk.lab.run('Site-B-GW-Router', 'ping 192.168.1.1 source GigabitEthernet0/0')"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_filter_a_packet_its_layers_and_its_bytes(open_notebook: Opener, dark: bool) -> None:
    """Filtering, selecting and decrypting by keys alone; field and bytes point at each other."""
    notebook = open_notebook(
        [SETUP, "s = Sniffer(desk, 'a-access')\ns"], dark=dark, viewport=(1500, 1100)
    )
    view = notebook.cell(1)
    view.locator("[role=grid] [aria-selected]").first.wait_for()
    box = view.get_by_label("Filter")
    box.fill("esp")
    box.press("Enter")
    view.get_by_text("8 of 21 packets").wait_for()
    grid = view.get_by_role("grid")
    grid.focus()
    grid.press("Home")
    tree = view.get_by_role("tree")
    items = tree.get_by_role("treeitem")
    items.filter(has_text="ESP: spi").wait_for()
    assert view.get_by_text("172.16.1.1").count() == 0, "sealed"
    switch = view.get_by_role("switch")
    switch.focus()
    switch.press("Space")
    items.filter(has_text="ICMP: type").wait_for()
    tree.focus()
    tree.press("Home")
    while "Time to live: 253" not in (
        view.locator("[role=treeitem][aria-selected=true]").inner_text()
    ):
        tree.press("ArrowDown")
    view.get_by_text("ip.ttl").wait_for()
    marked = view.locator(".labkit-sniffer-hex .labkit-sniffer-in")
    marked.filter(has_text="fd").wait_for()  # bytes are drawn a frame later
    assert marked.all_inner_texts() == ["fd"]
    bytes_ = view.get_by_role("application")
    bytes_.focus()
    bytes_.press("ArrowRight")
    view.get_by_text("Byte 23: 0x32, Protocol: ESP (50)").wait_for()
    assert "Protocol: ESP (50)" in (
        view.locator("[role=treeitem][aria-selected=true]").inner_text()
    )
    name = "dark" if dark else "light"
    notebook.picture(f"sniffer-{name}", view.locator(".labkit").first)
    assert notebook.accessibility() == []


def test_a_wrong_filter_says_where_and_a_live_list_grows(open_notebook: Opener) -> None:
    notebook = open_notebook([SETUP, "s = Sniffer(desk, 'a-access')\ns", PING, "s"], run=False)
    for index in (0, 1):
        notebook.run(index)
    view = notebook.cell(1)
    view.get_by_text("21 of 21 packets").wait_for()
    box = view.get_by_label("Filter")
    box.fill("ip.adr == 10.0.0.1")
    box.press("Enter")
    alert = view.get_by_role("alert").filter(has_text="did you mean ip.addr?")
    alert.wait_for()
    assert alert.locator("pre").inner_text().splitlines()[-1] == "^^^^^^"
    assert box.get_attribute("aria-invalid") == "true"
    assert notebook.accessibility() == []
    box.fill("icmp or esp")
    box.press("Enter")
    view.get_by_text("8 of 21 packets").wait_for()
    notebook.run(2)
    view.get_by_text("18 of 32 packets").wait_for()
    notebook.run(3)
    notebook.cell(3).get_by_text("18 of 32 packets").wait_for()


TYPED_ON = """(input) => {
    input.focus();
    input.value = "icmp or esp";
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    input.value = "icmp or esp and";
}"""
"""Enter, and more typed before the answer to it can be there."""
DOWN = """async (grid) => {
    for (let n = 0; n < 15; n += 1) {
        grid.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
        await new Promise((done) => setTimeout(done, 15));
    }
}"""


def test_news_undo_nothing_that_somebody_does_meanwhile(open_notebook: Opener) -> None:
    """A live list stays at its end, a row with a click half done stays, keys go on from where the
    last one went, and a filter that is being typed is left alone."""
    notebook = open_notebook([SETUP, "s = Sniffer(desk, 'a-access')\ns", PING], run=False)
    for index in (0, 1):
        notebook.run(index)
    view = notebook.cell(1)
    view.get_by_text("21 of 21 packets").wait_for()
    notebook.run(2)
    view.locator("[aria-rowindex='33']").wait_for()
    grid = view.get_by_role("grid")
    grid.focus()
    grid.press("Home")
    view.get_by_text("Packet 1 at").wait_for()
    grid.evaluate(DOWN)
    view.get_by_text("Packet 16 at").wait_for()
    assert grid.get_attribute("aria-activedescendant").endswith("-15")
    grid.press("Home")
    view.get_by_text("Packet 1 at").wait_for()
    row = view.locator("[aria-rowindex='4']").element_handle()
    notebook.run(2)
    view.get_by_text("43 of 43 packets").wait_for()
    assert row.evaluate("(row) => row.isConnected")
    box = view.get_by_label("Filter")
    box.evaluate(TYPED_ON)
    view.get_by_text("28 of 43 packets").wait_for()
    assert box.input_value() == "icmp or esp and"


def test_two_points_are_compared_at_1024_pixels(open_notebook: Opener) -> None:
    notebook = open_notebook([SETUP, "s = Sniffer(desk, 'a-access', decrypt=True)\ns"])
    view = notebook.cell(1)
    view.get_by_label("Compare with").select_option("r1-r2")
    row = view.get_by_role("row").filter(has_text="labels 261137 261133 popped").first
    row.click()
    view.get_by_role("button", name="at r1-r2").click()
    view.get_by_role("treeitem").filter(has_text="MPLS label: label 261137").first.wait_for()
    notebook.picture("sniffer-compare", view.locator(".labkit").first)
    assert notebook.accessibility() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_bytes_of_a_packet_are_explained(open_notebook: Opener, dark: bool) -> None:
    """By a button below the packet, and by handing the sniffer to `Bytes`; of another packet
    nothing is left standing, and one without an account says so."""
    setup = SETUP + "\nfrom labkit.desk import Bytes"
    cells = [setup, "s = Sniffer(desk, 'a-access').show('esp').select(15)\ns", "Bytes(s)"]
    notebook = open_notebook(cells, dark=dark, viewport=(1300, 1400))
    view = notebook.cell(1)
    button = view.get_by_role("button", name="Explain these bytes")
    button.focus()
    button.press("Enter")
    view.get_by_text("114 bytes become 202: 88 more.").wait_for()
    part = view.get_by_role("button", name="padding, 10 bytes, encrypted")
    part.focus()
    part.press("Enter")
    view.get_by_text("up to a whole number of 16-byte blocks").wait_for()
    notebook.cell(2).get_by_text("114 bytes become 202: 88 more.").wait_for()
    name = "dark" if dark else "light"
    notebook.picture(f"sniffer-explains-{name}", view.locator(".labkit").first)
    grid = view.get_by_role("grid")
    grid.focus()
    grid.press("Home")
    view.get_by_text("114 bytes become 202: 88 more.").wait_for(state="hidden")


HOSTILE = b"<script>window.hacked=1</script><img src=x onerror=window.hacked=1>\x1b[2J\x00\x07"


def test_a_hostile_capture_harms_nothing(open_notebook: Opener, jupyter, tmp_path: Path) -> None:
    """Script in a payload, control characters, a file cut short, and what is no capture."""
    from ipaddress import IPv4Address

    from labkit.protocols.wire.ethernet import Ethernet
    from labkit.protocols.wire.ipv4 import IPv4
    from labkit.protocols.wire.tcp import ACK, PSH, Tcp

    a, b = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
    segment = Tcp(40000, 23, 1, 1, PSH | ACK, payload=HOSTILE)
    packet = IPv4(a, b, 6, segment.encode(a, b)).encode()
    with PcapWriter(tmp_path / "hostile.pcap") as writer:
        writer.write(0, Ethernet(bytes(6), bytes(6), 0x0800, packet).encode())
        writer.write(1, b"\xff" * 262_144)
    cut = (tmp_path / "hostile.pcap").read_bytes()
    (tmp_path / "cut.pcap").write_bytes(cut[:-100])
    (tmp_path / "no<b>capture.pcap").write_bytes(b"\x7fELF" * 1000)
    notebook = open_notebook([SETUP, "s = Sniffer(desk, 'lan-a')\ns"])
    view = notebook.cell(1)
    field = view.locator("input[type=file]")
    field.set_input_files(tmp_path / "hostile.pcap")
    view.get_by_text("2 of 2 packets").wait_for()
    view.get_by_role("row").filter(has_text="TELNET").click()
    view.get_by_role("button", name="What was said").click()
    view.get_by_label("Conversation").get_by_text("<script>").wait_for()
    told, tree = notebook.places(view.get_by_label("Conversation"), view.get_by_role("tree"))
    assert told["y"] < tree["y"], "it shows below its button"
    view.get_by_role("row").nth(2).click()
    view.get_by_text("Packet 2 at").wait_for()
    bytes_ = view.get_by_role("application")
    bytes_.focus()
    bytes_.press("End")
    view.get_by_text("Byte 262143: 0xff").wait_for()
    field.set_input_files(tmp_path / "cut.pcap")
    view.get_by_text("the file ends within packet 2").wait_for()
    field.set_input_files(tmp_path / "no<b>capture.pcap")
    view.get_by_text("neither pcap nor pcapng").wait_for()
    assert notebook.page.evaluate("window.hacked") is None
    assert notebook.accessibility() == []


def test_what_is_shown_is_saved_as_pcap(open_notebook: Opener, tmp_path: Path) -> None:
    notebook = open_notebook([SETUP, "Sniffer(desk, 'a-access').show('esp')"])
    view = notebook.cell(1)
    view.get_by_text("8 of 21 packets").wait_for()
    with notebook.page.expect_download() as caught:
        view.get_by_role("button", name="Save as pcap").click()
    caught.value.save_as(tmp_path / "saved.pcap")
    assert [len(each.data) for each in read(tmp_path / "saved.pcap")] == [202] * 8


def test_running_the_cell_again_leaves_no_thread_behind(open_notebook: Opener) -> None:
    count = (
        "import threading, time\nend = time.monotonic() + 20\n"
        "alive = lambda: sum(t.name == 'labkit sniffer' for t in threading.enumerate())\n"
        "while alive() > 1 and time.monotonic() < end: threading.Event().wait(0.05)\n"
        "print(alive())"
    )
    notebook = open_notebook([SETUP, "s = Sniffer(desk, 'a-access')\ns", count])
    for _ in range(3):
        notebook.run(1)
    notebook.run(2)
    assert notebook.output(2).strip() == "1"


def test_a_hundred_thousand_packets_are_scrolled_and_searched(
    open_notebook: Opener, tmp_path: Path
) -> None:
    """Only rows in sight exist, and the last one is a key away."""
    from tests.benchmarks.captures import write

    write(tmp_path / "many.pcap")
    notebook = open_notebook(
        ["from labkit.desk import Sniffer", f"Sniffer(file={str(tmp_path / 'many.pcap')!r})"]
    )
    view = notebook.cell(1)
    view.get_by_text("100,000 of 100,000 packets").wait_for()
    grid = view.get_by_role("grid")
    grid.focus()
    grid.press("End")
    view.locator("[role=row][aria-selected=true]").get_by_text("100000", exact=True).wait_for()
    assert view.get_by_role("row").count() < 40
    box = view.get_by_label("Filter")
    box.fill("esp and frame.number > 99900")
    box.press("Enter")
    view.get_by_text("50 of 100,000 packets").wait_for()


OUTSIDE = """(root) => {
    const edge = root.getBoundingClientRect().right + 1;
    const scrolls = (each) => each !== root
        && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
    return [...root.querySelectorAll("*")]
        .filter((each) => each.getBoundingClientRect().right > edge && !scrolls(each.parentElement))
        .map((each) => `${each.tagName} ${each.className}`);
}"""
"""What is wider than the widget and not within something that scrolls."""


NOTEBOOKS_OWN = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)
"""What Notebook 7 says of itself when any notebook is opened in it, ours or not."""


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_at_200_percent_nothing_sticks_out(open_notebook: Opener, app: str) -> None:
    """A window of 512 CSS pixels is one of 1024 at 200 % zoom; Notebook 7 works too."""
    cells = [
        SETUP + "\nfrom labkit.desk import Bytes, Wildcard",
        "Sniffer(desk, 'a-access').select(3)",
        "Bytes()",
        "Wildcard('permit ip 192.168.1.0 0.0.0.255 any')",
        "Wildcard('permit ip host 10.0.0.1 any', 'permit ip any host 10.0.0.1')",
    ]
    notebook = open_notebook(cells, app=app, viewport=(512, 900))
    if app == "lab":
        notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    for index in range(1, 5):
        widget = notebook.cell(index).locator(".labkit").first
        widget.scroll_into_view_if_needed()
        widget.locator(".labkit-body").wait_for()
        notebook.picture(f"narrow-{app}-{index}", widget)
        assert widget.evaluate(OUTSIDE) == []
    if app == "notebook":
        notebook.errors[:] = [each for each in notebook.errors if each not in NOTEBOOKS_OWN]


def test_packets_stay_when_the_lab_starts_again_until_the_lab_is_asked_for(
    open_notebook: Opener,
) -> None:
    """What stands in a notebook stays beside the text about it; an empty list goes along."""
    cells = [
        f"{SETUP}\n{PING}",
        "s = Sniffer(desk, 'sniffer').show('esp')\ns",
        "empty = Sniffer(desk, 'sniffer').show('telnet')",
        "desk.start('baseline')",
        "print(s.report())\nprint(repr(empty.past))",
    ]
    notebook = open_notebook(cells, viewport=(1280, 900))
    view = notebook.cell(1)
    view.get_by_text("These packets were seen at checkpoint tunnel.").wait_for()
    view.get_by_text("18 of 31 packets").wait_for()
    bar = [view.get_by_text("Sniffer: the lab"), view.get_by_role("button", name="Save as pcap")]
    title, last = notebook.places(*bar)
    assert last["y"] < title["y"] < last["y"] + last["height"], "the toolbar is one line"
    view.get_by_role("row").filter(has_text="SPI=0x").first.click()
    view.get_by_role("treeitem").filter(has_text="ESP: spi").wait_for()
    assert "SPI=0x" in notebook.output(4) and notebook.output(4).endswith("''\n")
    assert notebook.accessibility() == []
    notebook.picture("sniffer-past", view)
    view.get_by_role("button", name="Show the lab as it is now").click()
    view.get_by_text("No packet").wait_for()
    view.get_by_text("These packets were seen").wait_for(state="hidden")


def test_what_a_text_takes_in_first_the_browser_learns_too() -> None:
    """`report` in the cell after a start is quicker than the next look at the lab."""
    with Desk("tunnel") as desk:
        sniffer = Sniffer(desk, "sniffer").show("esp")
        PULSE.forget(sniffer)
        desk.start("baseline")
        told = threading.Event()
        sniffer.observe(lambda change: told.set() if change["new"] == "tunnel" else None, "past")
        assert "SPI=0x" in sniffer.report()
        assert told.wait(60)
        sniffer.close()
