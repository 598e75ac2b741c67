"""`show crypto map`: every entry as configured, whether complete, and where the map is applied.

An entry without a peer, an access list with entries or a transform set is disabled, and says so.
`show crypto route` has the routes that maps have put into the routing table.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.sim.model.facts import Acl, CryptoMap, CryptoMapEntry
from labkit.sim.net import crypto_map, sad
from labkit.sim.net.ident import Ident
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.acl.page import entry as access_entry
from labkit.sim.routers.ios.crypto.ipsec.page import lifetime_line
from labkit.sim.routers.ios.rows import Row, shows
from labkit.sim.routers.ios.wording import shown_transform

_USERS = "Interfaces using crypto map {}:"


def show(router: Router, name: str | None = None, interface: str | None = None) -> Iterator[str]:
    """`show crypto map [tag NAME | interface NAME]`."""
    applied = list(crypto_map.applied(router.facts))
    found = False
    for each in router.facts.ipsec.maps:
        where = [port for port, applied_name in applied if applied_name == each.name]
        if name not in (None, each.name) or (interface is not None and interface not in where):
            continue
        found = True
        yield from _map(router, each, where)
    if not found:
        yield "No crypto maps found."
        return
    # IOS 15 has a map of its own for an internal self test, and lists it.
    yield "\t" + _USERS.format("NiStTeSt1")


def _map(router: Router, told: CryptoMap, where: list[str]) -> Iterator[str]:
    if told.local_interface is not None:
        local = router.interfaces.get(told.local_interface)
        address = local.ip if local and local.ip else "(none)"
        yield f'Crypto Map: "{told.name}" idb: {told.local_interface} local address: {address}'
        yield ""
    made = [ident for ident in _idents(router) if ident.rule.made]
    mine = [ident for ident in made if ident.rule.map_name == told.name]
    for index, each in enumerate(sorted(told.entries, key=lambda entry: entry.sequence)):
        if index:
            yield ""
        yield from _entry(router, told.name, each, where)
    for ident in mine:
        yield ""
        yield from _made(router, told.name, ident)
    yield "\t" + _USERS.format(told.name)
    for interface in where:
        yield f"\t\t{interface}"


def dynamic(router: Router, name: str | None = None) -> Iterator[str]:
    """`show crypto dynamic-map [tag NAME]`."""
    for each in router.facts.ipsec.dynamic_maps:
        if name not in (None, each.name):
            continue
        for entry in sorted(each.entries, key=lambda entry: entry.sequence):
            yield f'Crypto Map Template"{each.name}" {entry.sequence}'
            if entry.description:
                yield f"\tDescription: {entry.description}"
            yield from (f"\tPeer = {peer}" for peer in entry.peers)
            yield from _access_list(entry, _list(router, entry.acl))
            yield from _terms(router, entry)
            yield ""


def _idents(router: Router) -> tuple[Ident, ...]:
    return router.ipsec.idents if router.ipsec else ()


def _list(router: Router, name: str | None) -> Acl | None:
    return next((each for each in router.facts.acls if each.name == name), None)


def _made(router: Router, name: str, ident: Ident) -> Iterator[str]:
    """What a dynamic map has become for one peer."""
    rule = ident.rule
    yield f'Crypto Map IPv4 "{name}" {rule.entry.sequence} ipsec-isakmp'
    yield f"\tPeer = {ident.peer}"
    yield "\tExtended IP access list "
    for ace in rule.outbound.entries:
        yield f"\t    access-list  {access_entry(rule.outbound, ace)}"
    yield f"\t    dynamic (created from dynamic map {rule.template})"
    yield f"\tCurrent peer: {ident.peer}"
    yield from _terms(router, rule.entry)


def _entry(router: Router, name: str, told: CryptoMapEntry, where: list[str]) -> Iterator[str]:
    if told.dynamic:
        yield f'Crypto Map IPv4 "{name}" {told.sequence} ipsec-isakmp'
        yield f"\tDynamic map template tag: {told.dynamic}"
        return
    acl = _list(router, told.acl)
    complete = bool(told.peers and told.acl is not None)
    yield f'Crypto Map IPv4 "{name}" {told.sequence} ipsec-isakmp'
    if told.description:
        yield f"\tDescription: {told.description}"
    if not complete:
        yield "\tWARNING: This crypto map is in an incomplete state!"
        yield "\t\t(missing peer or access-list definitions)"
    for peer in told.peers:
        yield f"\tPeer = {peer}"
    if told.isakmp_profile:
        yield f"\tISAKMP Profile: {told.isakmp_profile}"
    yield from _access_list(told, acl)
    if complete and where:
        yield f"\tCurrent peer: {_current_peer(router, name, told)}"
    yield from _terms(router, told)


def _terms(router: Router, told: CryptoMapEntry) -> Iterator[str]:
    """What the entry asks of Phase 2."""
    ipsec = router.facts.ipsec
    yield "\t" + lifetime_line(
        told.lifetime_kilobytes or ipsec.lifetime_kilobytes,
        told.lifetime_seconds or ipsec.lifetime_seconds,
    )
    yield "\tResponder-Only (Y/N): N"
    yield f"\tPFS (Y/N): {'Y' if told.pfs_group else 'N'}"
    if told.pfs_group:
        yield f"\tDH group:  group{told.pfs_group}"
    yield "\tMixed-mode : Disabled"
    yield "\tTransform sets={"
    for each in crypto_map.transform_sets(ipsec, told):
        yield f"\t\t{each.name}:  {{ {shown_transform(each)} }} ,"
    yield "\t}"
    if told.reverse_route is not None:
        yield "\tReverse Route Injection Enabled"


def _access_list(told: CryptoMapEntry, acl: Acl | None) -> Iterator[str]:
    if told.acl is None:
        yield "\tNo matching address list set."
        return
    yield f"\tExtended IP access list {told.acl}"
    for ace in acl.entries if acl else ():
        yield f"\t    access-list {told.acl} {access_entry(acl, ace)}" if acl else ""


def _current_peer(router: Router, name: str, told: CryptoMapEntry) -> object:
    for ident in _idents(router):
        if (ident.rule.map_name, ident.rule.entry.sequence) == (name, told.sequence):
            return ident.peer
    return told.peers[0]


_HEAD = """\
VPN Routing Table: Shows RRI and VTI created routes
Codes: RRI - Reverse-Route, VTI- Virtual Tunnel Interface
       S - Static Map ACLs

Routes created in table GLOBAL DEFAULT"""


def routes(router: Router) -> Iterator[str]:
    """`show crypto route`; S marks those of `reverse-route static`, which follow no SA."""
    yield from _HEAD.splitlines()
    seen = set()
    for ident, route in sad.routes_of(router.ipsec.idents if router.ipsec else ()):
        if route in seen:
            continue
        seen.add(route)
        told = ident.rule.entry.reverse_route
        static = " S" if told is not None and told.always else ""
        tag = f" tag {route.tag}" if route.tag else ""
        where = f"{route.prefix.network_address}/{route.prefix.netmask}"
        yield f"{where} [{route.distance}/0] via {route.next_hop}{tag}"
        yield f"{'':32}on {ident.interfaces[0]} RRI{static}"
    yield ""


EXEC: list[Row] = [
    shows("show crypto map [tag <tag:word> | interface <interface:interface>]",
          lambda router, match: show(router, match.get("tag"), match.get("interface"))),
    shows("show crypto dynamic-map [tag <tag:word>]",
          lambda router, match: dynamic(router, match.get("tag"))),
    shows("show crypto route", lambda router, match: routes(router)),
]  # fmt: skip
