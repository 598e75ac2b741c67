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
from labkit.desk.map.symbols import symbol

if TYPE_CHECKING:
    from labkit.sim import LinkState, Lsp, NodeState, Snapshot

LAYERS = ("physical", "IP", "MPLS", "BGP", "IPsec")
WIDTH, HEIGHT = 1120, 560
_LEFT, _STEP = 62, 166
_TOP, _ROW = 232, 190
_LINE = 15
"""Between two lines of text."""
Point = tuple[float, float]


def place(node: NodeState) -> Point:
    """Where a device stands."""
    column, row = node.at
    return _LEFT + (column - 1) * _STEP, _TOP + (row - 1) * _ROW


def short(name: str) -> str:
    """A device's name as the map writes it."""
    return name.removesuffix("-Router")


def draw(snapshot: Snapshot, layer: str = "physical", head: str = "R2") -> list[Shape]:
    """Everything, from the back to the front.  `head` is the router whose LSPs are shown."""
    at = {node.name: place(node) for node in snapshot.nodes}
    shapes = list(_regions(snapshot, at))
    shapes += _tunnel(snapshot, at, layer)
    shapes += [_link(link, at, layer, snapshot) for link in snapshot.links]
    extra = {"MPLS": _mpls, "BGP": _bgp, "IP": _ip}.get(layer)
    if extra is not None:
        shapes += extra(snapshot, at, head)
    shapes += [_node(node, snapshot, layer) for node in snapshot.nodes]
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


# --------------------------------------------------------------------------- links


def _link(link: LinkState, at: Mapping[str, Point], layer: str, snapshot: Snapshot) -> Shape:
    (x1, y1), (x2, y2) = at[link.a], at[link.b]
    mx, my = (x1 + x2) / 2, (y1 + y2) / 2
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    state = link.state + (f": {link.why}" if link.why else "")
    mirrored = link.name in snapshot.mirrored
    label = (
        f"Link {link.name}, {link.a} to {link.b}, {state}, {link.frames} frames"
        f"{', mirrored' if mirrored else ''}"
    )
    parts = [
        shape("line", class_="hit", **ends),
        shape("line", class_="focus-mark", **ends),
        shape("line", class_=f"wire {link.kind} {link.state}", **ends),
    ]
    if link.state == "cut":
        cross = f"M {mx - 8:g} {my - 8:g} l 16 16 m 0 -16 l -16 16"
        parts.append(shape("path", d=cross, class_="cross"))
    parts += _link_words(link, (x1, y1), (x2, y2), layer, mirrored, _network(link, snapshot))
    return shape(
        "g", *parts, class_=f"link state-{link.state}", data_key=f"link:{link.name}",
        role="button", aria_label=label,
    )  # fmt: skip


def _link_words(
    link: LinkState, start: Point, end: Point, layer: str, mirrored: bool, network: str
) -> list[Shape]:
    name, count, anchor = _beside(start, end, layer, outside=link.kind == "access")
    what = network if layer == "IP" and network else link.name
    words = what + (f" · {link.state}" if link.state != "up" else "")
    found = [shape("text", words, x=name[0], y=name[1], text_anchor=anchor, class_="link-name")]
    if layer == "physical":
        counts = [f"{link.frames} frames", *(["◉ mirrored"] if mirrored else [])]
        found += [
            shape("text", words, x=count[0], y=count[1] + _LINE * index, text_anchor=anchor,
                  class_="count")
            for index, words in enumerate(counts)
        ]  # fmt: skip
    return found


def _beside(start: Point, end: Point, layer: str, *, outside: bool) -> tuple[Point, Point, str]:
    """Where a link's two lines of words stand, and their anchor: clear of the regions' edges.

    `outside`: the link leads from one region to another.
    """
    (x1, y1), (x2, y2) = start, end
    mx, my = (x1 + x2) / 2, (y1 + y2) / 2
    right = mx > WIDTH / 2
    if y1 == y2:
        mx += (8 if right else -8) * outside  # the middle of the gap, which is not the link's
        return (mx, my - 10), (mx, my + 21), "middle"
    if x1 == x2:  # LSPs and BGP's arcs run on the left
        x, anchor = (mx - 9, "end") if right and layer in ("physical", "IP") else (mx + 9, "start")
        my -= 18 if anchor == "end" and layer == "IP" else 0  # networks are longer than names
        return (x, my - 3), (x, my + 13), anchor
    low, high = sorted((start, end), key=lambda point: -point[1])
    x, y = low[0] + (high[0] - low[0]) * 0.31, low[1] + (high[1] - low[1]) * 0.31
    x, anchor = (x + 14, "start") if right else (x - 28, "end")
    return (x, y + 8), (x, y + 24), anchor


# --------------------------------------------------------------------------- devices


def _node(node: NodeState, snapshot: Snapshot, layer: str) -> Shape:
    x, y = place(node)
    lines = _below(node, snapshot, layer)
    master = any(each.node == node.name and each.state == "Master" for each in snapshot.virtuals)
    said = "; ".join(_said(node, snapshot))
    parts = [
        shape("circle", cx=x, cy=y, r=34, class_="focus-mark"),
        symbol(node.kind, x, y),
        *_node_words(node, lines, snapshot),
    ]
    if master:
        parts += _crown(x + 27, y - 16)
    return shape(
        "g", *parts, class_=f"node {node.kind}", data_key=f"node:{node.name}", role="button",
        aria_label=f"{node.name}, {node.role}{f', {said}' if said else ''}",
    )  # fmt: skip


def _node_words(node: NodeState, lines: list[str], snapshot: Snapshot) -> Iterator[Shape]:
    """Name and details, where no link runs: above a router with links below it, else below."""
    x, y = place(node)
    others = {each.name: place(each) for each in snapshot.nodes}
    ends = [
        others[link.b if link.a == node.name else link.a]
        for link in snapshot.links
        if node.name in (link.a, link.b)
    ]
    anchor = "middle"
    if any(px == x and py > y for px, py in ends):
        first = y - 36 - _LINE * len(lines)
    else:
        first = y + 42
        if any(px < x and py > y for px, py in ends):
            x, anchor = x - 26, "start"
        elif node.kind == "gateway" and x < WIDTH / 2:
            x, anchor = x + 38, "end"  # long details stay within the site
    yield shape("text", short(node.name), x=x, y=first, text_anchor=anchor, class_="name")
    for index, line in enumerate(lines, 1):
        yield shape("text", line, x=x, y=first + _LINE * index, text_anchor=anchor, class_="detail")


def _crown(x: float, y: float) -> list[Shape]:
    """The VRRP master wears one."""
    points = f"M {x - 12:g} {y:g} l -2 -13 l 8 6 l 6 -10 l 6 10 l 8 -6 l -2 13 z"
    return [shape("path", d=points, class_="crown")]


def _said(node: NodeState, snapshot: Snapshot) -> Iterator[str]:
    for each in snapshot.virtuals:
        if each.node == node.name:
            yield f"VRRP {each.state.lower()} of {each.address}"
    for end in snapshot.tunnel.ends:
        if end.node == node.name and end.ike:
            yield f"IKE {end.ike}, encaps {end.encaps}, decaps {end.decaps}"


def _below(node: NodeState, snapshot: Snapshot, layer: str) -> list[str]:
    """The lines under a device's name."""
    name = node.name
    if layer == "physical":
        own = [f"VRRP {each.state.lower()}" for each in snapshot.virtuals if each.node == name]
        return own or [node.platform.replace("_", " ")] * (node.kind == "none")
    if layer == "IP":
        loose = [
            f"{each.interface.removesuffix('0')} {each.address.removesuffix('/32')}"
            for each in node.addresses
            if not each.port and each.interface in ("system", "Loopback0")
        ]
        held = [
            f".{IPv4Interface(each.address).ip.packed[-1]} to site A"
            for each in node.addresses
            if each.interface == "toCustomerSiteA"
        ]
        virtual = [
            f"VRRP {each.address}"
            for each in snapshot.virtuals
            if each.node == name and each.state == "Master"
        ]
        return [*loose, *held, *virtual]
    if layer == "MPLS":
        return [
            f"{service.title}{'' if up else ' down'}"
            for service in snapshot.services
            for member, up in service.members
            if member == name
        ]
    if layer == "BGP":
        rows = [each for each in snapshot.reach if each.node == name]
        return [f"{each.prefix} ← {', '.join(map(short, each.via))}" for each in rows]
    return [
        line
        for end in snapshot.tunnel.ends
        if end.node == name
        for line in (
            f"IKE: {end.ike or 'no SA'}",
            f"encaps {end.encaps}, decaps {end.decaps}",
            *(f"SPI in 0x{spi:08X}" for spi in end.spis),
        )
    ]


# --------------------------------------------------------------------------- layers


def _network(link: LinkState, snapshot: Snapshot) -> str:
    """The IP network of a link, "" where no end has an address."""
    ends = {(link.a, link.a_port), (link.b, link.b_port)}
    for node in snapshot.nodes:
        for each in node.addresses:
            if (node.name, each.port) in ends:
                return str(IPv4Interface(each.address).network)
    return ""


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
