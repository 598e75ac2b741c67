"""The parsers, on our own output over both transports and on what real routers printed."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from labkit.course.observer import InProcess, Observer, OverSsh
from labkit.course.parsers import devices, ipsec, isakmp, provider, routing
from labkit.sim import Lab

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
LAN_A, LAN_B = IPv4Network("192.168.1.0/24"), IPv4Network("172.16.1.0/24")


@pytest.fixture(scope="module", params=["in process", "over SSH"])
def observer(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Observer]:
    with Lab("tunnel", capture_dir=tmp_path_factory.mktemp("captures")) as lab:
        if request.param == "in process":
            yield InProcess(lab)
            return
        made = OverSsh.of(lab.serve())
        yield made
        made.close()


@pytest.fixture(scope="session")
def samples(repository: Path) -> Path:
    """What real routers printed, beside the clone and not in it."""
    folder = repository.parent / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("the folder of real samples is not beside the clone")
    return folder


def test_isakmp(observer: Observer) -> None:
    (sa,) = isakmp.isakmp_sas(observer.run(B, "show crypto isakmp sa"))
    assert (sa.dst, sa.src, sa.state, sa.conn_id) == ("192.0.2.28", "198.51.100.2", "QM_IDLE", 1001)
    assert sa.with_peer("192.0.2.28") and not sa.deleted
    (detail,) = isakmp.isakmp_details(observer.run(B, "show crypto isakmp sa detail"))
    assert (detail.encryption, detail.hash, detail.group) == ("aes", "sha256", 5)
    (policy,) = isakmp.isakmp_policies(observer.run(B, "show crypto isakmp policy"))
    assert policy == isakmp.IsakmpPolicy(10, "aes 128", "sha256", "pre-share", 5, 86400)
    (key,) = isakmp.isakmp_keys(observer.run(B, "show crypto isakmp key"))
    assert (key.address, key.key) == ("192.0.2.28", "WowWhatAPassword!")


def test_ipsec(observer: Observer) -> None:
    (flow,) = ipsec.ipsec_flows(observer.run(B, "show crypto ipsec sa"))
    (there,) = ipsec.ipsec_flows(observer.run(A, "show crypto ipsec sa"))
    assert (flow.local, flow.remote, flow.peer) == (LAN_B, LAN_A, "192.0.2.28")
    assert (flow.encaps, flow.decaps, flow.send_errors) == (4, 4, 1)
    assert flow.up and flow.mode == "tunnel" and flow.plaintext_mtu == 1422
    assert flow.outbound_spis == there.inbound_spis
    assert flow.transform == "esp-256-aes esp-sha512-hmac"
    default, tset = ipsec.transform_sets(observer.run(B, "show crypto ipsec transform-set"))
    assert default.name == "default"
    assert (tset.transforms, tset.mode) == (("esp-256-aes", "esp-sha512-hmac"), "tunnel")
    (entry,) = ipsec.crypto_maps(observer.run(B, "show crypto map"))
    assert (entry.name, entry.sequence, entry.peers) == ("VPN-MAP", 100, ("192.0.2.28",))
    assert (entry.acl, entry.transform_sets) == ("VPN-TRAFFIC", ("TSET",))
    assert entry.interfaces == ("GigabitEthernet0/1",)


def test_access_lists(observer: Observer) -> None:
    (ace,) = ipsec.access_lists(observer.run(B, "show access-lists"))["VPN-TRAFFIC"]
    assert ace.names() == ("permit", "ip", "172.16.1.0 0.0.0.255", "192.168.1.0 0.0.0.255")
    assert ace.matches == 5


@pytest.mark.parametrize(
    ("line", "names", "rest"),
    [
        ("permit tcp any eq telnet host 10.0.0.1 log", ("tcp", "any", "host 10.0.0.1"),
         "eq telnet log"),
        ("deny   udp 10.0.0.0 0.0.0.255 any eq 50", ("udp", "10.0.0.0 0.0.0.255", "any"), "eq 50"),
    ],
)  # fmt: skip
def test_lines_of_access_lists(line: str, names: tuple[str, ...], rest: str) -> None:
    text = f"Extended IP access list X\n    10 {line} (1 match)"
    (ace,) = ipsec.access_lists(text)["X"]
    assert (ace.names()[1:], ace.rest, ace.matches) == (names, rest, 1)


def test_routes(observer: Observer) -> None:
    found = routing.ip_routes(observer.run(B, "show ip route"))
    over_both = routing.best(found, "10.15.15.15")
    assert over_both is not None and over_both.code == "B"
    assert set(over_both.next_hops) == {"198.51.100.1", "203.0.113.1"}
    subnetted = routing.best(found, "192.0.2.28")
    assert subnetted is not None and subnetted.prefix == IPv4Network("192.0.2.24/29")
    assert routing.best(found, "8.8.8.8") is None
    text = observer.run(B, "show ip cef exact-route 172.16.1.10 192.168.1.10")
    exact = routing.exact_route(text)
    assert exact is not None
    assert (exact.interface, exact.next_hop) == ("GigabitEthernet0/1", "198.51.100.1")


def test_service_routes(observer: Observer) -> None:
    found = {
        str(each.prefix): (each.protocol, each.next_hop)
        for each in routing.service_routes(observer.run("R2", "show router 100 route-table"))
    }
    assert found == {
        "10.15.15.0/24": ("Static", "192.0.2.28"),
        "10.16.16.0/24": ("BGP VPN", "10.10.10.6"),
        "192.0.2.24/29": ("Local", "toCustomerSiteA"),
        "198.51.100.0/24": ("BGP VPN", "10.10.10.6"),
        "203.0.113.0/24": ("BGP VPN", "10.10.10.5"),
    }


def test_bgp(observer: Observer) -> None:
    peers = routing.ios_peers(observer.run(B, "show ip bgp summary"))
    assert [(p.address, p.established) for p in peers] == [
        ("198.51.100.1", True),
        ("203.0.113.1", True),
    ]
    paths = routing.ios_paths(observer.run(B, "show ip bgp"))
    loopback = [each for each in paths if str(each.prefix) == "10.15.15.0/24"]
    assert [p.next_hop for p in loopback] == ["203.0.113.1", "198.51.100.1"]
    own = next(each for each in paths if str(each.prefix) == "10.16.16.0/24")
    assert own.next_hop == "0.0.0.0"
    (customer,) = routing.sros_peers(observer.run("R6", "show router 100 bgp summary"))
    assert (customer.address, customer.established) == ("198.51.100.2", True)
    core = routing.sros_peers(observer.run("R2", "show router bgp summary"))
    assert [p.address for p in core] == ["10.10.10.3", "10.10.10.5", "10.10.10.6"]


def test_vrrp(observer: Observer) -> None:
    (master,) = provider.vrrp_instances(observer.run("R2", "show router 100 vrrp instance"))
    assert (master.state, master.priority, master.backup) == ("Master", 201, ("192.0.2.25",))
    (backup,) = provider.vrrp_instances(observer.run("R3", "show router 100 vrrp instance"))
    assert (backup.vrid, backup.state, backup.priority) == (101, "Backup", 100)
    assert provider.vrrp_instances(observer.run("R1", "show router 100 vrrp instance")) == []


def test_services(observer: Observer) -> None:
    sdps = provider.sdps(observer.run("R1", "show service sdp"))
    assert [(each.id, each.far_end, each.oper) for each in sdps][:2] == [
        (12, "10.10.10.2", "Up"),
        (13, "10.10.10.3", "Up"),
    ]
    here = provider.bindings(observer.run("R1", "show service id 101 sdp"))
    there = provider.bindings(observer.run("R2", "show service id 101 sdp"))
    assert [each.id for each in here] == ["12:101", "13:101"]
    assert here[0].egress_label == there[0].ingress_label is not None


def test_mirror(observer: Observer) -> None:
    source = provider.mirror_dest(observer.run("R6", "show mirror mirror-dest 200"))
    assert source is not None
    assert (source.sdps, source.ports, source.oper) == (("61:200",), ("1/1/1",), "Up")
    end = provider.mirror_dest(observer.run("R1", "show mirror mirror-dest 200"))
    assert end is not None
    assert (end.sap, end.remote_sources, end.ports) == ("1/1/3", ("10.10.10.6",), ())
    assert provider.mirror_dest(observer.run("R2", "show mirror mirror-dest 200")) is None
    (copied,) = provider.mirror_sources(observer.run("R6", "show debug"))
    assert (copied.service, copied.port, copied.ways) == (200, "1/1/1", ("egress", "ingress"))


def test_interfaces(observer: Observer) -> None:
    found = devices.ios_interfaces(observer.run(B, "show ip interface brief"))
    assert [each.name for each in found if each.up] == [
        "GigabitEthernet0/0",
        "GigabitEthernet0/1",
        "GigabitEthernet0/2",
        "Loopback0",
    ]
    (vpn,) = devices.sros_interfaces(observer.run("R2", "show router 100 interface"))
    assert (vpn.name, vpn.address, vpn.up) == ("toCustomerSiteA", "192.0.2.26/29", True)


def test_logs(observer: Observer) -> None:
    found = devices.ios_log(observer.run(B, "show logging"))
    assert any(each.startswith("%CRYPTO-6-ISAKMP_ON_OFF: ") for each in found)
    sros = devices.sros_log(observer.run("R2", "show log log-id 99"))
    assert any("changed state to master" in each for each in sros)


@pytest.mark.parametrize(
    ("device", "command", "sent", "received", "marks"),
    [
        (B, "ping 192.168.1.1 source GigabitEthernet0/0", 5, 5, "!!!!!"),
        (B, "ping 192.168.9.1 repeat 3", 3, 0, "..."),
        ("R2", "ping router 100 192.0.2.28 count 2", 2, 2, ""),
        ("R2", "ping router 100 192.0.2.29 count 2", 2, 0, ""),
        ("PC-B", "ping -c 3 192.168.1.10", 3, 3, ""),
        ("PC-B", "ping -c 2 172.16.1.99", 2, 0, ""),
    ],
)
def test_pings(
    observer: Observer, device: str, command: str, sent: int, received: int, marks: str
) -> None:
    found = devices.ping(observer.run(device, command))
    assert found is not None
    assert (found.sent, found.received, found.marks) == (sent, received, marks)


def test_a_refused_ping_has_no_result(observer: Observer) -> None:
    assert devices.ping(observer.run(B, "ping 192.168.1.1 sauce Loopback0")) is None


# ---- what real routers printed


def test_a_real_isakmp_sa(samples: Path) -> None:
    (sa,) = isakmp.isakmp_sas((samples / "show_crypto_isakmp_sa.txt").read_text())
    assert (sa.dst, sa.src, sa.state, sa.status) == (
        "203.0.113.1",
        "203.0.113.10",
        "QM_IDLE",
        "ACTIVE",
    )


def test_a_real_crypto_map(samples: Path) -> None:
    (entry,) = ipsec.crypto_maps((samples / "show_crypto_map.txt").read_text())
    assert (entry.name, entry.sequence, entry.acl) == ("MY-CRYPTO", 10, "TO-CRYPT")
    assert entry.peers == ("193.200.200.1",)
    assert entry.transform_sets == ("STRONG",)
    assert entry.interfaces == () and not entry.pfs


def test_a_real_ipsec_sa(samples: Path) -> None:
    (flow,) = ipsec.ipsec_flows((samples / "show_crypto_ipsec_sa.txt").read_text())
    assert (str(flow.local), str(flow.remote)) == ("10.1.1.0/24", "10.2.2.0/24")
    assert (flow.encaps, flow.decaps, flow.plaintext_mtu) == (4, 4, 1438)
    assert (flow.inbound_spis, flow.outbound_spis) == (("0x2c166963",), ("0x91ea7096",))
    assert flow.transform == "esp-aes esp-sha-hmac"
