"""The provider's routers: mirror, services, VRRP, as SR OS shows them."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.provider import (
    VrrpInstance,
    bindings,
    mirror_dest,
    mirror_sources,
    sdps,
    vrrp_instances,
)
from labkit.course.predicates import Finding, predicate, reasons


@predicate()
def mirror_source_on(
    observer: Observer, *, device: str, service: int, port: str, ways: int = 2
) -> Finding:
    """`show debug` has a mirror source of this port for this service, both ways (or one).  It is
    debugging and in no configuration; goes with `mirror_delivers`."""
    sources = mirror_sources(observer.run(device, "show debug"))
    sources = [each for each in sources if each.service == service]
    words = "; ".join(f"port {each.port} {' '.join(each.ways)}" for each in sources)
    holds = any(each.port == port and len(each.ways) >= ways for each in sources)
    return Finding(holds, words or f"no mirror source for service {service}")


@predicate()
def mirror_dest_up(
    observer: Observer,
    *,
    device: str,
    service: int,
    sap: str | None = None,
    sdp: str | None = None,
    far_end: str | None = None,
) -> Finding:
    """The mirror service is up here and has this SAP, this spoke (`61:200`) or takes copies from
    this far end.  Goes with `mirror_delivers`."""
    found = mirror_dest(observer.run(device, f"show mirror mirror-dest {service}"))
    if found is None:
        return Finding(False, f"no mirror-dest {service}")
    lacking = []
    if sap is not None and found.sap != sap:
        lacking.append(f"SAP {found.sap}" if found.sap else "no SAP")
    if sdp is not None and sdp not in found.sdps:
        lacking.append(f"spoke {', '.join(found.sdps)}" if found.sdps else "no spoke-sdp")
    if far_end is not None and far_end not in found.remote_sources:
        remote = ", ".join(found.remote_sources)
        lacking.append(f"far end {remote}" if remote else "no remote source")
    if found.admin != "Up":
        lacking.append("it is shut down")
    return reasons(lacking, f"service {service} is {found.oper.lower()}")


@predicate("state", "priority")
def vrrp_state(
    observer: Observer, *, device: str, state: str = "Master", vrid: int = 101, service: int = 100
) -> Finding:
    """This router is in this VRRP state (`Master`, `Backup`, `Init`)."""
    row = _vrrp(observer, device, service, vrid)
    if row is None:
        return Finding(False, f"no VRID {vrid}", {"state": "-", "priority": "-"})
    words = f"{row.state}, priority {row.priority}"
    return Finding(row.state == state, words, {"state": row.state, "priority": str(row.priority)})


@predicate("masters")
def vrrp_master(
    observer: Observer, *, devices: list[str], master: str, vrid: int = 101, service: int = 100
) -> Finding:
    """Of these routers this one alone is master."""
    rows = {device: _vrrp(observer, device, service, vrid) for device in devices}
    masters = [device for device, row in rows.items() if row and row.state == "Master"]
    words = " and ".join(masters) or "nobody"
    return Finding(masters == [master], words, {"masters": words})


@predicate("state")
def sdp_up(observer: Observer, *, device: str, sdp: int, up: bool = True) -> Finding:
    """The SDP's operational state is up (or is not)."""
    row = next((r for r in sdps(observer.run(device, "show service sdp")) if r.id == sdp), None)
    words = f"SDP {sdp} to {row.far_end} is {row.oper.lower()}" if row else f"no SDP {sdp}"
    return Finding((row is not None and row.oper == "Up") is up, words, {"state": words})


@predicate("state")
def spoke_up(
    observer: Observer, *, device: str, service: int, spoke: str, up: bool = True
) -> Finding:
    """The spoke (`12:101`) of the service is up and has labels both ways (or is not)."""
    rows = bindings(observer.run(device, f"show service id {service} sdp"))
    row = next((each for each in rows if each.id == spoke), None)
    good = (
        row is not None and row.oper == "Up" and None not in (row.ingress_label, row.egress_label)
    )
    words = f"spoke {spoke} is {row.oper.lower()}" if row else f"no spoke {spoke}"
    return Finding(good is up, words, {"state": words})


def _vrrp(observer: Observer, device: str, service: int, vrid: int) -> VrrpInstance | None:
    rows = vrrp_instances(observer.run(device, f"show router {service} vrrp instance"))
    return next((row for row in rows if row.vrid == vrid), None)
