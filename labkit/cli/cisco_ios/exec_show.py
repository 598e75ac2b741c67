"""Show commands about the network: syntax joined with the renderings of `show/`.

Values that name nothing get IOS's answer here; everything else is read from live state there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from labkit.cli.cisco_ios.config_interface import mask_length
from labkit.cli.cisco_ios.rows import Command, Row
from labkit.cli.cisco_ios.show import (
    access_lists,
    arp,
    bgp,
    bgp_neighbors,
    cef,
    crypto_engine,
    crypto_ipsec,
    crypto_isakmp,
    crypto_map,
    crypto_route,
    crypto_session,
    interfaces,
    ip_route,
    nat,
    policy,
    protocols,
    resources,
    route_summary,
    version,
)
from labkit.cli.grammar import Match
from labkit.model.config import Line

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.shell import IosShell
    from labkit.net.router import Router

Lines = Iterable[str]
Rendering = Callable[["Router", Match[Any]], Lines]


def _show(syntax: str, rendering: Rendering, privilege: int = 1) -> Command:
    """A show command that needs the live router and what was typed."""

    def show(shell: IosShell, match: Match[Any]) -> Lines:
        return rendering(shell.device.router, match)

    return Command(syntax, show=show, privilege=privilege)


def _interface(render: Callable[[Router, str | None], Lines]) -> Rendering:
    """A rendering of one interface, which must exist, or of all."""

    def rendering(router: Router, match: Match[Any]) -> Iterator[str]:
        name = match.get("interface")
        if name is not None and name not in router.interfaces:
            yield "% Invalid interface"
            return
        yield from render(router, name)

    return rendering


def _route(router: Router, match: Match[Any]) -> Lines:
    address, mask, network = match.get("address"), match.get("mask"), match.get("prefix")
    if mask is not None:
        length = mask_length(mask)
        if length is None:
            return ["% Invalid mask"]
        network = IPv4Network((address, length), strict=False)
    return ip_route.entry(router, address or network.network_address, network)


_CRYPTO: list[Row] = [
    _show("show crypto isakmp sa [active | nat]",
          lambda router, match: crypto_isakmp.sa(
              router, match.said("active"), match.said("nat"))),
    _show("show crypto isakmp sa count", lambda router, match: crypto_isakmp.sa_count(router)),
    _show("show crypto isakmp sa detail", lambda router, match: crypto_isakmp.sa_detail(router)),
    _show("show crypto isakmp policy", lambda router, match: crypto_isakmp.policy(router)),
    _show("show crypto isakmp default policy",
          lambda router, match: crypto_isakmp.default_policy(router)),
    _show("show crypto isakmp key", lambda router, match: crypto_isakmp.key(router), 15),
    _show("show crypto isakmp profile", lambda router, match: crypto_isakmp.profiles(router)),
    _show("show crypto isakmp peers", lambda router, match: crypto_isakmp.peers(router)),
    _show("show crypto ipsec sa [peer <peer:ipv4> | interface <interface:interface> "
          "| map <map:word> | identity] [detail]",
          lambda router, match: crypto_ipsec.sa(
              router, match.get("peer"), match.get("interface"), match.said("detail"),
              match.get("map"), match.said("identity"))),
    _show("show crypto ipsec sa count", lambda router, match: crypto_ipsec.sa_count(router)),
    _show("show crypto ipsec transform-set [<name:word>]",
          lambda router, match: crypto_ipsec.transform_set(router, match.get("name"))),
    _show("show crypto ipsec security-association [lifetime]",
          lambda router, match: crypto_ipsec.security_association(router)),
    _show("show crypto map [tag <tag:word> | interface <interface:interface>]",
          lambda router, match: crypto_map.show(router, match.get("tag"), match.get("interface"))),
    _show("show crypto dynamic-map [tag <tag:word>]",
          lambda router, match: crypto_map.dynamic(router, match.get("tag"))),
    _show("show crypto route", lambda router, match: crypto_route.routes(router)),
    _show("show crypto session [remote <peer:ipv4> | local <local:ipv4> "
          "| interface <interface:interface>] [detail]",
          lambda router, match: crypto_session.session(
              router, match.said("detail"), match.get("peer"), match.get("local"),
              match.get("interface"))),
    _show("show crypto session brief", lambda router, match: crypto_session.brief(router)),
    _show("show crypto engine connections active",
          lambda router, match: crypto_session.engine_connections(router)),
    _show("show crypto engine brief", lambda router, match: crypto_engine.brief(router)),
    _show("show crypto engine configuration",
          lambda router, match: crypto_engine.configuration(router)),
    _show("show crypto eli", lambda router, match: crypto_engine.eli(router)),
]  # fmt: skip
_IP: list[Row] = [
    _show("show ip route [<protocol=static|bgp|connected>]",
          lambda router, match: ip_route.routes(router, match.get("protocol"))),
    _show("show ip route summary", lambda router, match: route_summary.summary(router)),
    _show("show ip route ( <address:ipv4> [<mask:mask>] | <prefix:prefix> )", _route),
    _show("show ip interface brief [<interface:interface>]", _interface(interfaces.ip_brief)),
    _show("show ip interface [<interface:interface>]", _interface(interfaces.ip_interface)),
    _show("show interfaces [<interface:interface>]", _interface(interfaces.interfaces)),
    _show("show interfaces description",
          lambda router, match: interfaces.description(router)),
    _show("show access-lists [<name:word>]",
          lambda router, match: access_lists.access_lists(router, match.get("name"))),
    _show("show ip access-lists [<name:word>]",
          lambda router, match: access_lists.access_lists(router, match.get("name"), True)),
    _show("show ip cef exact-route <source:ipv4> <destination:ipv4>",
          lambda router, match: cef.exact_route(router, match["source"], match["destination"])),
    _show("show ip cef [<address:ipv4>]",
          lambda router, match: cef.cef(router, match.get("address"))),
    _show("show arp", lambda router, match: arp.arp(router)),
    _show("show ip arp [<address:ipv4> | <interface:interface>]",
          lambda router, match: arp.arp(router, match.get("address"), match.get("interface"))),
    _show("show ip protocols", lambda router, match: protocols.protocols(router)),
]  # fmt: skip
_FAMILY = "For address family: IPv4 Unicast"


def _bgp_all(router: Router, match: Match[Any]) -> Iterator[str]:
    """`show bgp all summary`: of every address family, one here."""
    if bgp.process(router) is not None:
        yield _FAMILY
    yield from bgp_neighbors.summary(router)


def _bgp_prefix(router: Router, match: Match[Any]) -> Lines:
    prefix = match.get("prefix")
    address = match["address"] if prefix is None else prefix.network_address
    return bgp.one_prefix(router, address, prefix)


def _neighbors(router: Router, match: Match[Any]) -> Lines:
    return bgp_neighbors.neighbors(router, match.get("peer"))


_BGP: list[Row] = [
    _show("show ip bgp", lambda router, match: bgp.table(router)),
    _show("show ip bgp summary", lambda router, match: bgp_neighbors.summary(router)),
    _show("show ip bgp peer-group", lambda router, match: bgp_neighbors.peer_groups(router)),
    _show("show ip bgp ( <address:ipv4> | <prefix:prefix> )", _bgp_prefix),
    _show("show ip bgp neighbors [<peer:ipv4>]", _neighbors),
    _show("show ip bgp neighbors <peer:ipv4> <what=advertised-routes|routes>",
          lambda router, match: bgp.of_neighbor(
              router, match["peer"], match["what"] == "advertised-routes")),
    _show("show [ip] bgp ipv4 unicast neighbors [<peer:ipv4>]", _neighbors),
    _show("show [ip] bgp all summary", _bgp_all),
]  # fmt: skip
"""The twins with `ipv4 unicast` and `all` are those that NAPALM types."""
_CDP = """\
Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge
                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone,
                  D - Remote, C - CVTA, M - Two-port Mac Relay

Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID

Total cdp entries displayed : 0"""
"""Nobody in this lab speaks CDP: SR OS routers and hosts are the only neighbours."""


def _cdp(shell: IosShell, match: Match[Any]) -> Lines:
    off = shell.device.running.find("cdp run")
    if off is not None:
        return ["% CDP is not enabled"]
    return _CDP.splitlines()[-1:] if match.said("detail") else _CDP.splitlines()


def _running(render: Callable[[Line, str | None], Lines]) -> Callable[..., Lines]:
    """A rendering of the configuration that may be narrowed to a name."""
    return lambda shell, match: render(shell.device.running, match.get("name"))


_BOX: list[Row] = [
    Command("show cdp neighbors [detail]", show=_cdp),
    Command("show route-map [<name:word>]", show=_running(policy.route_maps)),
    Command("show ip prefix-list [<name:word>]", show=_running(policy.prefix_lists)),
    _show("show ip nat translations", lambda router, match: nat.translations(router)),
    _show("show ip nat statistics", lambda router, match: nat.statistics(router)),
    _show("show version", lambda router, match: version.version(router)),
    _show("show memory [summary | statistics]", lambda router, match: resources.memory(router)),
    _show("show processes cpu [sorted]", lambda router, match: resources.processes(router)),
    _show("show inventory", lambda router, match: version.inventory(router)),
]

ROWS: list[Row] = [*_CRYPTO, *_IP, *_BGP, *_BOX]
