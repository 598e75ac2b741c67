"""The story across the desk: the course's notebooks in a real JupyterLab, from end to end."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.needs("chromium")

PANE = ".labkit-console-pane"


def shows(book: Any, text: str, index: int = 0) -> None:
    """Wait until a console shows a text (a regular expression)."""
    book.page.wait_for_function(
        """([selector, index, text]) => new RegExp(text, "m").test(
            document.querySelectorAll(selector)[index]?.textContent ?? "")""",
        arg=[PANE, index, text],
    )


def test_the_tour_opens_and_runs_to_its_end_as_it_is_stored(open_notebook) -> None:
    path = REPOSITORY / "notebooks" / "00_start_here.ipynb"
    book = open_notebook(path, viewport=(1280, 800))
    cells = json.loads(path.read_text())["cells"]
    for index, cell in enumerate(cells):
        stored = "".join(
            "".join(each.get("text") or each["data"]["text/plain"])
            for each in cell.get("outputs", [])
        )
        assert book.output(index) == stored if cell["cell_type"] == "code" else True
    assert book.page.locator(".Toastify__toast").count() == 0, "nobody asks about news"


TUNNEL = {
    "Site-A-GW-Router": ("198.51.100.2", "192.168.1.0", "172.16.1.0", "192.0.2.25"),
    "Site-B-GW-Router": ("192.0.2.28", "172.16.1.0", "192.168.1.0", "198.51.100.1"),
}


def gateway(peer: str, here: str, there: str, through: str) -> str:
    """What is typed on a gateway to build the tunnel."""
    return f"""configure terminal
crypto isakmp policy 10
 encr aes
 hash sha256
 authentication pre-share
 group 5
crypto isakmp key WowWhatAPassword! address {peer}
crypto ipsec transform-set TSET esp-aes 256 esp-sha512-hmac
 mode tunnel
ip access-list extended VPN-TRAFFIC
 permit ip {here} 0.0.0.255 {there} 0.0.0.255
crypto map VPN-MAP 100 ipsec-isakmp
 set peer {peer}
 set transform-set TSET
 match address VPN-TRAFFIC
interface GigabitEthernet0/1
 crypto map VPN-MAP
ip route {there} 255.255.255.0 {through}
end
"""


def test_the_story_across_the_desk(open_notebook) -> None:
    """The tunnel is typed into two consoles and comes up on the map; the mirror shows ESP, opened
    with the lab's keys it shows the pings; a cut link moves VRRP and BGP; all of it live."""
    book = open_notebook(
        [
            "from labkit.course import Desk\n"
            "from labkit.desk import Consoles, Ladder, Map, Sniffer, StatusLine\n"
            "desk = Desk('mirror')\nStatusLine(desk)",
            "Consoles(desk, 'Site-A-GW-Router', 'Site-B-GW-Router')",
            "Map(desk)",
            "Sniffer(desk, 'sniffer')",
            "Ladder(desk)",
        ],
        viewport=(1280, 900),
    )
    type_the_tunnel(book)
    page = book.page
    page.locator(".labkit-status-value", has_text="in 59 min").wait_for()
    page.locator("svg .tunnel-up").first.wait_for(state="attached")

    filter_box = page.locator(".labkit-sniffer").get_by_label("Filter")
    filter_box.fill("esp")
    filter_box.press("Enter")
    grid = page.locator(".labkit-sniffer [role=grid]")
    grid.get_by_text("SPI=0x").first.wait_for()
    page.locator(".labkit-sniffer").get_by_role("switch").first.click()
    filter_box.fill("icmp")
    filter_box.press("Enter")
    grid.get_by_text("Echo request").first.wait_for()
    page.locator(".labkit-ladder").get_by_text("QM_IDLE").first.wait_for(state="attached")

    book.press(page.locator("svg [data-key='link:b-primary'] .hit"))
    page.get_by_role("button", name="Cut", exact=True).click()
    page.locator("svg .state-cut .link-name", has_text="b-primary · cut").wait_for()
    page.get_by_role("button", name="Move on a minute").click()
    page.get_by_text("1 min later").wait_for()
    page.locator(PANE).nth(1).click()
    page.keyboard.type("terminal length 0\nshow ip bgp summary\n")
    shows(book, r"\s(Idle|Active|Connect)\s", 1)
    book.picture("story", page.locator(".jp-Notebook").first)


def type_the_tunnel(book: Any) -> None:
    """Paste each gateway's part into its console and send the first ping."""
    page = book.page
    for index, arguments in enumerate(TUNNEL.values()):
        shows(book, "GW-Router#", index)
        page.evaluate("(text) => navigator.clipboard.writeText(text)", gateway(*arguments))
        page.locator(PANE).nth(index).click()
        page.keyboard.press("Control+v")
        page.get_by_text("19 lines typed; none refused.").nth(index).wait_for()
    page.keyboard.type("ping 192.168.1.1 source GigabitEthernet0/0\n")
    shows(book, r"\.!!!!\s+Success rate is 80 percent", 1)


def test_notebook_7_shows_the_same(open_notebook) -> None:
    """Consoles and status line in Notebook 7, two consoles in tabs, moved along by arrow keys."""
    book = open_notebook(
        [
            "from labkit.course import Desk\nfrom labkit.desk import Consoles, StatusLine\n"
            "desk = Desk('mirror')\nStatusLine(desk)",
            "Consoles(desk, 'Site-A-GW-Router', 'Site-B-GW-Router', arrangement='tabs')",
        ],
        app="notebook",
        viewport=(1280, 900),
    )
    page = book.page
    shows(book, "Site-A-GW-Router#", 0)
    page.get_by_role("tab", name="Site-A-GW-Router").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("tab", name="Site-B-GW-Router", selected=True).wait_for()
    page.get_by_role("textbox", name="Type to Site-B-GW-Router").focus()
    page.keyboard.type("show clock\n")
    shows(book, "UTC Mon Mar 2 2026", 1)
    assert book.accessibility() == []
    book.picture("notebook-7")


def test_restarting_the_kernel_says_so_and_running_again_brings_it_back(open_notebook) -> None:
    book = open_notebook(
        [
            "from labkit.sim import Lab\nfrom labkit.desk import Console\nlab = Lab('baseline')",
            "Console(lab, 'R1')",
        ]
    )
    shows(book, "A:R1#")
    book.restart()
    book.page.get_by_text("The kernel behind this is gone").first.wait_for()
    book.run()
    shows(book, "A:R1#")
    assert book.page.get_by_text("The kernel behind this is gone").count() == 0


def test_without_a_browser_every_widget_leaves_its_twin() -> None:
    """Pages that nbconvert makes of the gallery hold the widgets' texts."""
    exporters = pytest.importorskip("nbconvert.exporters")
    for exporter in (exporters.HTMLExporter(), exporters.MarkdownExporter()):
        page, _ = exporter.from_filename(str(REPOSITORY / "docs" / "gallery.ipynb"))
        text = html.unescape(page)
        for line in (
            "Next rekey",
            "A:R1# show router interface",
            "11 devices and 13 links",
            "IKE between Site-A-GW-Router",
            "114 bytes become 202",
            "Not mirror images",
        ):
            assert line in text
