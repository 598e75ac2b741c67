"""The map in a browser: it follows the lab, and everything on it can be reached and read."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.needs("chromium")


def narrow(book) -> None:
    """1024 pixels at 200 % are 512 of the page's; nobody keeps the file list open then."""
    book.page.evaluate("() => void window.jupyterapp.shell.collapseLeft()")
    book.page.set_viewport_size({"width": 512, "height": 450})
    book.page.wait_for_function("document.querySelector('.labkit-body').clientWidth < 512")


IN_SIGHT = """(plane) => {
    const link = plane.querySelector(".packet-way").getBoundingClientRect();
    const seen = plane.getBoundingClientRect();
    return link.left >= seen.left && link.right <= seen.right;
}"""
LAB = """from labkit.sim import Lab
from labkit.desk import Console, Map
lab = Lab({checkpoint!r})
A, B = "Site-A-GW-Router", "Site-B-GW-Router"
"""


def item(book, key: str, index: int = 0):
    return book.page.locator(f"svg [data-key='{key}']").nth(index)


def layer(book, name: str) -> None:
    book.page.get_by_role("group", name="Layer").get_by_role("button", name=name).first.click()


def test_every_device_and_link_has_a_name_and_axe_finds_nothing(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="tunnel"), "Map(lab)"], viewport=(1280, 900))
    item(book, "node:R2").wait_for()
    label = item(book, "node:R2").get_attribute("aria-label")
    assert label == "R2, provider edge (site A, VRRP master), VRRP master of 192.0.2.25"
    assert book.page.locator("svg [data-key^='link:']").count() == 13
    tools = book.page.locator(".labkit-map > .labkit-bar").first.get_by_role("button").all()
    assert len({each["y"] for each in book.places(*tools)}) == 1, "the tools stand on one line"
    assert book.accessibility() == []
    for name in ("IP", "MPLS", "BGP", "IPsec"):
        layer(book, name)
        book.page.locator(f"button[aria-pressed='true']:text-is('{name}')").wait_for()
        book.picture(f"map-{name}")
    assert book.accessibility() == []
    assert book.output(1).startswith("Map of the lab at checkpoint tunnel: 11 devices")


def test_cutting_the_primary_link_on_the_map_moves_bgp(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="baseline"), "Map(lab, layer='BGP')"])
    item(book, "link:b-primary").wait_for()
    r2 = book.page.locator("svg [data-key='node:R2'] text")
    r2.filter(has_text="10.16.16.0/24 ← R6").wait_for()
    book.press(item(book, "link:b-primary").locator(".hit"))
    book.page.get_by_role("button", name="Cut", exact=True).click()
    r2.filter(has_text="10.16.16.0/24 ← R5").wait_for()
    book.page.locator("svg .state-cut .link-name", has_text="b-primary · cut").wait_for()
    book.picture("map-cut")
    book.page.get_by_role("button", name="Mend", exact=True).click()
    book.page.locator("svg .state-up[data-key='link:b-primary']").wait_for(state="attached")


def test_shutting_r2s_interface_at_a_console_in_the_map_moves_vrrp(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="baseline"), "Map(lab)"])
    item(book, "node:R2").wait_for()
    item(book, "node:R2").focus()
    book.page.keyboard.press("Enter")
    book.page.get_by_role("button", name="Open its console").click()
    book.page.locator(".labkit-console-pane", has_text="R2#").wait_for()
    book.page.locator(".labkit-console-pane").click()
    book.page.keyboard.type('configure service vprn 100 interface "toCustomerSiteA" shutdown\n')
    book.page.locator("svg [data-key='node:R2'][aria-label*='master of']").wait_for(
        state="detached"
    )
    book.page.get_by_role("button", name="Let 5 seconds of lab time pass").click()
    book.page.locator("svg [data-key='node:R3'][aria-label*='VRRP master of']").wait_for()
    book.picture("map-console")


CRYPTO = """configure terminal
crypto map VPN-MAP 100 ipsec-isakmp
set peer {peer}
set transform-set TSET
match address VPN-TRAFFIC
interface GigabitEthernet0/1
crypto map VPN-MAP
exit
ip route {route}
end
"""


def type_at(book, device: str, lines: str) -> None:
    """Type at a device's console inside the map."""
    item(book, f"node:{device}").focus()
    book.page.keyboard.press("Enter")
    book.page.get_by_role("button", name="Open its console").click()
    pane = book.page.locator(".labkit-console-pane")
    pane.get_by_text(f"{device}#").first.wait_for()
    pane.click()
    book.page.keyboard.type(lines)


def test_the_tunnel_typed_in_at_two_consoles_comes_up_on_the_map(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="acl"), "Map(lab, layer='IPsec')"])
    item(book, "node:R2").wait_for()
    a, b = "Site-A-GW-Router", "Site-B-GW-Router"
    text = book.page.locator("svg text")
    text.filter(has_text="no crypto map is applied").wait_for()
    type_at(
        book, a, CRYPTO.format(peer="198.51.100.2", route="172.16.1.0 255.255.255.0 192.0.2.25")
    )
    text.filter(has_text="crypto maps are applied, no SA yet").wait_for()
    type_at(
        book, b, CRYPTO.format(peer="192.0.2.28", route="192.168.1.0 255.255.255.0 198.51.100.1")
    )
    book.page.keyboard.type("ping 192.168.1.1 source GigabitEthernet0/0\n")
    text.filter(has_text="IPsec: up").wait_for()
    book.page.locator("svg .tunnel-up").first.wait_for(state="attached")
    book.page.locator(".labkit-console-pane", has_text=".!!!!").wait_for()
    assert book.accessibility() == []
    book.picture("map-typed")


def test_a_ping_is_followed_hop_by_hop_with_its_headers(open_notebook) -> None:
    ping = "lab.run('PC-B', 'ping -c 1 192.168.1.10')"
    book = open_notebook([LAB.format(checkpoint="tunnel"), f"_ = {ping}", "m = Map(lab)\nm"])
    item(book, "node:R2").wait_for()
    book.page.get_by_role("button", name="Follow the last ping").click()
    said = book.page.locator(".labkit-map-panel [role='status']").first
    book.page.get_by_text("Hop 1 of 12: PC-B").wait_for()
    book.page.get_by_role("button", name="Next ▶").click()
    book.page.get_by_text("encrypts: ESP on").wait_for()
    assert book.page.locator(".labkit-map-layer.ESP").count() == 1
    assert book.page.locator(".labkit-map-layer.sealed").count() == 2
    book.page.get_by_role("button", name="Next ▶").click()
    book.page.get_by_text("pushes labels").wait_for()
    assert book.page.locator(".labkit-map-layer.MPLS.new").count() == 2
    book.picture("map-follow")
    hops = book.page.get_by_role("list", name="Hops").get_by_role("button")
    assert hops.count() == 12, "all hops are there to read without stepping"
    assert "Ethernet | MPLS | MPLS | IPv4 | ESP [IPv4 | ICMP]" in hops.nth(2).inner_text()
    assert hops.nth(2).get_attribute("aria-current") == "step"
    hops.nth(5).click()
    book.page.get_by_text("Hop 6 of 12").wait_for()
    assert book.accessibility() == []
    book.press(item(book, "link:r2-r6").locator(".hit"))
    chosen, below = book.places(book.page.get_by_role("heading", name="Link r2-r6"), said)
    assert chosen["y"] < below["y"], "what is chosen comes first"
    book.page.get_by_role("button", name="Close this panel").click()
    book.page.get_by_role("button", name="▶ Play").click()
    book.page.get_by_text("Hop 12 of 12").wait_for()
    assert "decrypts" in said.inner_text()


def test_the_tables_say_the_same_and_two_views_keep_step(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="tunnel"), "m = Map(lab)\nm", "m"])
    item(book, "node:R2", 1).wait_for()
    book.page.get_by_role("button", name="Tables").first.click()
    for index in (0, 1):
        twin = book.page.locator(".labkit-map-twin").nth(index)
        twin.get_by_role("row", name="IPsec").first.wait_for()
        twin.get_by_role("row", name="b-primary").first.wait_for()
    book.picture("map-tables")
    assert book.accessibility() == []


def test_arrow_keys_walk_the_map_and_a_chosen_link_shows_its_frames(open_notebook) -> None:
    book = open_notebook([LAB.format(checkpoint="tunnel"), "Map(lab)"])
    item(book, "link:a-access").wait_for(state="attached")
    first = book.page.locator("svg [data-key][tabindex='0']")
    assert first.count() == 1
    first.focus()
    seen = set()
    for _ in range(24):
        seen.add(book.page.evaluate("document.activeElement.dataset.key"))
        book.page.keyboard.press("ArrowRight")
    assert len(seen) == 24
    item(book, "link:a-access").focus()
    book.page.keyboard.press("Enter")
    book.page.get_by_role("heading", name="Link a-access").wait_for()
    frames = book.page.get_by_role("region", name="Last frames on a-access")
    frames.get_by_role("row").nth(3).wait_for()
    assert frames.get_by_text("ESP").count() > 0
    assert book.accessibility() == []


def test_a_hostile_hostname_is_text_and_nothing_else(open_notebook) -> None:
    hostile = "<img src=x onerror=alert(1)>\x1b[31m\u202e"
    cell = f"""from dataclasses import replace
from unittest.mock import patch
real = lab.snapshot()
hostile = {hostile!r}
nodes = (replace(real.nodes[0], role=hostile), *real.nodes[1:])
links = (replace(real.links[0], why=hostile, state="impaired"), *real.links[1:])
lab.snapshot = lambda: replace(real, nodes=nodes, links=links, checkpoint=hostile)
m = Map(lab)
m"""
    book = open_notebook([LAB.format(checkpoint="baseline"), cell, "print(m.svg())"])
    item(book, "node:R2").wait_for()
    assert book.page.locator(".labkit img").count() == 0
    label = item(book, "node:Site-A-GW-Router").get_attribute("aria-label")
    assert "<img" in label and "\x1b" not in label and "\u202e" not in label
    assert "<img" not in book.output(2) and "&lt;img" in book.output(2)


def test_running_the_cell_again_leaves_one_map_and_no_console(open_notebook) -> None:
    count = "from ipywidgets.widgets.widget import _instances\nprint(len(_instances))"
    book = open_notebook([LAB.format(checkpoint="baseline"), "Map(lab)", count])
    item(book, "node:R2").wait_for()
    before = book.output(2)
    item(book, "node:R2").focus()
    book.page.keyboard.press("Enter")
    book.page.get_by_role("button", name="Open its console").click()
    book.page.locator(".labkit-console-pane", has_text="R2#").wait_for()
    book.run(1)
    book.run(2)
    assert book.output(2) == before


@pytest.mark.parametrize("dark", [False, True])
def test_both_themes_at_1024_pixels_and_at_200_percent(open_notebook, dark) -> None:
    cells = [LAB.format(checkpoint="tunnel"), "m = Map(lab)\nm", "_ = m.follow('ping')"]
    book = open_notebook(cells, dark=dark, viewport=(1024, 900))
    book.page.get_by_text("Hop 1 of 8").wait_for()
    assert book.accessibility() == []
    book.picture(f"map-{'dark' if dark else 'light'}")
    narrow(book)
    plane = book.page.locator(".labkit-map").first
    assert plane.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
    plane.get_by_text("The map is wider than this window").wait_for()
    plane.get_by_role("button", name="Next ▶").click()
    plane.get_by_text("Hop 2 of 8").wait_for()
    assert plane.locator(".labkit-map-plane").evaluate(IN_SIGHT), "it scrolls to the packet's link"
    book.picture(f"map-{'dark' if dark else 'light'}-200")


def test_the_picture_of_the_readme(open_notebook) -> None:
    """`docs/desk.png` is this picture, copied when the map has changed."""
    ping = "_ = lab.run('PC-B', 'ping -c 3 192.168.1.10')"
    cells = [LAB.format(checkpoint="tunnel"), ping, "m = Map(lab)\nm.follow('ping')"]
    book = open_notebook(cells, viewport=(1240, 1340))
    book.page.evaluate("() => void window.jupyterapp.shell.collapseLeft()")
    book.page.get_by_text("Hop 1 of 12").wait_for()
    for _ in range(2):
        book.page.get_by_role("button", name="Next ▶").click()
    book.page.locator(".labkit-map-layer.MPLS.new").first.wait_for()
    book.page.locator("svg .packet-body").first.evaluate(
        "(e) => Promise.all(e.closest('svg').getAnimations({subtree: true}).map((a) => a.finished))"
    )
    book.page.mouse.move(0, 0)
    path = book.picture("desk", book.page.locator(".labkit").first)
    assert path.stat().st_size < 300_000


def test_who_wants_no_motion_gets_none_and_the_copies_are_drawn_apart(open_notebook) -> None:
    cells = [LAB.format(checkpoint="tunnel"), "m = Map(lab)\nm.follow('ping')"]
    book = open_notebook(cells)
    book.page.emulate_media(reduced_motion="reduce")
    book.page.get_by_text("Hop 1 of 8").wait_for()
    book.page.get_by_role("button", name="Next ▶").click()
    book.page.get_by_text("Hop 2 of 8").wait_for()
    packet = book.page.locator("svg .packet-body").first
    assert packet.evaluate("(e) => e.closest('svg').getAnimations({subtree: true}).length") == 0
    assert book.page.locator("svg .packet-copy").count() == 3
    assert book.accessibility() == []
