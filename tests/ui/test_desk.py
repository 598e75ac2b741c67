"""The story across the desk: the course's notebooks in a real JupyterLab, from end to end."""

from __future__ import annotations

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


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_tunnel_is_typed_into_two_consoles_and_comes_up(open_notebook, app: str) -> None:
    """In JupyterLab and in Notebook 7."""
    book = open_notebook(
        [
            "from labkit.course import Desk\nfrom labkit.ui import Consoles, StatusLine\n"
            "desk = Desk('mirror')\nStatusLine(desk)",
            "two = Consoles(desk, 'Site-A-GW-Router', 'Site-B-GW-Router')\ntwo",
        ],
        app=app,
        viewport=(1280, 900),
    )
    page = book.page
    for index, arguments in enumerate(TUNNEL.values()):
        shows(book, "GW-Router#", index)
        page.evaluate("(text) => navigator.clipboard.writeText(text)", gateway(*arguments))
        page.locator(PANE).nth(index).click()
        page.keyboard.press("Control+v")
        page.get_by_text("19 lines typed; none refused.").nth(index).wait_for()
    page.keyboard.type("ping 192.168.1.1 source GigabitEthernet0/0\n")
    shows(book, r"\.!!!!\s+Success rate is 80 percent", 1)
    page.keyboard.type("show crypto isakmp sa\n")
    shows(book, "QM_IDLE", 1)
    page.locator(".labkit-status-value", has_text="in 59 min").wait_for()
    book.picture(f"desk-{app}")
