"""What is drawn is well-formed, complete, and harmless whatever it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from labkit.desk import drawing
from labkit.desk.drawing import shape, standalone
from labkit.desk.ladder import drawing as ladder_drawing
from labkit.desk.ladder.model import of
from labkit.desk.map import drawing as map_drawing
from labkit.desk.map.pieces import HEIGHT, WIDTH
from labkit.sim import Lab

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\x1b[31m\x00\u202e & \"'"


@pytest.fixture(scope="module")
def tunnel() -> Iterator[Lab]:
    with Lab("tunnel") as lab:
        yield lab


@pytest.mark.parametrize("layer", map_drawing.LAYERS)
def test_every_layer_shows_every_device_and_link_within_its_frame(tunnel: Lab, layer: str) -> None:
    picture = tunnel.snapshot()
    shapes = map_drawing.draw(picture, layer)
    root = ElementTree.fromstring(standalone(WIDTH, HEIGHT, "t", "d", "", *shapes))
    keys = {each.get("data-key") for each in root.iter() if each.get("data-key")}
    assert keys == {f"node:{n.name}" for n in picture.nodes} | {
        f"link:{link.name}" for link in picture.links
    }
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", "-1")) <= WIDTH
        assert 0 <= float(text.get("y", "-1")) <= HEIGHT


def boxes(shapes: list[drawing.Shape]) -> Iterator[tuple[str, float, float, float, float]]:
    """Every text with about the room that it takes: left, top, right, bottom."""
    sizes = {"name": 15.0}
    for each in shapes:
        if each.tag == "text":
            words, told = str(each.children[0]), each.attributes
            size = sizes.get(told["class"], 13.0)
            wide, x, y = len(words) * size * 0.52, float(told["x"]), float(told["y"])
            left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[told["text-anchor"]]
            yield words, left, y - 0.7 * size, left + wide, y
        yield from boxes([child for child in each.children if isinstance(child, drawing.Shape)])


@pytest.mark.parametrize("layer", ["physical", "IP"])
def test_no_words_stand_on_other_words(tunnel: Lab, layer: str) -> None:
    found = list(boxes(map_drawing.draw(tunnel.snapshot(), layer)))
    clashes = [
        (one, other)
        for index, (one, left, top, right, bottom) in enumerate(found)
        for other, x1, y1, x2, y2 in found[index + 1 :]
        if left < x2 and x1 < right and top < y2 and y1 < bottom
    ]
    assert len(found) > 30 and clashes == []


def test_no_words_stand_across_the_edge_of_a_site_or_of_the_provider(tunnel: Lab) -> None:
    shapes = map_drawing.draw(tunnel.snapshot(), "physical")
    regions = [
        [float(each.attributes[name]) for name in ("x", "y", "width", "height")]
        for each in shapes
        if each.attributes.get("class", "").startswith("region ")
    ]
    assert len(regions) == 3
    for words, left, top, right, bottom in boxes(shapes):
        for x, y, width, height in regions:
            if top < y + height and bottom > y:
                assert not left < x < right and not left < x + width < right, words


def test_a_hostile_name_is_text_in_the_file() -> None:
    markup = standalone(10, 10, HOSTILE, HOSTILE, "", shape("text", HOSTILE, aria_label=HOSTILE))
    root = ElementTree.fromstring(markup)
    assert [each.tag for each in root.iter() if "script" in each.tag] == []
    words = root.findtext(f"{SVG}text") or ""
    assert words.startswith("<script>alert(1)</script>")
    assert not any(bad in markup for bad in ("\x1b", "\x00", "\u202e", "<script"))


def test_what_is_wrong_is_said_in_the_description() -> None:
    with Lab("baseline") as lab:
        lab.link("r2-r6", up=False)
        said = map_drawing.description(lab.snapshot())
    assert said == (
        "11 devices and 13 links; r2-r6 cut; VRRP master R2; IPsec: no crypto map is applied."
    )


def test_lsps_of_a_head_are_drawn_along_their_hops(tunnel: Lab) -> None:
    with Lab("baseline") as lab:
        whole = lab.snapshot()
        lab.link("r2-r6", up=False)
        cut = lab.snapshot()

    def ways(picture) -> list[str]:
        shapes = map_drawing.draw(picture, "MPLS", "R2")
        titles = [s.children[0] for s in shapes if s.tag == "g" and s.children]
        return [
            str(each.children[0])
            for each in titles
            if isinstance(each, drawing.Shape) and each.tag == "title"
        ]

    assert "to-R6: R2 > R6" in ways(whole)
    assert "to-R6: R2 > R4 > R5 > R6" in ways(cut)


def test_the_ladder_as_a_file_has_an_arrow_for_each_message(tunnel: Lab) -> None:
    ladder = of(tunnel.snapshot())
    shapes = ladder_drawing.draw(ladder, tunnel.snapshot().esp)
    root = ElementTree.fromstring(standalone(*ladder_drawing.size(ladder), "t", "d", "", *shapes))
    arrows = [p for p in root.iter(f"{SVG}path") if p.get("class") == "arrow-head"]
    assert len(arrows) == 9
    empty = replace(ladder, rungs=[])
    assert "No IKE message has flown" in str(ladder_drawing.draw(empty, {})[-2].children[0])
