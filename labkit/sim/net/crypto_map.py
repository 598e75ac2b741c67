"""Crypto maps as the forwarding path reads them: which packets they name, and what for.

An entry without a peer, an access list or a transform set is disabled.  Entries are tried in
order; the first *permit* decides, a deny passes on to the next entry.  Each permit entry of an
access list is one pair of proxy identities (`selectors`).  RFC 4301 §4.4.1 in Cisco's words.
An entry of a dynamic map is a template: it accepts any peer, needs no access list, begins nothing
by itself; a peer's SAs make a rule of their own from it (`made_for`).

Must not know: SAs, IKE's state, packets in flight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from labkit.protocols.ike import Phase2Terms, Refusal, Selector
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import (
    Ace,
    Acl,
    CryptoMap,
    CryptoMapEntry,
    DeviceFacts,
    Ipsec,
    PortMatch,
    TransformSet,
    Wildcard,
)
from labkit.sim.net import acl

_ALL = 0xFFFFFFFF
_NO_LIST = Acl("")
MADE_FROM = 65536
"""The first sequence number of what dynamic maps have become."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A complete crypto map entry on one local address, with its access list both ways."""

    map_name: str
    entry: CryptoMapEntry
    local: IPv4Address
    outbound: Acl
    inbound: Acl
    """The same list seen from the peer's side."""
    template: str = ""
    """For an entry of a dynamic map: its name and sequence number, `DMAP/10`."""
    made: bool = False
    """Made from a template, for the SAs of one peer."""

    @property
    def waits(self) -> bool:
        """Whether this is a template, which only a peer can make something of."""
        return bool(self.template) and not self.made

    def meets(self, peer: IPv4Address) -> bool:
        """Whether the peer is one of this rule's."""
        return peer in self.entry.peers or (self.waits and not self.entry.peers)

    def permits(self) -> tuple[Ace, ...]:
        """The entries that name traffic to protect; a template's do so only for a peer."""
        if self.waits:
            return ()
        return tuple(ace for ace in self.outbound.entries if ace.permit)


def rules(told: DeviceFacts, name: str, interface: str) -> list[Rule]:
    """The complete entries of crypto map `name` as applied to `interface`, in order."""
    lists = {each.name: each for each in told.acls}
    crypto_map = next((each for each in told.ipsec.maps if each.name == name), None)
    if crypto_map is None:
        return []
    local = _address(told, crypto_map.local_interface or interface)
    if local is None:
        return []
    found = []
    for template, entry in _entries(told.ipsec, crypto_map):
        chosen = lists.get(entry.acl or "")
        if template and entry.acl is None:
            chosen = _NO_LIST
        elif not (chosen and chosen.entries and (template or entry.peers)):
            continue
        if chosen is not None and transform_sets(told.ipsec, entry):
            found.append(Rule(name, entry, local, chosen, _back(chosen), template))
    return found


def _entries(ipsec: Ipsec, told: CryptoMap) -> Iterator[tuple[str, CryptoMapEntry]]:
    """The entries of a map in order; those of a dynamic map, named, where it is used."""
    dynamic = {each.name: each for each in ipsec.dynamic_maps}
    for entry in sorted(told.entries, key=lambda each: each.sequence):
        if not entry.dynamic:
            yield "", entry
        elif entry.dynamic in dynamic:
            inside = sorted(dynamic[entry.dynamic].entries, key=lambda each: each.sequence)
            for each in inside:
                yield f"{entry.dynamic}/{each.sequence}", each


def _back(outbound: Acl) -> Acl:
    return replace(outbound, entries=tuple(map(acl.mirrored, outbound.entries)))


def made_for(
    rule: Rule, sequence: int, peer: IPv4Address, local: Selector, remote: Selector
) -> Rule:
    """The rule that a template becomes for a peer's SAs between these selectors."""
    ace = Ace(
        10,
        True,
        local.protocol or None,
        _wildcard(local),
        _wildcard(remote),
        PortMatch("eq", (local.port,)) if local.port else None,
        PortMatch("eq", (remote.port,)) if remote.port else None,
    )
    outbound = Acl("", (ace,))
    entry = replace(rule.entry, sequence=sequence, peers=(peer,))
    return replace(rule, entry=entry, outbound=outbound, inbound=_back(outbound), made=True)


def with_made(told: list[Rule], made: list[Rule]) -> list[Rule]:
    """The rules in the order in which packets meet them: templates last, after what they became."""
    if not any(rule.waits for rule in told):
        return told
    plain = [rule for rule in told if not rule.waits]
    return [*plain, *made, *(rule for rule in told if rule.waits)]


def transform_sets(ipsec: Ipsec, entry: CryptoMapEntry) -> tuple[TransformSet, ...]:
    """The transform sets that an entry names, as far as they exist, in its order."""
    known = {each.name: each for each in ipsec.transform_sets}
    return tuple(known[name] for name in entry.transform_sets if name in known)


def terms(ipsec: Ipsec, entry: CryptoMapEntry) -> Phase2Terms:
    """What an entry offers and accepts in Phase 2."""
    return Phase2Terms(
        transform_sets(ipsec, entry),
        entry.pfs_group,
        entry.lifetime_seconds or ipsec.lifetime_seconds,
        entry.lifetime_kilobytes or ipsec.lifetime_kilobytes,
    )


def idle_seconds(ipsec: Ipsec, entry: CryptoMapEntry) -> int | None:
    """How long an entry's SAs may go unused."""
    return entry.idle_seconds or ipsec.idle_seconds


def replay_window(ipsec: Ipsec, entry: CryptoMapEntry) -> int | None:
    """The anti-replay window of an entry's SAs in packets, None without one."""
    if entry.replay_window is None:
        return ipsec.replay_window
    return entry.replay_window or None


def entry_for(
    ipsec: Ipsec, here: list[Rule], peer: IPv4Address, local: Selector, remote: Selector
) -> Phase2Terms | Refusal:
    """What one of the rules of a local address has to say to a peer's proposal."""
    if not here:
        return Refusal.INVALID_LOCAL_ADDRESS
    with_peer = [rule for rule in here if rule.meets(peer) and admits(ipsec, rule.entry, peer)]
    if not with_peer:
        return Refusal.NO_MATCHING_MAP
    rule = accepting(with_peer, local, remote)
    return Refusal.PROXY_IDENTITIES if rule is None else terms(ipsec, rule.entry)


def admits(ipsec: Ipsec, entry: CryptoMapEntry, peer: IPv4Address) -> bool:
    """Whether the ISAKMP profile of an entry, if it has one, takes what the peer says it is."""
    wanted = entry.isakmp_profile
    return wanted is None or any(p.name == wanted and p.matches(peer) for p in ipsec.profiles)


def outbound_match(ordered: list[Rule], packet: IPv4) -> tuple[Rule, Ace] | None:
    """The rule and the permit entry that a packet on its way out meets first."""
    for rule in ordered:
        ace = acl.first_match(rule.outbound, packet)
        if ace is not None and ace.permit:
            return rule, ace
    return None


def must_be_protected(ordered: list[Rule], packet: IPv4) -> bool:
    """Whether a packet that came in clear should have come inside ESP."""
    for rule in ordered:
        ace = acl.first_match(rule.inbound, packet)
        if ace is not None and ace.permit:
            return True
    return False


def accepting(ordered: list[Rule], local: Selector, remote: Selector) -> Rule | None:
    """The first rule that protects all of what a peer proposes."""
    for rule in ordered:
        if rule.waits and not rule.outbound.entries:
            return rule  # without an access list a template takes what the peer proposes
        for ace in rule.outbound.entries:
            ours = selectors(ace)
            if ace.permit and within(local, ours[0]) and within(remote, ours[1]):
                return rule
    return None


def selectors(ace: Ace) -> tuple[Selector, Selector]:
    """The local and the remote proxy identity of a permit entry."""
    protocol = ace.protocol or 0
    return (
        _selector(ace.source, protocol, ace.source_port),
        _selector(ace.destination, protocol, ace.destination_port),
    )


def within(inner: Selector, outer: Selector) -> bool:
    """Whether everything that `inner` names is also named by `outer`."""
    mask = int(outer.mask)
    return (
        int(inner.mask) & mask == mask
        and outer.covers(inner.address)
        and outer.protocol in (0, inner.protocol)
        and outer.port in (0, inner.port)
    )


def covers(local: Selector, remote: Selector, packet: IPv4) -> bool:
    """Whether an SA with these selectors may carry a packet from local to remote."""
    if local.protocol not in (0, packet.protocol):
        return False
    if not (local.covers(packet.src) and remote.covers(packet.dst)):
        return False
    if not (local.port or remote.port) or packet.fragment_offset or len(packet.payload) < 4:
        return True
    ports = (packet.payload[:2], packet.payload[2:4])
    wanted = (local.port, remote.port)
    return all(
        want in (0, int.from_bytes(have, "big")) for want, have in zip(wanted, ports, strict=True)
    )


def _selector(wildcard: Wildcard, protocol: int, port: PortMatch | None) -> Selector:
    mask = IPv4Address(int(wildcard.mask) ^ _ALL)
    number = port.values[0] if port is not None and port.operator == "eq" else 0
    return Selector(IPv4Address(int(wildcard.address) & int(mask)), mask, protocol, number)


def _wildcard(selector: Selector) -> Wildcard:
    return Wildcard(selector.address, IPv4Address(int(selector.mask) ^ _ALL))


def _address(told: DeviceFacts, interface: str) -> IPv4Address | None:
    for each in told.interfaces:
        if each.name == interface and each.address is not None:
            return each.address.ip
    return None


def applied(told: DeviceFacts) -> Iterator[tuple[str, str]]:
    """Every interface that has a crypto map, with the map's name."""
    for interface in told.interfaces:
        if interface.crypto_map is not None:
            yield interface.name, interface.crypto_map
