"""Properties of configuring that hold for any lines in any order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit.sim.model.config import render
from labkit.sim.routers.ios.configuring import Configuring
from labkit.sim.routers.ios.device import IosDevice
from labkit.sim.routers.ios.subjects import MODES
from tests.sim.routers.ios.conftest import B, Bench

LINES = """\
hostname Gate
ip domain lookup
ip domain name example.net
enable secret s3cret
username u privilege 7 secret v
username u password 0 w
service password-encryption
interface Loopback3
interface GigabitEthernet0/2
ip address 10.3.3.3 255.255.255.0
ip address 10.4.4.4 255.255.255.255
description to nowhere  in particular
shutdown
ip access-group IN in
ip mtu 1400
ip tcp adjust-mss 1360
crypto map VPN-MAP
crypto map OTHER
crypto map OTHER 5 ipsec-isakmp
crypto map VPN-MAP 50 ipsec-isakmp
crypto map VPN-MAP local-address Loopback0
set peer 192.0.2.28
set peer 192.0.2.29 default
set transform-set TSET
set pfs group14
match address IN
crypto isakmp policy 5
crypto isakmp policy 10
encr 3des
encr aes 256
hash md5
group 14
lifetime 3600
crypto isakmp key K address 9.9.9.9
crypto isakmp key K2 address 9.9.9.0 255.255.255.0
crypto isakmp keepalive 10 3 periodic
crypto ipsec transform-set S2 esp-3des esp-sha-hmac
mode transport
crypto ipsec security-association lifetime seconds 1800
ip access-list extended IN
permit ip any host 1.2.3.4 log
15 deny tcp any eq www any range 10 20
permit icmp any any echo
remark a word
ip access-list standard STD
permit 10.0.0.0 0.255.255.255
access-list 7 permit 1.1.1.1
access-list 107 deny udp any any eq isakmp
ip route 10.77.0.0 255.255.0.0 198.51.100.1 250 name there
ip route 10.77.0.0 255.255.0.0 Null0
router bgp 65116
neighbor 203.0.113.1 shutdown
neighbor 203.0.113.1 description x
neighbor 9.9.9.9 remote-as 9
network 10.77.0.0 mask 255.255.0.0
maximum-paths 4
timers bgp 10 30
ip prefix-list P permit 10.0.0.0/8 ge 16 le 24
route-map PREPEND deny 20
match ip address prefix-list P
set metric 5
line vty 0 4
password other
login
transport input telnet
exec-timeout 0 0
banner motd #keep out#
logging buffered 20000
exit
nonsense in every mode""".splitlines()
TYPED = st.lists(st.tuples(st.sampled_from(["", "", "no ", "default "]), st.sampled_from(LINES)))
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def start() -> tuple[IosDevice, list[str]]:
    """A gateway, and the whole configuration that every example begins with."""
    device = Bench("crypto-map").devices[B]
    return device, device.render().splitlines()


@SLOW
@given(typed=TYPED)
def test_whatever_was_typed_loads_as_itself(
    start: tuple[IosDevice, list[str]], typed: list[tuple[str, str]]
) -> None:
    """load(show run) is the identity for text and facts (but for the numbers of entries)."""
    device, lines = start
    device.load(lines)
    configuring = Configuring(device, MODES)
    for verb, line in typed:
        outcome = configuring.execute(verb + line)
        if outcome.command is not None and not configuring.leave():
            configuring.to_global()
    device.commit()
    text = device.render()
    device.load(text.splitlines())
    assert device.render() == text
    facts = device.router.facts
    device.load(text.splitlines())
    assert device.router.facts == facts


@SLOW
@given(typed=TYPED)
def test_a_mistake_leaves_the_tree_alone(
    start: tuple[IosDevice, list[str]], typed: list[tuple[str, str]]
) -> None:
    """A line that is refused or not understood changes nothing."""
    device, lines = start
    device.load(lines)
    configuring = Configuring(device, MODES)
    for verb, line in typed:
        before = render(device.running)
        outcome = configuring.execute(verb + line)
        if outcome.mistake is not None or outcome.refused:
            assert render(device.running) == before
        if outcome.command is not None and not configuring.leave():
            configuring.to_global()
