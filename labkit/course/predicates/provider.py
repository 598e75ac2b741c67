"""The provider's routers: mirror, services, VRRP, BGP, as SR OS shows them."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.mirror import mirror_dest, mirror_sources
from labkit.course.predicates import Finding, predicate


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
    return Finding(not lacking, "; ".join(lacking) or f"service {service} is {found.oper.lower()}")
