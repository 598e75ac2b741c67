"""IS-IS: rows, and `show router isis adjacency|interface`.

Layouts after outputs of SR OS 13 and later in public repositories and ntc-templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.model import facts as f
from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.mpls import interface_up, protocol
from labkit.sim.routers.sros.page import Lines, table, updown
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        isis ; up
            level-capability <level=level-1|level-2|level-1/2>
            area-id <area:area> ; multi=area
            traffic-engineering
            level <level:1-2>
                wide-metrics-only
            interface <name:name> ; up prompt=if
                interface-type <type=broadcast|point-to-point> ; default=broadcast
                level-capability <level=level-1|level-2|level-1/2>
                passive
                level <level:1-2>
                    metric <metric:1-16777215>
"""

Values = dict[str, str]
ISIS_HOLD = 27_000_000
HELLO = 9_000_000
ISIS_METRIC = 10


@shows(ROUTER + " > isis > adjacency")
def isis_adjacency(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "isis", values)
    header = ("System ID                Usage State Hold Interface                     MT-ID",)
    now = device.router.clock.now

    def rows() -> Lines:
        for each in sorted(device.router.state.adjacencies, key=lambda a: a.interface):
            since = now - device.router.ages.since("adjacency", each.interface)
            hold = (ISIS_HOLD - since % HELLO) // 1_000_000
            yield f"{each.neighbor:<24} L2    Up    {hold:<4} {each.interface:<29} 0"

    yield from table("Rtr Base ISIS Instance 0 Adjacency", header, rows(), "Adjacencies : {}")


@shows(ROUTER + " > isis > interface")
def isis_interface(device: SrosDevice, values: Values) -> Lines:
    isis = protocol(device, "isis", values)
    header = ("Interface                        Level CircID  Oper State   L1/L2 Metric",)
    level = {"level-1": "L1", "level-2": "L2"}.get(isis.value("level-capability", "level"), "L1L2")

    def rows() -> Lines:
        for number, node in enumerate(isis.all("interface"), start=1):
            state = updown(interface_up(device, isis, node))
            facts = device.router.facts.igp
            metric = facts.metrics.get(node["name"], 10) if facts is not None else 10
            yield f"{node['name']:<32} {level:<5} {number:<7} {state:<12} {metric}/{metric}"

    yield from table("Rtr Base ISIS Instance 0 Interfaces", header, rows(), "Interfaces : {}")


# --------------------------------------------------------------------------- facts


def compile_igp(router: Branch) -> f.Igp | None:
    """Which interfaces take part, and at what cost."""
    isis = router.one("isis")
    if isis is None:
        return None
    metrics, passive = {}, set()
    for node in isis.all("interface"):
        if node.shutdown:
            continue
        name = node["name"]
        metrics[name] = int(node.value("level", "metric", "metric", default=str(ISIS_METRIC)))
        if name == "system":
            metrics[name] = 0
        if name == "system" or node.has("passive"):
            passive.add(name)
    area = isis.value("area-id", "area")
    return f.Igp(metrics, frozenset(passive), area, enabled=not isis.shutdown)
