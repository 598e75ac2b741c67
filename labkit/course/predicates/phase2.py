"""Phase 2 as IOS shows it: transform sets, crypto maps, flows, counters, SPIs."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.ipsec import (
    CryptoMapEntry,
    IpsecFlow,
    crypto_maps,
    ipsec_flows,
    transform_sets,
)
from labkit.course.predicates import Finding, network, predicate, reasons
from labkit.course.predicates.devices import do_ping, finding

NO_FLOW = Finding(False, "no such flow", {"encaps": "-", "decaps": "-"})


@predicate()
def transform_set_has(
    observer: Observer, *, device: str, name: str, transforms: str, mode: str | None = None
) -> Finding:
    """The transform set holds exactly these transforms, spelt as `show` does (`esp-256-aes
    esp-sha512-hmac`), and has this mode (`tunnel`, `transport`).  Reads a configuration: goes
    with `flow_settings`."""
    sets = transform_sets(observer.run(device, "show crypto ipsec transform-set"))
    one = next((each for each in sets if each.name == name), None)
    if one is None:
        others = ", ".join(each.name for each in sets if each.name != "default")
        return Finding(False, f"no transform set {name}" + (f", only {others}" if others else ""))
    holds = set(one.transforms) == set(transforms.split()) and mode in (None, one.mode)
    return Finding(holds, f"{name}: {' '.join(one.transforms)}, mode {one.mode}")


@predicate()
def map_complete(
    observer: Observer,
    *,
    device: str,
    name: str,
    sequence: int | None = None,
    peer: str | None = None,
    acl: str | None = None,
    transform_set: str | None = None,
    pfs: bool | None = None,
) -> Finding:
    """The entry of the crypto map has a peer, an access list and a transform set (these, where
    named).  Reads a configuration: goes with `counters_rise`."""
    entry = _entry(observer, device, name, sequence)
    if entry is None:
        return Finding(False, f"no crypto map {name}" + (f" {sequence}" if sequence else ""))
    lacking = []
    if not entry.peers or peer not in (None, *entry.peers):
        lacking.append(f"peer {', '.join(entry.peers)}" if entry.peers else "no peer")
    if entry.acl is None or acl not in (None, entry.acl):
        lacking.append(f"access list {entry.acl}" if entry.acl else "no access list")
    if not entry.transform_sets or transform_set not in (None, *entry.transform_sets):
        sets = ", ".join(entry.transform_sets)
        lacking.append(f"transform set {sets}" if sets else "no transform set")
    if pfs not in (None, entry.pfs):
        lacking.append(f"PFS {'on' if entry.pfs else 'off'}")
    return reasons(lacking, f"entry {entry.sequence} is complete")


@predicate()
def map_applied(observer: Observer, *, device: str, name: str, interface: str) -> Finding:
    """The crypto map is applied to this interface (full name).  Reads a configuration: goes with
    `counters_rise`."""
    entry = _entry(observer, device, name, None)
    interfaces = entry.interfaces if entry else ()
    return Finding(
        interface in interfaces,
        f"applied to {', '.join(interfaces)}" if interfaces else "applied nowhere",
    )


@predicate("encaps", "decaps")
def flow_down(observer: Observer, *, device: str, local: str, remote: str) -> Finding:
    """`show crypto ipsec sa` lists the flow between these networks and it has no SA yet."""
    flow = _flow(observer, device, local, remote)
    if flow is None:
        return NO_FLOW
    return Finding(not flow.up, "SAs" if flow.up else "no SA", _counters(flow))


@predicate("encaps", "decaps")
def counters_rise(
    observer: Observer,
    *,
    device: str,
    local: str,
    remote: str,
    ping_from: str,
    to: str,
    source: str | None = None,
    encaps: bool = True,
    decaps: bool = True,
) -> Finding:
    """While `ping_from` pings, this gateway's counters of the flow between these networks rise,
    both (or, told so, one: `decaps: false` wants that one to stand still)."""
    before = _flow(observer, device, local, remote)
    do_ping(observer, ping_from, to, source=source)
    after = _flow(observer, device, local, remote)
    if after is None:
        return NO_FLOW
    up = after.encaps - (before.encaps if before else 0)
    down = after.decaps - (before.decaps if before else 0)
    holds = (up > 0) is encaps and (down > 0) is decaps
    return Finding(holds, f"encaps +{up}, decaps +{down}", _counters(after))


@predicate()
def flow_settings(
    observer: Observer,
    *,
    device: str,
    local: str,
    remote: str,
    mode: str | None = None,
    transform: str | None = None,
    plaintext_mtu: int | None = None,
    pfs: bool | None = None,
) -> Finding:
    """The SAs of the flow really have this mode (`tunnel`), this transform (`esp-256-aes
    esp-sha512-hmac`), this plaintext MTU, PFS or none."""
    flow = _flow(observer, device, local, remote)
    if flow is None or not flow.up:
        return Finding(False, "no SA")
    holds = (
        mode in (None, flow.mode)
        and (transform is None or set(transform.split()) == set(flow.transform.split()))
        and plaintext_mtu in (None, flow.plaintext_mtu)
        and pfs in (None, flow.pfs)
    )
    words = f"{flow.transform}, {flow.mode}, plaintext MTU {flow.plaintext_mtu}"
    return Finding(holds, words + (", PFS" if flow.pfs else ""))


@predicate()
def spi_pair_agrees(
    observer: Observer, *, device: str, other: str, local: str, remote: str
) -> Finding:
    """What goes out of `device` with an SPI comes in at `other` under the same, and the other way
    round (networks as `device` sees them)."""
    near = _flow(observer, device, local, remote)
    far = _flow(observer, other, remote, local)
    if near is None or far is None or not near.up or not far.up:
        return Finding(False, "no SA on one of them")
    out, back = {*near.outbound_spis}, {*far.outbound_spis}
    same = bool(out & {*far.inbound_spis} and back & {*near.inbound_spis})
    words = f"out {', '.join(near.outbound_spis)}, there in {', '.join(far.inbound_spis)}"
    return Finding(same, words)


def _entry(
    observer: Observer, device: str, name: str, sequence: int | None
) -> CryptoMapEntry | None:
    entries = crypto_maps(observer.run(device, "show crypto map"))
    fitting = (e for e in entries if e.name == name and sequence in (None, e.sequence))
    return next(fitting, None)


def _flow(observer: Observer, device: str, local: str, remote: str) -> IpsecFlow | None:
    near, far = network(local), network(remote)
    flows = ipsec_flows(observer.run(device, "show crypto ipsec sa"))
    fitting = [each for each in flows if (each.local, each.remote) == (near, far)]
    return next((each for each in fitting if each.up), fitting[0] if fitting else None)


def _counters(flow: IpsecFlow) -> dict[str, str]:
    return {"encaps": str(flow.encaps), "decaps": str(flow.decaps)}


@predicate("received", "sent", "marks")
def comes_up_anew(
    observer: Observer, *, device: str, other: str, to: str, source: str | None = None
) -> Finding:
    """Both ends forget their associations (`clear crypto sa`, `clear crypto isakmp`), and a ping
    brings the tunnel up again: what carries it is what is configured now, and no association
    from before.  Ask it last, for the others then see fresh ones."""
    for router in (device, other):
        for command in ("clear crypto sa", "clear crypto isakmp"):
            observer.run(router, command)
    result = do_ping(observer, device, to, source=source)
    return finding(result.received >= max(1, result.sent - 1), result)
