"""What IOS shows of IKE and IPsec, line by line, before and after the tunnel comes up."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.ike.values import NatPath
from labkit.sim.model.facts import ALL_ONES, DeviceFacts, Dpd, IsakmpKey, IsakmpPolicy
from labkit.sim.net.ident import SaPair
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.crypto import engine, session
from labkit.sim.routers.ios.crypto.ipsec import page as ipsec
from labkit.sim.routers.ios.crypto.isakmp import page as isakmp
from labkit.sim.routers.ios.crypto.map import page as crypto_map
from tests.sim.net import facts as given
from tests.sim.net import tunnel
from tests.sim.net.tunnel import A, B
from tests.sim.routers.ios.show.reading import Read, line_with, text

BEFORE = """\

interface: GigabitEthernet0/1
    Crypto map tag: VPN-MAP, local addr 198.51.100.2

   protected vrf: (none)
   local  ident (addr/mask/prot/port): (172.16.1.0/255.255.255.0/0/0)
   remote ident (addr/mask/prot/port): (192.168.1.0/255.255.255.0/0/0)
   current_peer 198.51.100.1 port 500
     PERMIT, flags={origin_is_acl,}
    #pkts encaps: 0, #pkts encrypt: 0, #pkts digest: 0
    #pkts decaps: 0, #pkts decrypt: 0, #pkts verify: 0
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0
    #pkts not decompressed: 0, #pkts decompress failed: 0
    #send errors 0, #recv errors 0

     local crypto endpt.: 198.51.100.2, remote crypto endpt.: 198.51.100.1
     plaintext mtu 1500, path mtu 1500, ip mtu 1500, ip mtu idb GigabitEthernet0/1
     current outbound spi: 0x0(0)
     PFS (Y/N): N, DH group: none

     inbound esp sas:

     inbound ah sas:

     inbound pcp sas:

     outbound esp sas:

     outbound ah sas:

     outbound pcp sas:

"""


def with_map(**changes: object) -> DeviceFacts:
    return tunnel.with_entry(given.gateway(B), **changes)


def configured(told: DeviceFacts) -> Router:
    return tunnel.tunnel(b=told).network.router(B)


def pair_of(router: Router) -> SaPair:
    assert router.ipsec is not None
    current = router.ipsec.idents[0].current
    assert current is not None
    return current


# --------------------------------------------------------------------------- Phase 1


def test_an_established_sa_has_its_responder_first(gateway: Router) -> None:
    assert text(isakmp.sa(gateway)) == (
        "IPv4 Crypto ISAKMP SA\n"
        "dst             src             state          conn-id status\n"
        "198.51.100.1    198.51.100.2    QM_IDLE           1001 ACTIVE\n"
        "\nIPv6 Crypto ISAKMP SA\n\n"
    )


def test_without_an_sa_both_headers_remain(quiet: Router) -> None:
    assert text(isakmp.sa(quiet)) == (
        "IPv4 Crypto ISAKMP SA\n"
        "dst             src             state          conn-id status\n"
        "\nIPv6 Crypto ISAKMP SA\n\n"
    )


def test_a_deleted_sa_lingers_in_mm_no_state() -> None:
    stage = tunnel.up()
    router = stage.network.router(B)
    assert router.ipsec is not None
    router.ipsec.clear_isakmp()
    row = line_with(isakmp.sa(router), "MM_NO_STATE")
    assert row == "198.51.100.1    198.51.100.2    MM_NO_STATE       1001 ACTIVE (deleted)"


def test_an_sa_without_keys_has_connection_0() -> None:
    stage = tunnel.tunnel(a=given.gateway(A, crypto=False))
    stage.ping(B, tunnel.GW_A, tunnel.GW_B, count=1)
    row = line_with(isakmp.sa(stage.network.router(B)), "MM_")
    assert row == "198.51.100.1    198.51.100.2    MM_NO_STATE          0 ACTIVE"


def test_detail_names_suite_and_remaining_lifetime(gateway: Router) -> None:
    lines = list(isakmp.sa_detail(gateway))
    start = "1001  198.51.100.2    198.51.100.1           ACTIVE aes  sha256 psk  5  23:59:"
    assert line_with(lines, "ACTIVE").startswith(start)
    assert "       Engine-id:Conn-id =  SW:1" in lines
    assert lines[0] == "Codes: C - IKE configuration mode, D - Dead Peer Detection"


def test_detail_marks_dead_peer_detection_only_where_it_is_configured() -> None:
    router = tunnel.up(b=tunnel.with_ipsec(given.gateway(B), dpd=Dpd(10))).network.router(B)
    assert line_with(isakmp.sa_detail(router), "ACTIVE").endswith(" D  ")


def test_policies_are_spelt_out() -> None:
    policies = (
        IsakmpPolicy(10, "aes", 256, "sha512", "pre-share", 14, 3600),
        IsakmpPolicy(20, "3des", None, "md5", "rsa-sig", 2),
    )
    router = configured(tunnel.with_ipsec(given.gateway(B), policies=policies))
    assert text(isakmp.policy(router)) == (
        "\nGlobal IKE policy\n"
        "Protection suite of priority 10\n"
        "\tencryption algorithm:\tAES - Advanced Encryption Standard (256 bit keys).\n"
        "\thash algorithm:\t\tSecure Hash Standard 2 (512 bit)\n"
        "\tauthentication method:\tPre-Shared Key\n"
        "\tDiffie-Hellman group:\t#14 (2048 bit)\n"
        "\tlifetime:\t\t3600 seconds, no volume limit\n"
        "Protection suite of priority 20\n"
        "\tencryption algorithm:\tThree key triple DES\n"
        "\thash algorithm:\t\tMessage Digest 5\n"
        "\tauthentication method:\tRivest-Shamir-Adleman Signature\n"
        "\tDiffie-Hellman group:\t#2 (1024 bit)\n"
        "\tlifetime:\t\t86400 seconds, no volume limit\n"
    )


def test_a_wildcard_key_shows_its_mask() -> None:
    keys = (
        IsakmpKey("cisco-1", IPv4Address("193.200.200.1"), ALL_ONES),
        IsakmpKey("Cisco!23", IPv4Address(0), IPv4Address(0)),
    )
    router = configured(tunnel.with_ipsec(given.gateway(B), keys=keys))
    assert list(isakmp.key(router))[2:] == [
        "default      193.200.200.1                               cisco-1",
        "default      0.0.0.0        [0.0.0.0        ]            Cisco!23",
    ]


def test_a_peer_is_listed_while_it_has_an_sa(gateway: Router, quiet: Router) -> None:
    assert list(isakmp.peers(gateway)) == [
        "Peer: 198.51.100.1 Port: 500 Local: 198.51.100.2",
        " Phase1 id: 198.51.100.1",
    ]
    assert list(isakmp.peers(quiet)) == []


# --------------------------------------------------------------------------- Phase 2


def test_before_any_traffic_all_idents_are_there_with_nothing_in_them(quiet: Router) -> None:
    assert text(ipsec.sa(quiet)) == BEFORE


def test_an_initiator_shows_both_sas_with_flag_4000(gateway: Router) -> None:
    pair = pair_of(gateway)
    shown = text(ipsec.sa(gateway))
    spi = pair.child.inbound_spi
    left = pair.seconds_left(gateway.clock.now)
    assert (
        "     inbound esp sas:\n"
        f"      spi: 0x{spi:X}({spi})\n"
        "        transform: esp-256-aes esp-sha512-hmac ,\n"
        "        in use settings ={Tunnel, }\n"
        "        conn id: 1, flow_id: SW:1, sibling_flags 80004040, crypto map: VPN-MAP\n"
        f"        sa timing: remaining key lifetime (k/sec): (4607999/{left})\n"
        "        IV size: 16 bytes\n"
        "        replay detection support: Y\n"
        "        Status: ACTIVE(ACTIVE)\n"
        "\n     inbound ah sas:\n"
    ) in shown
    assert "    #pkts encaps: 4, #pkts encrypt: 4, #pkts digest: 4\n" in shown
    assert "    #send errors 1, #recv errors 0\n" in shown
    assert "     plaintext mtu 1422, path mtu 1500, ip mtu 1500," in shown
    assert f"     current outbound spi: 0x{pair.child.outbound_spi:X}(" in shown


def test_a_responder_shows_the_same_spis_the_other_way_and_no_flag_4000() -> None:
    stage = tunnel.up()
    router = stage.network.router(A)
    other = pair_of(stage.network.router(B))
    lines = list(ipsec.sa(router))
    assert f"      spi: 0x{other.child.outbound_spi:X}({other.child.outbound_spi})" in lines
    assert "sibling_flags 80000040," in line_with(lines, "conn id: 1,")


def test_detail_is_read_by_the_public_template(gateway: Router, read: Read) -> None:
    rows = read("show crypto ipsec sa detail", ipsec.sa(gateway, detail=True))
    assert [(row["sa_orientation"], row["sa_status"]) for row in rows] == [
        ("inbound", "ACTIVE(ACTIVE)"),
        ("outbound", "ACTIVE(ACTIVE)"),
    ]
    assert rows[0]["pkts_no_sa"] == "1" and rows[0]["pkts_decaps"] == "4"


def test_an_sa_list_can_be_narrowed_to_a_peer_or_an_interface(quiet: Router) -> None:
    none = "\nNo SAs found\n"
    assert text(ipsec.sa(quiet, peer=IPv4Address("198.51.100.1"))) == BEFORE
    assert text(ipsec.sa(quiet, peer=IPv4Address("198.51.100.9"))) == none
    assert text(ipsec.sa(quiet, interface="GigabitEthernet0/1")) == BEFORE
    assert text(ipsec.sa(quiet, interface="GigabitEthernet0/0")) == none


def test_without_a_map_there_are_no_sas() -> None:
    assert text(ipsec.sa(configured(given.gateway(B, crypto=False)))) == "\nNo SAs found\n"


def test_perfect_forward_secrecy_shows_its_group() -> None:
    stage = tunnel.up(a=tunnel.with_entry(given.gateway(A), pfs_group=14), b=with_map(pfs_group=14))
    lines = ipsec.sa(stage.network.router(B))
    assert line_with(lines, "PFS") == "     PFS (Y/N): Y, DH group: group14"


@pytest.mark.parametrize(
    ("cipher", "bits", "integrity", "shown"),
    [
        ("esp-aes", 128, "esp-sha-hmac", "esp-aes esp-sha-hmac "),
        ("esp-aes", 192, "esp-sha-hmac", "esp-192-aes esp-sha-hmac "),
        ("esp-aes", 256, "esp-sha512-hmac", "esp-256-aes esp-sha512-hmac "),
        ("esp-3des", None, "esp-md5-hmac", "esp-3des esp-md5-hmac "),
    ],
)
def test_a_transform_set_puts_the_key_length_inside_the_name(
    cipher: str, bits: int | None, integrity: str, shown: str
) -> None:
    told = replace(given.TSET, cipher=cipher, key_bits=bits, integrity=integrity)  # type: ignore[arg-type]
    router = configured(tunnel.with_ipsec(given.gateway(B), transform_sets=(told,)))
    assert text(ipsec.transform_set(router)) == (
        "Transform set default: { esp-aes esp-sha-hmac  }\n"
        "   will negotiate = { Transport,  },\n\n"
        f"Transform set TSET: {{ {shown} }}\n"
        "   will negotiate = { Tunnel,  },\n\n"
    )


def test_the_global_lifetime_is_one_line(quiet: Router) -> None:
    assert list(ipsec.security_association(quiet)) == [
        "Security association lifetime: 4608000 kilobytes/3600 seconds"
    ]


def test_a_nat_on_the_way_shows_port_4500_and_udp() -> None:
    router = tunnel.up().network.router(B)
    pair = pair_of(router)
    transform = replace(pair.child.transform, in_udp=True)
    path = NatPath(4500, 4500, local_behind_nat=True, peer_behind_nat=False)
    pair.child = replace(pair.child, transform=transform, nat_path=path)
    lines = list(ipsec.sa(router))
    assert "   current_peer 198.51.100.1 port 4500" in lines
    assert lines.count("        in use settings ={Tunnel UDP-Encaps, }") == 2


# --------------------------------------------------------------------------- crypto map


def test_an_applied_map_shows_its_list_its_peer_and_its_interface(quiet: Router) -> None:
    assert text(crypto_map.show(quiet)) == (
        'Crypto Map IPv4 "VPN-MAP" 100 ipsec-isakmp\n'
        "\tPeer = 198.51.100.1\n"
        "\tExtended IP access list VPN-TRAFFIC\n"
        "\t    access-list VPN-TRAFFIC permit ip "
        "172.16.1.0 0.0.0.255 192.168.1.0 0.0.0.255\n"
        "\tCurrent peer: 198.51.100.1\n"
        "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
        "\tResponder-Only (Y/N): N\n"
        "\tPFS (Y/N): N\n"
        "\tMixed-mode : Disabled\n"
        "\tTransform sets={\n"
        "\t\tTSET:  { esp-256-aes esp-sha512-hmac  } ,\n"
        "\t}\n"
        "\tInterfaces using crypto map VPN-MAP:\n"
        "\t\tGigabitEthernet0/1\n"
        "\tInterfaces using crypto map NiStTeSt1:\n"
    )


def test_a_map_that_is_not_applied_has_no_current_peer() -> None:
    told = given.with_interface(given.gateway(B), given.WAN, crypto_map=None)
    lines = list(crypto_map.show(configured(told)))
    assert not any("Current peer" in line for line in lines)
    assert lines[-2:] == [
        "\tInterfaces using crypto map VPN-MAP:",
        "\tInterfaces using crypto map NiStTeSt1:",
    ]


def test_an_entry_without_an_access_list_warns() -> None:
    lines = list(crypto_map.show(configured(with_map(acl=None))))
    assert lines[1:3] == [
        "\tWARNING: This crypto map is in an incomplete state!",
        "\t\t(missing peer or access-list definitions)",
    ]
    assert "\tNo matching address list set." in lines


def test_a_mask_typed_as_a_wildcard_is_seen_in_the_map() -> None:
    wrong = given.Wildcard(IPv4Address(0), IPv4Address("255.255.255.0"))
    ace = replace(given.gateway(B).acls[0].entries[0], source=wrong, destination=wrong)
    lines = crypto_map.show(configured(tunnel.with_acl(given.gateway(B), ace)))
    assert "permit ip 0.0.0.0 255.255.255.0 0.0.0.0 255.255.255.0" in text(lines)


def test_a_map_can_be_asked_for_by_name(quiet: Router) -> None:
    assert list(crypto_map.show(quiet, "VPN-MAP")) == list(crypto_map.show(quiet))
    assert list(crypto_map.show(quiet, "OTHER")) == ["No crypto maps found."]


# --------------------------------------------------------------------------- session


def test_a_session_with_both_phases_is_up_active(gateway: Router) -> None:
    assert text(session.session(gateway)) == (
        "Crypto session current status\n\n"
        "Interface: GigabitEthernet0/1\n"
        "Session status: UP-ACTIVE     \n"
        "Peer: 198.51.100.1 port 500 \n"
        "  Session ID: 0  \n"
        "  IKEv1 SA: local 198.51.100.2/500 remote 198.51.100.1/500 Active \n"
        "  IPSEC FLOW: permit ip 172.16.1.0/255.255.255.0 192.168.1.0/255.255.255.0 \n"
        "        Active SAs: 2, origin: crypto map\n\n"
    )


def test_a_session_without_traffic_is_down(quiet: Router) -> None:
    lines = list(session.session(quiet))
    assert lines[3:5] == ["Session status: DOWN", "Peer: 198.51.100.1 port 500 "]
    assert lines[6] == "        Active SAs: 0, origin: crypto map"


def status(stage: tunnel.Stage) -> str:
    lines = session.session(stage.network.router(B))
    return line_with(lines, "Session status: ").split()[2]


def test_a_session_tells_which_half_is_missing() -> None:
    stage = tunnel.up()
    engine = tunnel.engine(stage, B)
    engine.clear_isakmp()
    assert status(stage) == "UP-NO-IKE"
    stage = tunnel.up()
    tunnel.engine(stage, B).clear_sas()
    assert status(stage) == "UP-IDLE"
    stage = tunnel.tunnel(a=given.gateway(A, crypto=False))
    stage.ping(B, tunnel.GW_A, tunnel.GW_B, count=1)
    assert status(stage) == "DOWN-NEGOTIATING"


def test_session_detail_is_read_by_the_public_template(gateway: Router, read: Read) -> None:
    rows = read("show crypto session detail", session.session(gateway, detail=True))
    assert len(rows) == 1
    row = rows[0]
    assert row["session_status"] == "UP-ACTIVE" and row["ikev1_status"] == "Active"
    assert (row["conn_id"], row["active_sa"], row["phase1_id"]) == ("1001", "2", "198.51.100.1")


def test_the_engine_counts_each_sa_by_its_own_number(gateway: Router) -> None:
    assert list(engine.engine_connections(gateway))[2:] == [
        "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address",
        "    1  IPsec   AES256+SHA512             0        4        4 198.51.100.2",
        "    2  IPsec   AES256+SHA512             4        0        0 198.51.100.2",
        " 1001  IKE     SHA256+AES                0        0        0 198.51.100.2",
        "",
    ]
