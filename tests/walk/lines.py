"""The lines a learner types on the way from the baseline to the tunnel (LAB §3)."""

MIRROR_R6 = """\
configure mirror mirror-dest 200 create
spoke-sdp 61:200 create
no shutdown
exit
no shutdown
exit all
"""
MIRROR_R1 = """\
configure mirror mirror-dest 200 create
remote-source
far-end 10.10.10.6
exit
sap 1/1/3 create
exit
no shutdown
exit all
"""
MIRROR_SOURCE = "debug mirror-source 200 port 1/1/1 egress ingress"


def gateway(*, peer: str, ours: str, theirs: str, next_hop: str) -> str:
    """Everything of the tunnel on one gateway; `ours` and `theirs` are the LANs' networks."""
    return f"""\
crypto isakmp policy 10
encr aes
hash sha256
authentication pre-share
group 5
lifetime 86400
exit
crypto isakmp key WowWhatAPassword! address {peer}
crypto ipsec transform-set TSET esp-aes 256 esp-sha512-hmac
mode tunnel
exit
ip access-list extended VPN-TRAFFIC
permit ip {ours} 0.0.0.255 {theirs} 0.0.0.255
exit
crypto map VPN-MAP 100 ipsec-isakmp
set peer {peer}
set transform-set TSET
match address VPN-TRAFFIC
exit
interface GigabitEthernet0/1
crypto map VPN-MAP
exit
ip route {theirs} 255.255.255.0 {next_hop}
"""


SITE_A = gateway(
    peer="198.51.100.2", ours="192.168.1.0", theirs="172.16.1.0", next_hop="192.0.2.25"
)
SITE_B = gateway(
    peer="192.0.2.28", ours="172.16.1.0", theirs="192.168.1.0", next_hop="198.51.100.1"
)
