"""TCP over the simulated network."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.sim.net.clock import SECOND
from labkit.sim.net.link import LinkChange
from labkit.sim.net.tcp import Connection, State
from tests.sim.net import facts as given
from tests.sim.net.facts import PC_A, A
from tests.sim.net.stage import Stage
from tests.walk import shark


class Talk:
    """A client on PC-B, a server on PC-A, and what each of them was told."""

    def __init__(self, stage: Stage | None = None, echo: bool = False) -> None:
        self.stage = stage or Stage(given.both(crypto=False))
        self.server: list[Connection] = []
        self.at_server = b""
        self.at_client = b""
        self.ends: list[str] = []
        self.connected = 0

        def accept(connection: Connection) -> None:
            self.server.append(connection)

            def take(data: bytes) -> None:
                self.at_server += data
                if echo:
                    connection.send(data)

            connection.on_data = take
            connection.on_close = lambda reason: self.ends.append(f"server {reason}")

        self.stage["PC-A"].tcp.listen(7, accept)
        client = self.stage["PC-B"].tcp.connect(PC_A, 7)
        assert client is not None
        self.client = client

        def connected() -> None:
            self.connected += 1

        def received(data: bytes) -> None:
            self.at_client += data

        client.on_connect = connected
        client.on_data = received
        client.on_close = lambda reason: self.ends.append(f"client {reason}")

    def wait(self, seconds: float = 1) -> None:
        self.stage.wait(int(seconds * SECOND))


def test_bytes_go_both_ways_in_order() -> None:
    talk = Talk(echo=True)
    talk.wait()
    assert talk.connected == 1
    talk.client.send(b"a")
    talk.wait()
    talk.client.send(bytes(range(256)) * 40)
    talk.wait()
    assert talk.at_server == b"a" + bytes(range(256)) * 40 == talk.at_client


def test_a_character_typed_alone_travels_alone() -> None:
    talk = Talk()
    talk.wait()
    talk.stage.frames["wan"].clear()
    for character in (b"p", b"w"):
        talk.client.send(character)
        talk.wait(0.1)
    payloads = [frame[54:55] for _, frame, _ in talk.stage.frames["wan"] if frame[16:18] == b"\0)"]
    assert payloads == [b"p", b"w"]


def test_both_ends_close_and_nothing_is_left() -> None:
    talk = Talk()
    talk.wait()
    talk.client.send(b"bye")
    talk.client.close()
    talk.wait()
    assert talk.at_server == b"bye"
    assert talk.ends == ["server closed"]
    talk.server[0].close()
    talk.wait(10)
    assert talk.stage["PC-A"].tcp.connections == talk.stage["PC-B"].tcp.connections == {}


def test_a_server_that_is_half_closed_may_still_send() -> None:
    talk = Talk()
    talk.wait()
    talk.client.close()
    talk.wait()
    talk.server[0].send(b"last words")
    talk.server[0].close()
    talk.wait()
    assert talk.at_client == b"last words"


def test_a_closed_port_refuses() -> None:
    stage = Stage(given.both(crypto=False))
    ends: list[str] = []
    connection = stage["PC-B"].tcp.connect(PC_A, 81)
    assert connection is not None
    connection.on_close = ends.append
    stage.wait(SECOND)
    assert ends == ["refused"]


def test_abort_resets_the_peer() -> None:
    talk = Talk()
    talk.wait()
    talk.client.abort()
    talk.wait()
    assert talk.ends == ["server reset"]


def test_no_route_is_no_connection_and_silence_times_out() -> None:
    stage = Stage(given.both(crypto=False))
    assert stage[A].tcp.connect(IPv4Address("9.9.9.9"), 23) is None
    ends: list[str] = []
    connection = stage[A].tcp.connect(IPv4Address("172.16.1.77"), 23)
    assert connection is not None
    connection.on_close = ends.append
    stage.wait(300 * SECOND)
    assert ends == ["timeout"]


def test_an_unreachable_ends_a_connection_that_is_not_yet_open() -> None:
    told = given.both(crypto=False)
    stage = Stage(told)
    ends: list[str] = []
    stage["PC-B"].tcp.connect(IPv4Address("9.9.9.9"), 23)
    connection = next(iter(stage["PC-B"].tcp.connections.values()))
    connection.on_close = ends.append
    stage.wait(SECOND)
    assert ends == ["unreachable"]


@pytest.mark.parametrize("seed", range(4))
def test_everything_arrives_over_a_cable_that_loses_a_tenth(seed: int) -> None:
    talk = Talk(Stage(given.both(crypto=False), seed=seed), echo=True)
    talk.stage.network.set_link("wan", LinkChange(loss=0.1))
    data = bytes(range(256)) * 100
    talk.wait(60)
    talk.client.send(data)
    talk.wait(3000)
    talk.client.close()
    talk.wait(600)
    assert talk.at_server == data == talk.at_client
    assert "server closed" in talk.ends


def test_a_host_finds_the_path_mtu_and_repeats_what_was_too_long() -> None:
    told = given.both(crypto=False)
    told[given.B] = given.with_interface(told[given.B], given.WAN, ip_mtu=1300)
    talk = Talk(Stage(told))
    talk.wait()
    talk.client.send(bytes(5000))
    talk.wait(20)
    assert len(talk.at_server) == 5000
    longest = max(len(frame) for _, frame, _ in talk.stage.frames["wan"])
    assert longest == 1300 + 14


def test_a_peer_that_stays_silent_is_given_up() -> None:
    talk = Talk()
    talk.wait()
    talk.stage.network.set_link("wan", LinkChange(loss=1.0))
    talk.client.send(b"anyone?")
    talk.wait(3600)
    assert talk.ends == ["client timeout"]


def test_a_second_connection_to_the_same_port_is_another() -> None:
    talk = Talk()
    other = talk.stage["PC-B"].tcp.connect(PC_A, 7)
    talk.wait()
    assert other is not None
    assert other.state is State.ESTABLISHED
    assert talk.client.state is State.ESTABLISHED
    assert len(talk.server) == 2


def test_tshark_finds_nothing_wrong_with_our_segments(tshark: str, tmp_path: Path) -> None:
    talk = Talk(echo=True)
    talk.wait()
    talk.client.send(bytes(4000))
    talk.wait()
    talk.client.close()
    talk.server[0].close()
    talk.wait()
    capture = talk.stage.pcap("wan", tmp_path / "wan.pcap")
    assert shark.count(capture, "tcp") > 8
    assert shark.count(capture, shark.MALFORMED) == 0
    assert shark.count(capture, "tcp.analysis.flags") == 0
