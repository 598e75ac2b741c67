"""`debug crypto ipsec`: what the IPsec side of a negotiation says, in the words of IOS 15.x.

Proxies print as address/mask/protocol/port, where 256 stands for any protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.protocols.ike import ChildSa, Refusal, Request, Role, Selector
from labkit.protocols.ike.events import (
    DeleteReceived,
    ProposalChecked,
    ProposalRefused,
    RequestFailed,
    SaDeleted,
    SaInstalled,
    SaRequested,
)
from labkit.sim.model.facts import TransformSet
from labkit.sim.net import events
from labkit.sim.routers.ios.wording import configured_transform

ANY_PROTOCOL = 256
ESP = 3
_KEY_ENGINE = "IPSEC(key_engine): got a queue event with 1 KMI message(s)"


def ipsec(event: object) -> Iterator[str]:
    """The messages about an event."""
    yield from _negotiated(event)
    yield from _installed(event)


def _negotiated(event: object) -> Iterator[str]:
    """What is asked for, and what is made of the peer's proposals."""
    match event:
        case SaRequested():
            for transform in event.request.transform_sets:
                yield _request(event.request, transform)
        case RequestFailed():
            yield _KEY_ENGINE
        case ProposalChecked():
            if not event.acceptable:
                return
            part = f"IPSEC(validate_proposal_request): proposal part #{event.proposal}"
            yield part
            offer = event.offer
            size = offer.key_bits if offer.cipher in ("esp-aes", "esp-gcm") else 0
            yield (
                f"{part},\n"
                f"  (key eng. msg.) INBOUND local= {event.local}:0, remote= {event.peer}:0,\n"
                f"    local_proxy= {_proxy(event.local_selector)},\n"
                f"    remote_proxy= {_proxy(event.remote_selector)},\n"
                f"    protocol= ESP, transform= {configured_transform(offer)} "
                f"({offer.mode.capitalize()}), \n"
                "    lifedur= 0s and 0kb, \n"
                f"    spi= 0x0(0), conn_id= 0, keysize= {size or 0}, flags= 0x0"
            )
        case ProposalRefused():
            refusal = event.refusal
            if refusal is Refusal.INVALID_LOCAL_ADDRESS:
                yield f"IPSEC(validate_proposal_request): invalid local address {event.local}"
                return
            yield _mapdb(event.local_selector, event.remote_selector)
            if refusal in (Refusal.NO_MATCHING_MAP, Refusal.PROXY_IDENTITIES):
                yield "map_db_find_best did not find matching map"
                yield "IPSEC(ipsec_process_proposal): proxy identities not supported"
            elif refusal is Refusal.TRANSFORM:
                for offer in event.offers:
                    yield (
                        "IPSEC(ipsec_process_proposal): transform proposal not supported for "
                        "identity: \n"
                        f"    {{{configured_transform(offer)}}}"
                    )


def _installed(event: object) -> Iterator[str]:
    """SAs that come and go, and what follows from them."""
    match event:
        case SaInstalled():
            child = event.child
            if event.direction == "inbound":
                yield _KEY_ENGINE
                yield _mapdb(child.local_selector, child.remote_selector)
                far = child.remote_selector
                yield (
                    f"IPSEC(policy_db_add_ident): src {child.local_selector.address}, "
                    f"dest {far.address}, dest_port {far.port}\n"
                )
                for end in ((child.local, child.inbound_spi), (child.peer, child.outbound_spi)):
                    yield "IPSEC(create_sa): sa created,\n" + _sa(child, *end)
            else:
                if child.role is Role.RESPONDER:
                    yield _KEY_ENGINE
                    yield "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP"
                    spi = child.outbound_spi
                    yield f"IPSEC(key_engine_enable_outbound): enable SA with spi {spi}/50"
                yield (
                    f"IPSEC(update_current_outbound_sa): updated peer {child.peer} "
                    f"current outbound sa to SPI {child.outbound_spi:X}"
                )
        case SaDeleted():
            child = event.child
            identity = (
                f",\n  (identity) local= {child.local}:0, remote= {child.peer}:0,\n"
                f"    local_proxy= {_proxy(child.local_selector)},\n"
                f"    remote_proxy= {_proxy(child.remote_selector)}"
            )
            ends = ((child.local, child.inbound_spi), (child.peer, child.outbound_spi))
            for address, spi in ends:
                yield "IPSEC(delete_sa): deleting SA,\n" + _sa(child, address, spi) + identity
        case DeleteReceived():
            if event.protocol == ESP:
                yield _KEY_ENGINE
                yield "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP"
                for number in (int.from_bytes(spi, "big") for spi in event.spis):
                    yield (
                        f"IPSEC(key_engine_delete_sas): delete SA with spi 0x{number:X} "
                        f"proto 50 for {event.peer}"
                    )
        case events.ReverseRouteChanged():
            route = event.route
            yield (
                f"IPSEC(rte_mgr): VPN Route {'Added' if event.added else 'Removed'} "
                f"{route.prefix.network_address} {route.prefix.netmask} via {route.next_hop} "
                f"in IP DEFAULT TABLE with tag {route.tag} distance {route.distance}"
            )
        case events.InvalidIdentity():
            yield "IPSEC(epa_des_crypt): decrypted packet failed SA identity check"


def _proxy(selector: Selector) -> str:
    protocol = selector.protocol or ANY_PROTOCOL
    return f"{selector.address}/{selector.mask}/{protocol}/{selector.port}"


def _request(request: Request, transform: TransformSet) -> str:
    mode = transform.mode.capitalize()
    size = transform.key_bits if transform.cipher in ("esp-aes", "esp-gcm") else 0
    return (
        "IPSEC(sa_request): ,\n"
        f"  (key eng. msg.) OUTBOUND local= {request.local}:500, remote= {request.peer}:500,\n"
        f"    local_proxy= {_proxy(request.local_selector)},\n"
        f"    remote_proxy= {_proxy(request.remote_selector)},\n"
        f"    protocol= ESP, transform= {configured_transform(transform)} ({mode}), \n"
        f"    lifedur= {request.lifetime_seconds}s and {request.lifetime_kilobytes}kb, \n"
        f"    spi= 0x0(0), conn_id= 0, keysize= {size or 0}, flags= 0x0"
    )


def _mapdb(local: Selector, remote: Selector) -> str:
    return (
        "Crypto mapdb : proxy_match\n"
        f"\tsrc addr     : {local.address}\n"
        f"\tdst addr     : {remote.address}\n"
        f"\tprotocol     : {local.protocol}\n"
        f"\tsrc port     : {local.port}\n"
        f"\tdst port     : {remote.port}"
    )


def _sa(child: ChildSa, destination: IPv4Address, spi: int) -> str:
    number = child.flow + (spi != child.inbound_spi or destination != child.local)
    return (
        f"  (sa) sa_dest= {destination}, sa_proto= 50, \n"
        f"    sa_spi= 0x{spi:X}({spi}), \n"
        f"    sa_trans= {configured_transform(child.transform)}, sa_conn_id= {number}\n"
        f"    sa_lifetime(k/sec)= ({child.lifetime_kilobytes}/{child.lifetime_seconds})"
    )
