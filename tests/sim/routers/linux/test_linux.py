"""The Linux prompt of a PC beside a gateway made of facts, on a network without provider."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

import pytest

from labkit.sim.net.link import LinkChange
from labkit.sim.net.network import Network
from labkit.sim.net.tcp import Connection
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.jobs import NEVER
from labkit.sim.routers.linux.device import LinuxDevice
from tests.sim.routers.linux.bench import GATEWAY, Bench


def test_ping_counts_replies_and_keeps_time(bench: Bench) -> None:
    text = bench.run(f"ping -c 3 -s 72 {GATEWAY}")
    assert text.startswith(f"PING {GATEWAY} ({GATEWAY}) 72(100) bytes of data.\n")
    assert len(re.findall(r"80 bytes from 192.168.1.1: icmp_seq=\d ttl=255 time=0.2\d\d ms", text))
    assert "3 packets transmitted, 3 received, 0% packet loss, time 2000ms" in text
    assert re.search(r"rtt min/avg/max/mdev = 0\.\d{3}/0\.\d{3}/0\.\d{3}/0\.\d{3} ms\n$", text)
    assert bench.shell.status == 0


def test_ping_beyond_a_gateway_without_route_hears_host_unreachable(bench: Bench) -> None:
    text = bench.run("ping -c 2 10.9.9.9")
    assert "From 192.168.1.1 icmp_seq=1 Destination Host Unreachable" in text
    assert "2 packets transmitted, 0 received, +2 errors, 100% packet loss" in text
    assert bench.shell.status == 1


def test_ping_of_a_silent_neighbour_is_answered_by_the_host_itself(bench: Bench) -> None:
    text = bench.run("ping -c 1 192.168.1.77")
    assert "From 192.168.1.10 icmp_seq=1 Destination Host Unreachable" in text


def test_ping_that_may_not_fragment_is_refused_locally(bench: Bench) -> None:
    text = bench.run(f"ping -M do -s 1473 -c 1 {GATEWAY}")
    assert "ping: local error: message too long, mtu=1500" in text


def test_larger_pings_are_fragmented_and_answered(bench: Bench) -> None:
    assert "3008 bytes from" in bench.run(f"ping -s 3000 -c 1 {GATEWAY}")


def test_endless_ping_stops_at_ctrl_c_with_its_statistics(bench: Bench) -> None:
    began = bench.network.clock.now
    bench.run(f"ping {GATEWAY}", until=lambda: bench.network.clock.now > began + 4_500_000)
    bench.shell.feed("\x03")
    bench.pump()
    assert "^C\r\n--- 192.168.1.1 ping statistics ---\r\n5 packets" in bench.shell.output()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("foo bar", "-bash: foo: command not found"),
        ("ping nowhere", "ping: nowhere: Name or service not known"),
        ("ping -c x 1.1.1.1", "ping: invalid argument: 'x'"),
        ("ping -Z 1.1.1.1", "ping: invalid option -- 'Z'"),
        ("ip addr add 1.2.3.4/99 dev eth0", 'any valid prefix is expected rather than "1.2.'),
        ("ip addr add 192.168.1.10/24 dev eth0", "RTNETLINK answers: File exists"),
        ("ip route add 10.0.0.0/8 via 9.9.9.9", "Error: Nexthop has invalid gateway."),
        ("ip route add default via 192.168.1.1", "RTNETLINK answers: File exists"),
        ("ip route del 10.0.0.0/8", "RTNETLINK answers: No such process"),
        ("ip route add 10.0.0.1/8 via 192.168.1.1", "Error: Invalid prefix for given prefix"),
        ("ip frobnicate", 'Object "frobnicate" is unknown, try "ip help".'),
        ("telnet 192.168.1.1", "telnet: Unable to connect to remote host: Connection refused"),
        ("curl http://192.168.1.1/", "Connection refused"),
        ("tcpdump -i eth0", "-bash: tcpdump: command not found"),
        ('echo "unfinished', "-bash: syntax error"),
    ],
)
def test_wrong_input_is_refused_in_the_commands_own_words_and_changes_nothing(
    bench: Bench, line: str, error: str
) -> None:
    before = bench.device.render()
    assert error in bench.run(line)
    assert bench.shell.status != 0
    assert bench.device.render() == before


def test_without_a_default_route_other_networks_are_unreachable(bench: Bench) -> None:
    bench.run("ip route del default")
    assert bench.run("ping -c 1 10.9.9.9") == "ping: connect: Network is unreachable\n"
    assert bench.run("ip route") == (
        "192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.10 \n"
    )
    bench.run(f"ip r add default via {GATEWAY}")
    assert f"default via {GATEWAY} dev eth0" in bench.run("ip r")


def test_addresses_and_neighbours_are_shown(bench: Bench) -> None:
    bench.run(f"ping -c 1 {GATEWAY}")
    assert "    inet 192.168.1.10/24 scope global eth0\n" in bench.run("ip addr show dev eth0")
    assert re.fullmatch(
        r"192\.168\.1\.1 dev eth0 lladdr 00:00:5e:00:53:11 REACHABLE\n", bench.run("ip neigh")
    )
    assert "eth0             UP" in bench.run("ip -br a")


def test_a_link_that_is_down_has_no_carrier(bench: Bench) -> None:
    bench.network.set_link("lan-a", LinkChange(up=False))
    assert "<NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500" in bench.run("ip link")


def test_the_configuration_loads_again_as_it_was_rendered(bench: Bench) -> None:
    text = bench.device.render()
    again = LinuxDevice(Network().host("PC-A"))
    again.load(text.splitlines())
    assert (
        again.render()
        == text
        == (f"ip addr add 192.168.1.10/24 dev eth0\nip route add default via {GATEWAY}\n")
    )


def test_a_refused_line_is_named(bench: Bench) -> None:
    with pytest.raises(ConfigError, match="Nexthop has invalid gateway") as refused:
        LinuxDevice(Network().host("PC-A")).load(["", "ip route add default via 1.1.1.1"])
    assert refused.value.line.startswith("ip route add")


def test_traceroute_ends_at_the_gateway(bench: Bench) -> None:
    text = bench.run(f"traceroute -n {GATEWAY}")
    assert text.startswith(f"traceroute to {GATEWAY} ({GATEWAY}), 30 hops max, 60 byte packets\n")
    assert re.search(r"^ 1  192\.168\.1\.1  0\.\d{3} ms", text, re.MULTILINE)
    assert "\n 2 " not in text


def test_telnet_sends_every_key_alone_and_shows_what_comes(bench: Bench) -> None:
    segments: list[bytes] = []
    accepted: list[Connection] = []

    def accept(connection: Connection) -> None:
        accepted.append(connection)
        connection.on_connect = lambda: connection.send(b"\xff\xfb\x01\xff\xfb\x03Password: ")
        connection.on_data = segments.append

    bench.network.router("Site-A-GW-Router").tcp.listen(23, accept)
    text = bench.run(f"telnet {GATEWAY}", until=lambda: b"\xff\xfd\x03" in b"".join(segments))
    bench.shell.feed("pw\r")
    bench.pump(until=lambda: b"\r\0" in segments)
    accepted[0].close()
    bench.pump()
    text += bench.shell.output()
    assert "Connected to 192.168.1.1.\nEscape character is '^]'.\n" in text.replace("\r\n", "\n")
    assert "Password: " in text
    assert "pw" not in text
    assert segments[-3:] == [b"p", b"w", b"\r\0"]
    assert "Connection closed by foreign host." in text


def test_curl_prints_the_body(bench: Bench) -> None:
    def accept(connection: Connection) -> None:
        def answer(request: bytes) -> None:
            connection.send(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
            connection.close()

        connection.on_data = answer

    bench.network.router("Site-A-GW-Router").tcp.listen(80, accept)
    assert bench.run(f"curl http://{GATEWAY}/") == "hello\n"


def test_tcpdump_waits_for_frames_without_moving_time(bench: Bench) -> None:
    sniffer = LinuxDevice(bench.network.host("Kali"))
    shell = sniffer.open_shell()
    shell.feed("tcpdump -i eth0 -n -c 2 icmp\r")
    assert shell.waiting() is not None
    assert shell.waiting().until == NEVER  # type: ignore[union-attr]
    seen: list[bytes] = []
    bench.network.links["lan-a"].taps.append(lambda time, frame, end: seen.append(frame))
    bench.run(f"ping -c 1 {GATEWAY}")
    for frame in seen:
        sniffer.host.ports["eth0"].receive(frame)
    shell.resume()
    text = shell.output()
    assert "IP 192.168.1.10 > 192.168.1.1: ICMP echo request, id 1, seq 1, length 64" in text
    assert "IP 192.168.1.1 > 192.168.1.10: ICMP echo reply, id 1, seq 1, length 64" in text
    assert "ARP" not in text
    assert "2 packets captured" in text


def test_a_source_address_that_is_not_ours_is_refused(bench: Bench) -> None:
    text = bench.run(f"ping -I {IPv4Address('1.2.3.4')} -c 1 {GATEWAY}")
    assert text == "ping: bind: Cannot assign requested address\n"
