"""The map: a snapshot of the lab drawn as shapes, one layer at a time.

What is always there: devices by the shape of their role, links by their state (in colour, in
stroke and in words), frames counted, who is VRRP master, and the tunnel while there is one.
A layer adds its own.  Pure; positions come from the topology's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from labkit.desk.drawing import Shape, shape
from labkit.desk.map.pieces import HEIGHT, WIDTH, Point, draw_link, draw_node, place

if TYPE_CHECKING:
    from labkit.sim import Lsp, Snapshot

LAYERS = ("physical", "IP", "MPLS", "BGP", "IPsec")


def draw(snapshot: Snapshot, layer: str = "physical", head: str = "R2") -> list[Shape]:
    """Everything, from the back to the front.  `head` is the router whose LSPs are shown."""
    at = {node.name: place(node) for node in snapshot.nodes}
    shapes = list(_regions(snapshot, at))
    shapes += _tunnel(snapshot, at, layer)
    shapes += [draw_link(link, at, layer, snapshot) for link in snapshot.links]
    extra = {"MPLS": _mpls, "BGP": _bgp, "IP": _ip}.get(layer)
    if extra is not None:
        shapes += extra(snapshot, at, head)
    shapes += [draw_node(node, snapshot, layer) for node in snapshot.nodes]
    return shapes


def description(snapshot: Snapshot) -> str:
    """One sentence for those who do not see it."""
    wrong = [f"{link.name} {link.state}" for link in snapshot.links if link.state != "up"]
    masters = [each.node for each in snapshot.virtuals if each.state == "Master"]
    return (
        f"{len(snapshot.nodes)} devices and {len(snapshot.links)} links; "
        f"{', '.join(wrong) or 'all links up'}; "
        f"VRRP master {' and '.join(masters) or 'nobody'}; IPsec: {snapshot.tunnel.sentence}."
    )


# --------------------------------------------------------------------------- the ground


def _regions(snapshot: Snapshot, at: Mapping[str, Point]) -> Iterator[Shape]:
    groups: dict[str, list[Point]] = {}
    for node in snapshot.nodes:
        provider = node.platform == "nokia_sros"
        name = "provider: MPLS VPN" if provider else f"site {node.site}" if node.site else ""
        if name:
            groups.setdefault(name, []).append(at[node.name])
    for name, points in groups.items():
        xs, ys = [x for x, _ in points], [y for _, y in points]
        kind = "provider" if name.startswith("provider") else "site"
        above = 138 if kind == "provider" else 78
        beside = 56 if kind == "provider" else 40
        left, top = min(xs) - beside, min(ys) - above
        width, height = max(xs) - min(xs) + 2 * beside, max(ys) - min(ys) + above + 116
        yield shape(
            "rect", x=left, y=top, width=width, height=height, rx=18, class_=f"region {kind}"
        )
        x, y, anchor = left + 14, top + 22, "start"
        if kind == "site":  # its upper left is where the tunnel comes in
            x, y, anchor = left + width - 14, top + height - 12, "end"
        yield shape("text", name, x=x, y=y, text_anchor=anchor, class_="region-name")


def _tunnel(snapshot: Snapshot, at: Mapping[str, Point], layer: str) -> list[Shape]:
    tunnel = snapshot.tunnel
    if len(tunnel.ends) != 2 or (tunnel.state in ("none", "ready") and layer != "IPsec"):
        return []
    (x1, y1), (x2, y2) = (at[end.node] for end in tunnel.ends)
    top = min(y1, y2) - 258
    way = f"M {x1:g} {y1 - 24:g} C {x1:g} {top:g}, {x2:g} {top:g}, {x2:g} {y2 - 24:g}"
    middle = (x1 + x2) / 2, (y1 + y2) / 2 - 24 - 0.75 * (min(y1, y2) - 24 - top)
    left, right = tunnel.ends
    words = f"IPsec: {tunnel.sentence}"
    if tunnel.state in ("up", "half"):
        words += f" · encaps {left.encaps} → · ← {right.encaps}"
    state = f"tunnel tunnel-{tunnel.state}"
    return [
        shape("path", d=way, class_=f"{state} tunnel-wall"),
        shape("path", d=way, class_=f"{state} tunnel-core"),
        *_tag(middle[0], middle[1], words, "tunnel-words"),
    ]


def _tag(x: float, y: float, words: str, kind: str) -> list[Shape]:
    """Words on a little plate, so that lines do not run through them."""
    width = 7.3 * len(words) + 20
    return [
        shape("rect", x=x - width / 2, y=y - 12, width=width, height=23, rx=11.5,
              class_=f"plate {kind}-plate"),
        shape("text", words, x=x, y=y + 4, text_anchor="middle", class_=kind),
    ]  # fmt: skip


# --------------------------------------------------------------------------- layers


def _ip(snapshot: Snapshot, at: Mapping[str, Point], head: str) -> list[Shape]:
    """Host numbers at the ends of the links."""
    found: list[Shape] = []
    nodes = {node.name: node for node in snapshot.nodes}
    for link in snapshot.links:
        ends = ((link.a, link.a_port, link.b), (link.b, link.b_port, link.a))
        for name, port, other in ends:
            (x1, y1), (x2, y2) = at[name], at[other]
            x, y = x1 + (x2 - x1) * 0.29, y1 + (y2 - y1) * 0.29
            x, y = (x, y + 19) if y1 == y2 else (x - 16, y + 4)
            for each in nodes[name].addresses:
                if each.port == port:
                    host = f".{IPv4Interface(each.address).ip.packed[-1]}"
                    kind = "host-number" if each.up else "host-number down"
                    found.append(shape("text", host, x=x, y=y, text_anchor="middle", class_=kind))
    return found


def _mpls(snapshot: Snapshot, at: Mapping[str, Point], head: str) -> list[Shape]:
    """The LSPs of one head, side by side."""
    paths = [path for path in snapshot.paths if path.head == head]
    found = [_lsp(path, at, index) for index, path in enumerate(paths) if path.hops]
    words = f"LSPs of {head}: " + ", ".join(
        f"{path.name}{'' if path.hops else ' (down)'}" for path in paths
    )
    return [
        *found,
        *_tag(WIDTH / 2, HEIGHT - 16, words if paths else f"{head} has no LSPs", "note"),
    ]


def _lsp(path: Lsp, at: Mapping[str, Point], index: int) -> Shape:
    offset = 7 + 5 * index
    moved = [(x - offset, y + offset) for x, y in (at[hop] for hop in path.hops)]
    d = "M " + " L ".join(f"{x:g} {y:g}" for x, y in moved)
    return shape(
        "g",
        shape("title", f"{path.name}: {' > '.join(path.hops)}"),
        shape("path", d=d, class_=f"lsp lsp-{index % 4}"),
        shape("circle", cx=moved[-1][0], cy=moved[-1][1], r=5, class_=f"lsp-end lsp-{index % 4}"),
    )


def _bgp(snapshot: Snapshot, at: Mapping[str, Point], head: str) -> list[Shape]:
    """Sessions as arcs."""
    found: list[Shape] = []
    for each in snapshot.sessions:
        if each.a not in at or each.b not in at:
            continue
        (x1, y1), (x2, y2) = at[each.a], at[each.b]
        external = each.family == "eBGP"
        bend = 26 if external else 34
        mx, my = (x1 + x2) / 2, (y1 + y2) / 2
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1
        cx, cy = mx + (y2 - y1) / length * bend * 2, my - (x2 - x1) / length * bend * 2
        state = "up" if each.up else "away"
        found.append(
            shape("path", shape("title", f"{each.family} {each.a} – {each.b}: {each.state}"),
                  d=f"M {x1:g} {y1:g} Q {cx:g} {cy:g} {x2:g} {y2:g}",
                  class_=f"session {'external' if external else 'internal'} {state}")
        )  # fmt: skip
        if external or not each.up:
            found += _tag((mx + cx) / 2, (my + cy) / 2, f"{each.family}: {each.state}", "note")
    return found
