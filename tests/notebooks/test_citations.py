"""Every RFC that the course cites, and every section, is one that somebody has looked up.

`CITED` holds the titles of the RFCs and the headings of their sections, as the RFC Editor has
them.  A new citation fails here until it is looked up and its heading is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from labkit.resources import data, notebooks
from tests.notebooks.style import cells, source
from tests.notebooks.test_style import read

CITED: dict[int, tuple[str, dict[str, str]]] = {
    854: ("Telnet Protocol Specification", {}),
    2104: ("HMAC: Keyed-Hashing for Message Authentication", {}),
    2408: ("Internet Security Association and Key Management Protocol (ISAKMP)", {}),
    2409: (
        "The Internet Key Exchange (IKE)",
        {
            "5": "Exchanges",
            "5.4": "Phase 1 Authenticated With a Pre-Shared Key",
            "5.5": "Phase 2 - Quick Mode",
        },
    ),
    2631: ("Diffie-Hellman Key Agreement Method", {}),
    2804: ("IETF Policy on Wiretapping", {}),
    2992: ("Analysis of an Equal-Cost Multi-Path Algorithm", {}),
    3526: (
        "More Modular Exponential (MODP) Diffie-Hellman groups for Internet Key Exchange (IKE)",
        {"8": "Security Considerations"},
    ),
    3602: ("The AES-CBC Cipher Algorithm and Its Use with IPsec", {}),
    3768: (
        "Virtual Router Redundancy Protocol (VRRP)",
        {"1.3": "Definitions", "5.3.4": "Priority", "6.1": "Parameters per Virtual Router"},
    ),
    3947: ("Negotiation of NAT-Traversal in the IKE", {}),
    3948: ("UDP Encapsulation of IPsec ESP Packets", {}),
    4106: (
        "The Use of Galois/Counter Mode (GCM) in IPsec Encapsulating Security Payload (ESP)",
        {},
    ),
    4271: ("A Border Gateway Protocol 4 (BGP-4)", {"9.1": "Decision Process"}),
    4301: (
        "Security Architecture for the Internet Protocol",
        {"4.4": "Major IPsec Databases"},
    ),
    4302: ("IP Authentication Header", {}),
    4303: (
        "IP Encapsulating Security Payload (ESP)",
        {
            "1": "Introduction",
            "2": "Encapsulating Security Payload Packet Format",
            "2.7": "Traffic Flow Confidentiality (TFC) Padding",
            "3.1": "ESP Header Location",
            "3.1.2": "Tunnel Mode Processing",
            "3.4.3": "Sequence Number Verification",
        },
    ),
    4364: (
        "BGP/MPLS IP Virtual Private Networks (VPNs)",
        {
            "1": "Introduction",
            "4": "VPN Route Distribution via BGP",
            "4.1": "The VPN-IPv4 Address Family",
            "4.3.1": "The Route Target Attribute",
        },
    ),
    4381: (
        "Analysis of the Security of BGP/MPLS IP Virtual Private Networks (VPNs)",
        {
            "1": "Scope and Introduction",
            "5.2": "Data Encryption, Integrity, and Origin Authentication",
            "7": "Summary and Conclusions",
        },
    ),
    4762: (
        "Virtual Private LAN Service (VPLS) Using Label Distribution Protocol (LDP) Signaling",
        {},
    ),
    4868: ("Using HMAC-SHA-256, HMAC-SHA-384, and HMAC-SHA-512 with IPsec", {}),
    5903: ("Elliptic Curve Groups modulo a Prime (ECP Groups) for IKE and IKEv2", {}),
    7258: ("Pervasive Monitoring Is an Attack", {}),
    7296: ("Internet Key Exchange Protocol Version 2 (IKEv2)", {}),
    8077: ("Pseudowire Setup and Maintenance Using the Label Distribution Protocol (LDP)", {}),
    8221: (
        "Cryptographic Algorithm Implementation Requirements and Usage Guidance for "
        "Encapsulating Security Payload (ESP) and Authentication Header (AH)",
        {"4": "Encryption Must Be Authenticated"},
    ),
    8247: (
        "Algorithm Implementation Requirements and Usage Guidance for the Internet Key Exchange "
        "Protocol Version 2 (IKEv2)",
        {},
    ),
    9395: (
        "Deprecation of the Internet Key Exchange Version 1 (IKEv1) Protocol and Obsoleted "
        "Algorithms",
        {},
    ),
    9568: ("Virtual Router Redundancy Protocol (VRRP) Version 3 for IPv4 and IPv6", {}),
}
ONE = r"\d[\d.]*(?: \([^)]*\))?"
MENTION = re.compile(
    r"RFCs? (?P<rfcs>\d{3,4}(?:(?:, | and )\d{4})*)|"
    rf"(?:§|[Ss]ections? )(?P<sections>{ONE}(?:(?:, | and ){ONE})*)"
)
"""RFCs by their numbers; sections (with a word on each) belong to the RFC named before them."""


def paragraphs() -> Iterator[str]:
    """The prose of the notebooks, and the lines of exercises and quizzes."""
    for path in sorted(notebooks().glob("*.ipynb")):
        for cell in cells(read(path), "markdown"):
            for piece in re.split(r"\n\s*\n|\n(?=- )", source(cell)):
                yield " ".join(piece.split())
    for folder in ("exercises", "quizzes"):
        for path in sorted(data(folder).glob("*.yaml")):
            yield from path.read_text(encoding="utf-8").splitlines()


def cited() -> Iterator[tuple[int, str]]:
    """(RFC, section); a mention without a section has an empty one."""
    for text in paragraphs():
        rfc = 0
        for match in MENTION.finditer(text):
            if match["rfcs"]:
                for number in re.findall(r"\d{3,4}", match["rfcs"]):
                    rfc = int(number)
                    yield rfc, ""
            elif rfc:
                bare = re.sub(r"\([^)]*\)", "", match["sections"])
                yield from ((rfc, each.rstrip(".")) for each in re.findall(r"\d[\d.]*", bare))


def test_every_cited_rfc_was_looked_up_and_none_is_kept_in_vain() -> None:
    assert {rfc for rfc, _ in cited()} == set(CITED)


def test_every_cited_section_was_looked_up_and_none_is_kept_in_vain() -> None:
    looked_up = {(rfc, section) for rfc, (_, there) in CITED.items() for section in there}
    assert {(rfc, section) for rfc, section in cited() if section} == looked_up
