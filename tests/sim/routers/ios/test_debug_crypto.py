"""What `debug crypto` and the log say about a negotiation, right or wrong, and at which end."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.ike import events as ike
from labkit.sim.model.facts import DeviceFacts, IsakmpKey, IsakmpPolicy, TransformSet
from labkit.sim.net.clock import SECOND
from labkit.sim.routers.ios.crypto.ipsec import debug as ipsec_debug
from labkit.sim.routers.ios.crypto.isakmp import debug as phase_1
from labkit.sim.routers.ios.crypto.isakmp import debug_quick_mode as quick_mode
from labkit.sim.routers.ios.log import debugging, messages
from tests.sim.net import facts as given
from tests.sim.net import tunnel
from tests.sim.net.stage import Stage
from tests.sim.net.tunnel import A, B, with_acl, with_entry, with_ipsec

BOTH = {"crypto isakmp", "crypto ipsec"}
ENDS_AT_A = "(local 198.51.100.1 remote 198.51.100.2)"


class Heard:
    """Everything that both gateways' debugs and logs say while B pings A."""

    def __init__(self, count: int = 1, **changed: DeviceFacts) -> None:
        self.stage: Stage = tunnel.tunnel(**changed)
        self.debug: dict[str, list[str]] = {A: [], B: []}
        self.log: dict[str, list[str]] = {A: [], B: []}
        for name in (A, B):
            self.stage[name].subscribe(lambda time, event, name=name: self._hear(name, event))
        self.marks = self.stage.ping(B, tunnel.GW_A, tunnel.GW_B, count=count)

    def _hear(self, name: str, event: object) -> None:
        self.debug[name] += debugging.crypto_lines(event, BOTH)
        self.log[name] += messages.lines(event)

    def steps(self, name: str) -> list[str]:
        """The states a negotiation went through, as printed."""
        return [line.strip() for line in self.debug[name] if "Old State = " in line]

    def said(self, name: str, part: str) -> int:
        return sum(part in line for line in self.debug[name])


@pytest.fixture(scope="module")
def success() -> Heard:
    return Heard()


def change(name: str, **changes: object) -> DeviceFacts:
    return with_ipsec(given.gateway(name), **changes)


# --------------------------------------------------------------------------- success


def test_an_initiator_walks_through_main_mode_and_quick_mode(success: Heard) -> None:
    states = [line.split("New State = ")[1] for line in success.steps(B)]
    assert states == [
        "IKE_I_MM1", "IKE_I_MM2", "IKE_I_MM2", "IKE_I_MM3", "IKE_I_MM4", "IKE_I_MM4", "IKE_I_MM5",
        "IKE_I_MM6", "IKE_I_MM6", "IKE_P1_COMPLETE", "IKE_QM_I_QM1", "IKE_P1_COMPLETE",
        "IKE_QM_PHASE2_COMPLETE",
    ]  # fmt: skip


def test_a_responder_walks_through_them_too(success: Heard) -> None:
    states = [line.split("New State = ")[1] for line in success.steps(A)]
    assert states == [
        "IKE_R_MM1", "IKE_R_MM1", "IKE_R_MM2", "IKE_R_MM3", "IKE_R_MM3", "IKE_R_MM4", "IKE_R_MM5",
        "IKE_R_MM5", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE", "IKE_QM_SPI_STARVE", "IKE_QM_R_QM2",
        "IKE_QM_PHASE2_COMPLETE",
    ]  # fmt: skip


def test_what_starts_it_is_printed_in_order(success: Heard) -> None:
    wanted = [
        "IPSEC(sa_request): ,",
        "ISAKMP:(0): SA request profile is (NULL)",
        "ISAKMP: Created a peer struct for 198.51.100.1, peer port 500",
        "ISAKMP: local port 500, remote port 500",
        "ISAKMP:(0):Can not start Aggressive mode, trying Main mode.",
        "ISAKMP:(0):found peer pre-shared key matching 198.51.100.1",
        "ISAKMP:(0): constructed NAT-T vendor-rfc3947 ID",
        "ISAKMP:(0):Input = IKE_MESG_FROM_IPSEC, IKE_SA_REQ_MM",
        "ISAKMP:(0):Old State = IKE_READY  New State = IKE_I_MM1 \n",
        "ISAKMP:(0): beginning Main Mode exchange",
        "ISAKMP:(0): sending packet to 198.51.100.1 my_port 500 peer_port 500 (I) MM_NO_STATE",
        "ISAKMP:(0):Sending an IKE IPv4 Packet.",
        "ISAKMP (0): received packet from 198.51.100.1 dport 500 sport 500 Global (I) MM_NO_STATE",
    ]
    heads = [line if "Old State" in line else line.split("\n")[0] for line in success.debug[B]]
    assert [line for line in heads if line in wanted][: len(wanted)] == wanted


def test_a_request_names_proxies_transform_and_lifetimes(success: Heard) -> None:
    assert success.debug[B][0].split("\n")[1:] == [
        "  (key eng. msg.) OUTBOUND local= 198.51.100.2:500, remote= 198.51.100.1:500,",
        "    local_proxy= 172.16.1.0/255.255.255.0/256/0,",
        "    remote_proxy= 192.168.1.0/255.255.255.0/256/0,",
        "    protocol= ESP, transform= esp-aes 256 esp-sha512-hmac  (Tunnel), ",
        "    lifedur= 3600s and 4608000kb, ",
        "    spi= 0x0(0), conn_id= 0, keysize= 256, flags= 0x0",
    ]


def test_the_offer_is_read_out(success: Heard) -> None:
    at = success.debug[A].index("ISAKMP:(0):Checking ISAKMP transform 1 against priority 10 policy")
    assert success.debug[A][at + 1 : at + 9] == [
        "ISAKMP:      encryption AES-CBC",
        "ISAKMP:      keylength of 128",
        "ISAKMP:      hash SHA256",
        "ISAKMP:      default group 5",
        "ISAKMP:      auth pre-share",
        "ISAKMP:      life type in seconds",
        "ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80 ",
        "ISAKMP:(0):atts are acceptable. Next payload is 0",
    ]


def test_the_esp_proposal_is_read_out(success: Heard) -> None:
    at = success.debug[A].index("ISAKMP: transform 1, ESP_AES ")
    assert success.debug[A][at + 1 : at + 9] == [
        "ISAKMP:   attributes in transform:",
        "ISAKMP:      encaps is 1 (Tunnel)",
        "ISAKMP:      SA life type in seconds",
        "ISAKMP:      SA life duration (basic) of 3600",
        "ISAKMP:      SA life type in kilobytes",
        "ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0 ",
        "ISAKMP:      authenticator is HMAC-SHA512",
        "ISAKMP:      key length is 256",
    ]


def test_each_end_creates_two_sas_and_authenticates_the_other(success: Heard) -> None:
    for name, peer in ((A, "198.51.100.2"), (B, "198.51.100.1")):
        assert success.said(name, "IPSEC(create_sa): sa created,") == 2
        assert success.said(name, "SA authentication status:\n\tauthenticated") == 1
        assert success.said(name, f"SA has been authenticated with {peer}") == 1
    assert success.log[A] == success.log[B] == []


def in_order(lines: list[str], wanted: list[str]) -> None:
    """Each line of `wanted` begins a message, in this order, maybe with others between."""
    rest = iter(lines)
    for each in wanted:
        assert any(line.startswith(each) for line in rest), each


def test_the_initiator_reads_message_6_before_it_logs_that_it_came(success: Heard) -> None:
    """The order of a debug of IOS (XE) 17 and of IOS 12.4, both published: only this message."""
    in_order(
        success.debug[B],
        [
            "ISAKMP:(1001):Old State = IKE_I_MM4  New State = IKE_I_MM5",
            "ISAKMP (1001): received packet",
            "ISAKMP:(1001): processing ID payload. message ID = 0",
            "ISAKMP:(0):: peer matches *none* of the profiles",
            "ISAKMP:(1001): processing HASH payload. message ID = 0",
            "ISAKMP:(1001):SA authentication status:",
            "ISAKMP: Trying to insert a peer",
            "ISAKMP:(1001):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH",
            "ISAKMP:(1001):Old State = IKE_I_MM5  New State = IKE_I_MM6",
        ],
    )


def test_the_key_is_found_again_and_vendor_ids_are_read_twice(success: Heard) -> None:
    in_order(
        success.debug[A],
        [
            "ISAKMP:(0): processing SA payload. message ID = 0",
            "ISAKMP:(0): vendor ID is NAT-T v2",
            "ISAKMP:(0):found peer pre-shared key matching 198.51.100.2",
            "ISAKMP:(0): local preshared key found",
            "ISAKMP : Scanning profiles for xauth ...",
            "ISAKMP:(0):Checking ISAKMP transform 1 against priority 10 policy",
            "ISAKMP:(0)::Started lifetime timer: 86400.",
            "ISAKMP:(0): vendor ID is NAT-T v2",
            "ISAKMP:(0): constructed NAT-T vendor-rfc3947 ID",
            "ISAKMP:(0): sending packet to 198.51.100.2 my_port 500 peer_port 500 (R) MM_SA_SETUP",
            "ISAKMP:(0): processing NONCE payload. message ID = 0",
            "ISAKMP:(0):found peer pre-shared key matching 198.51.100.2",
            "ISAKMP:(1001): processing vendor id payload",
        ],
    )


def test_a_responder_creates_sas_before_it_answers_and_enables_outbound_at_last(
    success: Heard,
) -> None:
    in_order(
        success.debug[A],
        [
            "ISAKMP: set new node ",
            "ISAKMP:(1001): processing SA payload. message ID = ",
            "ISAKMP:(1001):atts are acceptable.",
            "IPSEC(validate_proposal_request): proposal part #1,",
            "ISAKMP:(1001): processing NONCE payload. message ID = ",
            "ISAKMP:(1001): processing ID payload. message ID = ",
            "ISAKMP:(1001):QM Responder gets spi",
            "ISAKMP:(1001):Old State = IKE_QM_READY  New State = IKE_QM_SPI_STARVE",
            "ISAKMP:(1001): Creating IPSec SAs",
            "ISAKMP:(1001): sending packet to 198.51.100.2",
            "ISAKMP:(1001):Old State = IKE_QM_SPI_STARVE  New State = IKE_QM_R_QM2",
            "IPSEC(create_sa): sa created,",
            "IPSEC(create_sa): sa created,",
            "ISAKMP (1001): received packet",
            "ISAKMP:(1001):deleting node ",
            "ISAKMP:(1001):Old State = IKE_QM_R_QM2  New State = IKE_QM_PHASE2_COMPLETE",
            "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP",
            "IPSEC(update_current_outbound_sa): updated peer 198.51.100.2",
        ],
    )


def test_the_connection_ids_of_created_sas_are_those_that_show_prints(success: Heard) -> None:
    created = [line for line in success.debug[B] if line.startswith("IPSEC(create_sa)")]
    ids = [line.split("sa_conn_id= ")[1].split("\n")[0] for line in created]
    (pair,) = (pair for ident in tunnel.engine(success.stage, B).idents for pair in ident.pairs)
    assert ids == [str(pair.inbound_id), str(pair.outbound_id)] == ["1", "2"]


def test_a_refused_proposal_is_given_up_before_its_other_payloads_are_read() -> None:
    heard = Heard(a=change(A, transform_sets=(TransformSet("TSET", "esp-3des", None, None),)))
    in_order(
        heard.debug[A],
        [
            "ISAKMP:(1001):atts are acceptable.",
            "IPSEC(ipsec_process_proposal): transform proposal not supported",
            "ISAKMP:(1001): IPSec policy invalidated proposal with error 256",
            "ISAKMP:(1001): phase 2 SA policy not acceptable!",
            "ISAKMP: set new node ",
            "ISAKMP:(1001):Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3",
            "ISAKMP:(1001):purging node ",
            "ISAKMP:(1001):deleting node ",
            "ISAKMP:(1001):Old State = IKE_QM_READY  New State = IKE_QM_READY",
        ],
    )
    last = heard.debug[A].index("ISAKMP:(1001):atts are acceptable.")
    assert not [line for line in heard.debug[A][last:] if "NONCE payload" in line]


def test_each_flag_brings_its_own_lines_only() -> None:
    stage = tunnel.up()
    heard = stage.events[B]
    isakmp = [line for each in heard for line in debugging.crypto_lines(each, {"crypto isakmp"})]
    ipsec = [line for each in heard for line in debugging.crypto_lines(each, {"crypto ipsec"})]
    assert isakmp and not any("IPSEC(" in line for line in isakmp)
    assert ipsec and not any(line.startswith("ISAKMP") for line in ipsec)
    assert not [line for each in heard for line in debugging.crypto_lines(each, set())]


# --------------------------------------------------------------------------- Phase 1 fails


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (replace(given.POLICY, encryption="3des", key_bits=None), "Encryption algorithm offered"),
        (replace(given.POLICY, key_bits=256), "Proposed key length does not match policy"),
        (replace(given.POLICY, hash="sha"), "Hash algorithm offered does not match policy!"),
        (replace(given.POLICY, group=14), "Diffie-Hellman group offered does not match policy!"),
        (replace(given.POLICY, authentication="rsa-sig"), "authentication offered"),
    ],
)
def test_the_responder_alone_names_the_attribute_that_differs(
    policy: IsakmpPolicy, words: str
) -> None:
    heard = Heard(a=change(A, policies=(policy,)))
    assert heard.said(A, words) == 1
    assert f"ISAKMP:(0): phase 1 SA policy not acceptable! {ENDS_AT_A}" in heard.debug[A]
    assert heard.said(A, "atts are not acceptable. Next payload is 0") == 1
    assert heard.said(A, "no offers accepted!") == 1
    assert heard.said(B, "does not match policy") == 0
    assert heard.log[A] == heard.log[B] == []


def test_an_initiator_without_an_answer_counts_its_retransmissions() -> None:
    heard = Heard(a=given.gateway(A, crypto=False))
    heard.stage.wait(25 * SECOND)
    assert "ISAKMP:(0): retransmitting phase 1 MM_NO_STATE..." in heard.debug[B]
    counts = [line for line in heard.debug[B] if "incrementing error counter" in line]
    assert counts[1] == (
        "ISAKMP (0): incrementing error counter on sa, attempt 2 of 5: retransmit phase 1"
    )
    heard.stage.wait(60 * SECOND)
    assert heard.said(B, 'deleting SA reason "Death by retransmission P1" state (I)') == 1


def test_a_wrong_key_is_logged_by_the_responder_and_retransmitted_by_the_initiator() -> None:
    keys = (IsakmpKey("another", given.B_WAN),)
    heard = Heard(a=change(A, keys=keys))
    heard.stage.wait(15 * SECOND)
    assert heard.log[A][0] == (
        "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 198.51.100.2 "
        "failed its sanity check or is malformed"
    )
    assert heard.log[B] == []
    assert heard.said(B, "retransmitting phase 1 MM_KEY_EXCH...") == 1


def test_a_key_for_another_address_stops_the_initiator_at_once() -> None:
    keys = (IsakmpKey("WowWhatAPassword!", IPv4Address("198.51.100.9")),)
    heard = Heard(b=change(B, keys=keys))
    assert "ISAKMP:(0):No pre-shared key with 198.51.100.1!" in heard.debug[B]
    assert heard.said(B, "Can not start Main mode") == 1
    assert heard.said(B, "sending packet") == 0


def test_a_responder_without_a_key_refuses_preshared_authentication() -> None:
    heard = Heard(a=change(A, keys=()))
    assert heard.said(A, "Preshared authentication offered but does not match policy!") == 1


# --------------------------------------------------------------------------- Phase 2 fails


def refused(heard: Heard, error: int | None) -> None:
    """Phase 2 was refused at A, and B heard so."""
    at = "ISAKMP:(1001):"
    if error is not None:
        assert f"{at} IPSec policy invalidated proposal with error {error}" in heard.debug[A]
    assert f"{at} phase 2 SA policy not acceptable! {ENDS_AT_A}" in heard.debug[A]
    assert heard.said(A, "Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3\n\tspi ") == 1
    assert heard.said(A, 'error TRUE reason "QM rejected"') == 1
    assert heard.said(B, "processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3\n\tspi ") == 1
    assert heard.said(B, 'error TRUE reason "Delete Larval"') == 1
    assert heard.log[A] == [
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 198.51.100.2"
    ]
    assert heard.log[B] == []


def test_another_transform_set_is_error_256() -> None:
    other = TransformSet("TSET", "esp-aes", 128, "esp-sha-hmac")
    heard = Heard(a=change(A, transform_sets=(other,)))
    refused(heard, 256)
    assert heard.said(
        A, "transform proposal not supported for identity: \n    {esp-aes 256 esp-sha512-hmac }"
    )


def test_access_lists_that_are_no_mirror_images_are_error_32() -> None:
    entry = given.permit(10, "192.168.1.0/24", "172.16.99.0/24")
    heard = Heard(a=with_acl(given.gateway(A), entry))
    refused(heard, 32)
    assert "map_db_find_best did not find matching map" in heard.debug[A]
    assert heard.said(A, "IPSEC(ipsec_process_proposal): proxy identities not supported") == 1


def test_a_map_on_another_interface_makes_the_local_address_invalid() -> None:
    told = given.with_interface(given.gateway(A), given.WAN, crypto_map=None)
    told = given.with_interface(told, given.LAN, crypto_map="VPN-MAP")
    heard = Heard(a=told)
    refused(heard, None)
    assert heard.said(A, "invalid local address 198.51.100.1") == 1


def test_an_entry_for_another_peer_finds_no_map() -> None:
    refused(Heard(a=with_entry(given.gateway(A), peers=(IPv4Address("198.51.100.9"),))), 32)


# --------------------------------------------------------------------------- the end


def test_clearing_tells_the_peer_which_sas_to_forget() -> None:
    heard = Heard()
    tunnel.engine(heard.stage, B).clear_sas()
    heard.stage.wait(SECOND)
    assert heard.said(A, "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP") == 1
    assert heard.said(A, "IPSEC(delete_sa): deleting SA,") == 2
    assert heard.said(B, "IPSEC(delete_sa): deleting SA,") == 2


def test_every_event_of_the_machine_can_be_rendered() -> None:
    """A new kind of event is at least thought of: silent ones are listed here."""
    silent = {
        "Event",
        "KeysDerived",
        "Dropped",
        "PolicyMissing",
        "AuthenticationFailed",
        "RekeyDue",
    }
    texts = [inspect.getsource(module) for module in (phase_1, quick_mode, ipsec_debug)]
    told = {name for text in texts for name in re.findall(r"case (\w+)\(", text)}
    kinds = {
        kind.__name__
        for kind in vars(ike).values()
        if isinstance(kind, type) and issubclass(kind, ike.Event)
    }
    assert kinds - told == silent
