"""`show ip protocols`: the routing processes that run."""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cli.cisco_ios.show.bgp import process
from labkit.cli.cisco_ios.timestamps import age
from labkit.model.facts import BASE
from labkit.net.router import Router


def protocols(router: Router) -> Iterator[str]:
    """`show ip protocols`."""
    yield "*** IP Routing is NSF aware ***"
    yield ""
    yield 'Routing Protocol is "application"'
    yield "  Sending updates every 0 seconds"
    yield "  Invalid after 0 seconds, hold down 0, flushed after 0"
    yield "  Outgoing update filter list for all interfaces is not set"
    yield "  Incoming update filter list for all interfaces is not set"
    yield "  Maximum path: 32"
    yield "  Routing for Networks:"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    yield "  Distance: (default is 4)"
    yield ""
    bgp = process(router)
    if bgp is None:
        return
    yield f'Routing Protocol is "bgp {bgp.asn}"'
    yield "  Outgoing update filter list for all interfaces is not set"
    yield "  Incoming update filter list for all interfaces is not set"
    yield "  IGP synchronization is disabled"
    yield "  Automatic route summarization is disabled"
    if bgp.neighbors:
        yield "  Neighbor(s):"
        yield "    Address          FiltIn FiltOut DistIn DistOut Weight RouteMap"
        for told in bgp.neighbors:
            maps = [name for name in told.export_policies if " " not in name]
            yield f"    {told.address!s:<49}{maps[0] if maps else ''}".rstrip()
    yield f"  Maximum path: {bgp.maximum_paths}"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    for told in bgp.neighbors:
        live = router.bgp.neighbors.get((BASE, told.address))
        if live is not None and live.adj_in:
            last = max(path.received for path in live.adj_in.values())
            ago = age(router.clock.now - last)
            yield f"    {told.address!s:<15} {bgp.local_distance:>8}      {ago}"
    yield f"  Distance: external {bgp.local_distance} internal 200 local 200"
    yield ""
