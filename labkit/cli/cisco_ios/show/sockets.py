"""`show tcp brief` and `show control-plane host open-ports`: what the router itself listens on
and talks by, in the network of the lab (the sessions that drive it from outside are not there).
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.net.router import Router
from labkit.net.tcp import State

_SERVICES = {22: "SSH-Server", 23: "Telnet", 179: "BGP", 500: "ISAKMP", 4500: "ISAKMP"}
_BLOCKS = 0x0F3A4C10
"""Where a router keeps its first transmission control block; they lie in a row."""
_BLOCK_SIZE = 0x4D8


def tcp_brief(router: Router, everything: bool = False) -> Iterator[str]:
    """`show tcp brief [all]`; `all`: ports that are listened on, too."""
    yield f"{'TCB':<10}{'Local Address':<28}{'Foreign Address':<28}(state)"
    rows = [
        (_end(each.local, each.local_port), _end(each.remote, each.remote_port), each.state.value)
        for each in router.tcp.connections.values()
        if each.state is not State.CLOSED
    ]
    if everything:
        rows += [(f"*.{port}", "*.*", "LISTEN") for port in router.tcp.listening()]
    for index, (local, foreign, state) in enumerate(rows):
        yield f"{_BLOCKS + index * _BLOCK_SIZE:08X}  {local:<28}{foreign:<28}{state}"


def open_ports(router: Router) -> Iterator[str]:
    """`show control-plane host open-ports`."""
    yield "Active internet connections (servers and established)"
    yield _port("Prot", "Local Address", "Foreign Address", "Service", "State")
    for port in router.tcp.listening():
        yield _port(" tcp", f"*:{port}", "*:0", _SERVICES.get(port, "unknown"), "LISTEN")
    for each in router.tcp.connections.values():
        if each.state is State.ESTABLISHED:
            service = _SERVICES.get(each.local_port) or _SERVICES.get(each.remote_port)
            local, foreign = f"*:{each.local_port}", f"{each.remote}:{each.remote_port}"
            yield _port(" tcp", local, foreign, service or "unknown", "ESTABLIS")
    for port in router.udp.listening():
        yield _port(" udp", f"*:{port}", "*:0", _SERVICES.get(port, "unknown"), "LISTEN")
    yield ""


def _end(address: IPv4Address, port: int) -> str:
    return f"{address}.{port}"


def _port(protocol: str, local: str, foreign: str, service: str, state: str) -> str:
    return f"{protocol:<5}{local:>27}{foreign:>27}{service:>24}{state:>9}"
