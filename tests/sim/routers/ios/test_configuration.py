"""Configuring an IOS gateway: the real forms, replacement, refusal, and loading again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from labkit.sim.grammar.syntax import Keyword, Rest, compile_syntax, expand
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.ios.device import IosDevice
from labkit.sim.routers.ios.kinds import KINDS
from labkit.sim.routers.ios.rows import TEXTS
from labkit.sim.routers.ios.subjects import MODES, exec_mode

TUNNEL_A = """\
crypto isakmp policy 10
 encr aes
 hash sha256
 authentication pre-share
 group 5
crypto isakmp key WowWhatAPassword! address 198.51.100.2   \n\
!
crypto ipsec transform-set TSET esp-aes 256 esp-sha512-hmac \n\
 mode tunnel
!
crypto map VPN-MAP 100 ipsec-isakmp \n\
 set peer 198.51.100.2
 set transform-set TSET \n\
 match address VPN-TRAFFIC
"""


def shown(terminal: Any, command: str = "show running-config") -> str:
    return str(terminal.type(command))


def test_the_tunnel_is_shown_in_the_form_of_the_real_router(bench: Callable[[str], Any]) -> None:
    """Defaults are hidden, addresses padded, trailing blanks where IOS has them."""
    text = shown(bench("crypto-map").shell("Site-A-GW-Router"))
    assert TUNNEL_A in text
    assert "\n media-type rj45\n crypto map VPN-MAP\n!\n" in text
    assert "\n permit ip 192.168.1.0 0.0.0.255 172.16.1.0 0.0.0.255\n" in text
    assert text.index("crypto map VPN-MAP 100") < text.index("interface Loopback0")
    assert text.index("ip route 172.16.1.0") < text.index("ip access-list extended")
    assert text.rstrip().endswith("end")


@pytest.mark.parametrize("checkpoint", ["baseline", "crypto-map"])
def test_a_rendered_configuration_loads_as_itself(
    bench: Callable[[str], Any], checkpoint: str
) -> None:
    """load(render) is the identity, on a device that had other settings too."""
    desk = bench(checkpoint)
    for device in desk.devices.values():
        text = device.render()
        facts = device.router.facts
        device.load(
            ["interface GigabitEthernet0/0", "shutdown", "ip route 9.0.0.0 255.0.0.0 Null0"]
        )
        device.load(text.splitlines())
        assert device.render() == text
        assert device.router.facts == facts


def test_blanks_at_line_ends_do_not_matter(bench: Callable[[str], Any]) -> None:
    """A configuration that a text editor has trimmed is the same."""
    device: IosDevice = bench("crypto-map").devices["Site-B-GW-Router"]
    text = device.render()
    device.load([line.rstrip() for line in text.splitlines()])
    assert device.render() == text


REPLACED = [
    ("hostname One\nhostname Two", "hostname Two", "hostname One"),
    ("ip domain lookup", "", "ip domain lookup"),
    ("interface Lo0\nip address 1.1.1.1 255.255.255.255", " ip address 1.1.1.1 255.255.255.255",
     "10.16.16.16 255.255.255.0"),
    ("interface Lo0\nno ip address", " no ip address", " ip address 10.16.16.16"),
    ("crypto isakmp policy 10\nencr 3des", " encr 3des", " encr aes"),
    ("crypto isakmp policy 10\nno group 5", " authentication pre-share", " group 5"),
    ("no crypto isakmp policy 10", "", "policy 10"),
    ("no crypto isakmp key x address 192.0.2.28", "", "isakmp key"),
    ("crypto map VPN-MAP 100\nno match address", " set peer 192.0.2.28", "match address"),
    ("interface gi0/1\nno crypto map", "crypto map VPN-MAP 100 ipsec-isakmp", "\n crypto map"),
    ("router bgp 65116\nno neighbor 203.0.113.1", " neighbor 198.51.100.1 remote-as 65000",
     "203.0.113.1 "),
    ("router bgp 65116\nno maximum-paths", "router bgp 65116", "maximum-paths"),
    ("no route-map PREPEND", "", "route-map PREPEND permit"),
    ("no ip access-list extended VPN-TRAFFIC", "", "ip access-list"),
    ("no ip route 192.168.1.0 255.255.255.0", "", "ip route 192"),
    ("access-list 101 permit tcp any any eq 23\nno access-list 101", "", "access-list 101"),
    ("interface gi0/2\nshutdown", " shutdown", "never"),
    ("interface gi0/2\nip mtu 1400\nip mtu 1500", "", "ip mtu"),
    ("interface Lo9\nno shutdown\nshutdown\nno shutdown", "interface Loopback9\n no ip", "never"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "there", "gone"), REPLACED)
def test_a_new_value_replaces_and_no_takes_away(b: Any, typed: str, there: str, gone: str) -> None:
    """Each line of a configuration has an identity that set and `no` agree on."""
    assert "%" not in b.lines("configure terminal\n" + typed + "\nend")
    text = shown(b)
    assert there in text
    assert gone not in text


CANONICAL = [
    ("ip access-list extended X\npermit ip 192.168.1.0 255.255.255.0 any",
     " permit ip 0.0.0.0 255.255.255.0 any"),
    ("ip access-list extended X\npermit udp host 1.1.1.1 any eq 500",
     " permit udp host 1.1.1.1 any eq isakmp"),
    ("ip access-list extended X\npermit tcp 1.1.1.1 0.0.0.0 2.2.2.2 255.255.255.255 eq www log",
     " permit tcp host 1.1.1.1 any eq www log"),
    ("ip prefix-list P permit 10.1.2.3/8 le 24", "ip prefix-list P seq 5 permit 10.0.0.0/8 le 24"),
    ("router bgp 65116\nnetwork 10.0.0.0 mask 255.0.0.0", "\n network 10.0.0.0\n"),
    ("crypto isakmp key K address 0.0.0.0 0.0.0.0",
     "crypto isakmp key K address 0.0.0.0        \n"),
    ("crypto ipsec transform-set S esp-aes 128 esp-sha-hmac\nmode transport",
     "transform-set S esp-aes esp-sha-hmac \n mode transport"),
    ("interface Loopback 7\nip address 7.7.7.7 255.255.255.255", "interface Loopback7\n ip addr"),
    ("line con 0\nexec-timeout 0\nlogging sync", "line con 0\n exec-timeout 0 0\n logging s"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), CANONICAL)
def test_lines_are_kept_in_their_canonical_form(b: Any, typed: str, kept: str) -> None:
    """What is shown is what IOS makes of a line, not how it was typed."""
    assert "%" not in b.lines("configure terminal\n" + typed + "\nend")
    assert kept in shown(b)


REFUSED = [
    ("ip address 192.0.2.28 255.0.255.0", "Bad mask 0xFF00FF00 for address 192.0.2.28"),
    ("ip address 192.0.2.299 255.255.255.0", "% Invalid input detected at '^' marker."),
    ("ip address 172.16.1.9 255.255.255.0", "% 172.16.1.0 overlaps with GigabitEthernet0/0"),
    ("ip address 198.51.100.0 255.255.255.0", "Bad mask /24 for address 198.51.100.0"),
    ("crypto map NOPE", 'ERROR: Crypto Map with tag "NOPE" does not exist.'),
    ("interface GigabitEthernet0/7", "% Invalid input detected at '^' marker."),
    ("ip route 10.0.0.0 255.255.255.0", "% Incomplete command."),
    ("ip route 10.0.0.1 255.255.255.0 198.51.100.1", "%Inconsistent address and mask"),
    ("crypto isakmp policy 0", "% Invalid input detected at '^' marker."),
    ("crypto ipsec transform-set T esp-foo", "% Invalid input detected at '^' marker."),
    ("crypto map NEW 10", "% Incomplete command."),
    ("router bgp 1", "BGP is already running; AS is 65116"),
    ("no ip route 10.9.9.0 255.255.255.0", "%No matching route to delete"),
    ("c", '% Ambiguous command:  "c"'),
]


@pytest.mark.parametrize(("line", "error"), REFUSED)
def test_a_refused_line_changes_nothing(b: Any, line: str, error: str) -> None:
    """The vendor's own words, and the configuration is as before."""
    before = shown(b)
    b.lines("configure terminal\ninterface GigabitEthernet0/1")
    assert error in b.type(line)
    b.type("end")
    assert shown(b) == before


def test_a_crypto_map_in_use_stays(b: Any) -> None:
    """The whole map cannot go while an interface has it; on the interface it is taken off."""
    b.type("configure terminal")
    assert "is in use by interface(s): GigabitEthernet0/1" in b.type("no crypto map VPN-MAP")
    b.lines("interface gi0/1\nno crypto map VPN-MAP\nexit")
    assert b.type("no crypto map VPN-MAP") == ""
    assert "crypto map" not in b.type("do show running-config")


def test_the_caret_counts_the_prompt(b: Any) -> None:
    """It stands under the first character that fits nothing."""
    said = b.keys("show verzion\r")
    typed, caret = said.splitlines()[:2]
    assert ("Site-B-GW-Router#" + typed)[caret.index("^")] == "z"
    assert caret.index("^") == len("Site-B-GW-Router#show ver")


def test_a_command_of_another_mode_leads_there(b: Any) -> None:
    """From a sub-mode global commands work, and `exit` goes one mode up."""
    b.lines("configure terminal\ninterface gi0/1")
    assert b.keys("router bgp 65116\r").endswith("(config-router)#")
    assert b.keys("address-family ipv4\r").endswith("(config-router-af)#")
    assert b.keys("exit\r").endswith("(config-router)#")
    assert b.keys("exit\r").endswith("(config)#")
    assert b.keys("exit\r").endswith("Router#")


def test_new_crypto_map_says_that_it_is_disabled(b: Any) -> None:
    """The note comes for a new entry, not for one that is there."""
    b.type("configure terminal")
    said = b.type("crypto map M 10 ipsec-isakmp")
    assert said == (
        "% NOTE: This new crypto map will remain disabled until a peer\n"
        "        and a valid access list have been configured.\n"
    )
    assert b.type("crypto map M 10") == ""


def test_access_list_entries_are_numbered_by_tens(b: Any) -> None:
    """Numbers show in `show access-lists` only; `no` takes a number or a rule."""
    b.lines("configure terminal\nip access-list extended X\npermit ip any host 1.1.1.1\n"
            "permit esp any any\n15 deny ip any any\nremark hello\nno 10\nend")  # fmt: skip
    assert b.type("show access-lists X") == (
        "Extended IP access list X\n    15 deny ip any any\n    20 permit esp any any\n"
    )
    assert " deny ip any any\n permit esp any any\n remark hello\n" in shown(b)


def test_a_file_with_a_bad_line_is_refused_by_that_line(b: Any) -> None:
    """Loading names the line and IOS's words for it."""
    with pytest.raises(ConfigError) as caught:
        b.bench.devices["Site-B-GW-Router"].load(["hostname X", "interface gi0/1", " ip adress 1"])
    assert caught.value.line == " ip adress 1"
    assert "Invalid input" in caught.value.message


def test_passwords_are_kept_as_ios_keeps_them(b: Any) -> None:
    """`secret` is hashed (type 5), and `service password-encryption` covers the rest (type 7)."""
    b.lines("configure terminal\nenable secret cisco\nusername u secret v\n"
            "service password-encryption\nend")  # fmt: skip
    text = shown(b)
    assert "enable secret 5 $1$" in text
    assert "username u secret 5 $1$" in text
    assert "username netadmin privilege 15 password 7 " in text
    assert "Telnet-Clear-1" not in text


def test_every_keyword_has_a_help_text() -> None:
    """`?` explains each word that it lists."""
    missing = set()
    for mode in (exec_mode(15), *MODES.values()):
        for row in mode.rows:
            missing |= unexplained(compile_syntax(row.syntax, KINDS), ())
    assert missing == set()


def unexplained(rest: Rest, path: tuple[str, ...]) -> set[str]:
    """Keywords without a text in what remains of a syntax, six words deep."""
    found: set[str] = set()
    for token, after in expand(rest)[0] if len(path) < 6 else ():
        keyword = isinstance(token, Keyword)
        whole = (*path, token.text if keyword else f"<{token.name}>")
        if keyword and token.text not in TEXTS and " ".join(whole) not in TEXTS:
            found.add(" ".join(whole))
        found |= unexplained(after, whole)
    return found
