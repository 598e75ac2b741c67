"""IS-IS LSPs against scapy, which knows the format and the checksum by itself."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from scapy.contrib import isis

from labkit.wire.isis_lsp import LinkStatePdu

LSP = LinkStatePdu(
    bytes.fromhex("010010010006"),
    7,
    1140,
    bytes.fromhex("490001"),
    "R6",
    (IPv4Address("10.10.10.6"), IPv4Address("10.0.26.2")),
    ((bytes.fromhex("010010010002"), 10), (bytes.fromhex("010010010005"), 100)),
    ((IPv4Network("10.10.10.6/32"), 0), (IPv4Network("10.0.26.0/30"), 10)),
)


def test_scapy_reads_every_field_back() -> None:
    header = isis.ISIS_CommonHdr(LSP.encode())
    pdu = header[isis.ISIS_L2_LSP]
    assert (pdu.lspid, pdu.seqnum, pdu.lifetime) == ("0100.1001.0006.00-00", 7, 1140)
    assert pdu.pdulength == len(LSP.encode())
    assert pdu[isis.ISIS_DynamicHostnameTlv].hostname == b"R6"
    assert pdu[isis.ISIS_AreaTlv].areas[0].areaid == "49.0001"
    near = pdu[isis.ISIS_IsReachabilityTlv].neighbours
    assert [each.neighbourid for each in near] == ["0100.1001.0002.00", "0100.1001.0005.00"]
    reach = pdu[isis.ISIS_InternalIpReachabilityTlv].entries
    assert [(e.ipaddress, e.subnetmask) for e in reach] == [
        ("10.10.10.6", "255.255.255.255"),
        ("10.0.26.0", "255.255.255.252"),
    ]


@pytest.mark.parametrize("sequence", [1, 2, 0x133, 0xFFFF])
def test_scapy_makes_the_same_checksum(sequence: int) -> None:
    octets = replace(LSP, sequence=sequence).encode()
    ours = octets[24:26]
    packet = isis.ISIS_CommonHdr(octets)
    packet[isis.ISIS_L2_LSP].checksum = None
    packet.clear_cache()
    assert bytes(packet)[24:26] == ours
