"""Phase 1 as IOS shows it: policies, keys, SAs."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.isakmp import (
    IsakmpPolicy,
    isakmp_details,
    isakmp_keys,
    isakmp_policies,
    isakmp_sas,
)
from labkit.course.predicates import Finding, predicate, reasons

CONFIGURABLE = 10_000
"""The highest priority number of a policy that was typed: the default ones come after."""


@predicate()
def policy_has(
    observer: Observer,
    *,
    device: str,
    priority: int | None = None,
    encryption: str | None = None,
    hash: str | None = None,
    authentication: str | None = None,
    group: int | None = None,
    lifetime: int | None = None,
) -> Finding:
    """A Phase 1 policy has these values, in the words one types (`aes 128`, `sha256`,
    `pre-share`, 5, 86400).  Reads a configuration: goes with `isakmp_state`.  Finds what differs
    in the nearest policy."""
    wanted = {
        "encryption": encryption,
        "hash": hash,
        "authentication": authentication,
        "group": group,
        "lifetime": lifetime,
    }
    policies = isakmp_policies(observer.run(device, "show crypto isakmp policy"))
    configured = [each for each in policies if each.priority <= CONFIGURABLE]
    policies = [each for each in configured if priority in (None, each.priority)]
    if not policies:
        return Finding(False, "no policy" if priority is None else f"no policy {priority}")
    nearest = min(policies, key=lambda policy: len(_differences(policy, wanted)))
    return reasons(_differences(nearest, wanted), f"policy {nearest.priority}")


@predicate()
def key_for_peer(observer: Observer, *, device: str, peer: str, key: str | None = None) -> Finding:
    """There is a pre-shared key for this peer (or for everybody); with `key`, that one.  Reads a
    configuration: goes with `isakmp_state`."""
    keys = isakmp_keys(observer.run(device, "show crypto isakmp key"))
    fitting = [each for each in keys if each.address in (peer, "0.0.0.0")]
    if not fitting:
        others = ", ".join(each.address for each in keys)
        return Finding(False, f"a key for {others} only" if others else "no key")
    return Finding(key in (None, fitting[0].key), f"the key {fitting[0].key}")


@predicate()
def keys_agree(
    observer: Observer, *, device: str, peer: str, other: str, other_peer: str
) -> Finding:
    """`device` has a key for `peer`, `other` one for `other_peer`, and the two are the same."""
    found = []
    for router, address in ((device, peer), (other, other_peer)):
        keys = isakmp_keys(observer.run(router, "show crypto isakmp key"))
        found.append(next((k.key for k in keys if k.address in (address, "0.0.0.0")), None))
    ours, theirs = found
    if ours is None or theirs is None:
        lacking = device if ours is None else other
        return Finding(False, f"no key on {lacking} for {peer if ours is None else other_peer}")
    same = ours == theirs
    return Finding(same, "the same key" if same else f"{ours} on {device}, {theirs} on {other}")


@predicate("state")
def isakmp_state(
    observer: Observer, *, device: str, peer: str, state: str | None = "QM_IDLE"
) -> Finding:
    """`show crypto isakmp sa` shows this state with the peer; null: there is no SA at all.  An SA
    that is being deleted does not count."""
    rows = isakmp_sas(observer.run(device, "show crypto isakmp sa"))
    states = [row.state for row in rows if row.with_peer(peer) and not row.deleted]
    found = ", ".join(states) or "no SA"
    return Finding(state in states if state else not states, found, {"state": found})


@predicate()
def isakmp_agreed(
    observer: Observer,
    *,
    device: str,
    peer: str,
    encryption: str | None = None,
    hash: str | None = None,
    group: int | None = None,
) -> Finding:
    """`show crypto isakmp sa detail` shows that an SA with this peer is alive and has these
    algorithms as it prints them (`aes`, `sha256`, 5)."""
    rows = isakmp_details(observer.run(device, "show crypto isakmp sa detail"))
    rows = [row for row in rows if row.remote == peer and row.status == "ACTIVE"]
    if not rows:
        return Finding(False, "no SA")
    row = rows[-1]
    holds = (
        encryption in (None, row.encryption)
        and hash in (None, row.hash)
        and group in (None, row.group)
    )
    return Finding(holds, f"{row.encryption}, {row.hash}, group {row.group}")


def _differences(policy: IsakmpPolicy, wanted: dict[str, str | int | None]) -> list[str]:
    return [
        f"{name} {getattr(policy, name)} in policy {policy.priority}"
        for name, value in wanted.items()
        if value is not None and getattr(policy, name) != value
    ]
