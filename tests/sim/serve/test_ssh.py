"""The SSH servers as their clients see them: paramiko, netmiko and sockets from outside."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import paramiko
import pytest
from netmiko import ConnectHandler, NetmikoAuthenticationException

from labkit.sim import Threaded
from labkit.sim.lab.owner import Owner
from labkit.sim.lab.session import ShellSession
from labkit.sim.routers.jobs import Ask, Interrupt, Job, Wait
from labkit.sim.routers.shell import Shell
from labkit.sim.serve.port import Login, Screen, Window
from labkit.sim.serve.ssh import STRANGERS_LIMIT, SshServers

LOGIN = Login("student", "a-password")


class Clock:
    """A clock on which nothing ever happens."""

    def __init__(self) -> None:
        self.now = 0

    def next_time(self) -> int | None:
        return None

    def run_until(self, time: int) -> None:
        self.now = time


class Echo(Shell):
    """A platform of a few words."""

    def __init__(self, now: Callable[[], int], window: Window | None) -> None:
        super().__init__(now)
        self.window = window
        self.hung = threading.Event()

    def prompt(self) -> str:
        return "echo# "

    def execute(self, line: str) -> tuple[Job | None, bool]:
        word, _, rest = line.partition(" ")
        if word == "say":
            self.write(rest + "\n")
        elif word == "size":
            self.write(f"{self.width} {self.window}\n")
        elif word == "flood":
            for _ in range(int(rest)):
                self.write("x" * 999 + "\n")
        elif word == "boom":
            raise ZeroDivisionError("boom")
        elif word == "exit":
            self.hang_up()
        elif word == "ask":
            return self._ask(), False
        elif word == "forever":
            return self._forever(), False
        return None, False

    def _ask(self) -> Job:
        answer = yield Ask("Sure? ")
        self.write(f"answer {answer}\n")

    def _forever(self) -> Job:
        try:
            while True:
                yield Wait(self.now() + 1)
        except Interrupt:
            self.write("stopped\n")

    def hung_up(self) -> None:
        self.hung.set()


class Place:
    """An owner, its servers, and the shells that were opened."""

    def __init__(self) -> None:
        self.owner = Owner(Threaded())
        self.owner.clock = Clock()
        self.shells: list[Echo] = []
        self.servers = SshServers(["one", "two"], LOGIN, self)

    def open(
        self, device: str, screen: Screen, window: Window | None, command: str | None
    ) -> ShellSession:
        def opening() -> Echo:
            shell = Echo(lambda: self.owner.clock.now if self.owner.clock else 0, window)
            self.shells.append(shell)
            return shell

        return ShellSession(device, self.owner, screen, opening, lambda: None, command)

    def client(self, password: str = LOGIN.password) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            "127.0.0.1",
            port=self.servers.ports["one"],
            username="student",
            password=password,
            allow_agent=False,
            look_for_keys=False,
        )
        return client


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    yield place
    place.servers.close()
    place.owner.close()


def read(channel: paramiko.Channel, until: str) -> str:
    channel.settimeout(10)
    text = ""
    while until not in text:
        data = channel.recv(65536)
        assert data, f"the channel closed after {text[-200:]!r}"
        text += data.decode()
    return text


def test_every_port_is_on_loopback_only(place: Place) -> None:
    for key in place.servers._selector.get_map().values():
        if key.data is not None:
            assert isinstance(key.fileobj, socket.socket)
            assert key.fileobj.getsockname()[0] == "127.0.0.1"


def test_a_typed_command_is_echoed_and_answered(place: Place) -> None:
    with place.client() as client:
        channel = client.invoke_shell(width=123)
        read(channel, "echo# ")
        channel.send(b"say hello\r")
        assert read(channel, "echo# ") == "say hello\r\nhello\r\necho# "


def test_a_wrong_password_or_user_is_refused_and_nothing_is_opened(place: Place) -> None:
    with pytest.raises(paramiko.AuthenticationException):
        place.client("wrong")
    transport = paramiko.Transport(("127.0.0.1", place.servers.ports["one"]))
    transport.start_client()
    with pytest.raises(paramiko.BadAuthenticationType) as refused:
        transport.auth_none("student")
    assert refused.value.allowed_types == ["password"]
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("root", LOGIN.password)
    transport.close()
    assert place.shells == []


def test_a_password_that_is_no_text_is_as_wrong_as_any_other(place: Place) -> None:
    transport = paramiko.Transport(("127.0.0.1", place.servers.ports["one"]))
    transport.start_client()
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("student", b"\xff\xfe\x00")  # type: ignore[arg-type]
    transport.auth_password("student", LOGIN.password)
    assert transport.is_authenticated()
    transport.close()


def test_ten_wrong_passwords_end_the_connection(place: Place) -> None:
    transport = paramiko.Transport(("127.0.0.1", place.servers.ports["one"]))
    transport.start_client()
    tries = 0
    with pytest.raises(paramiko.SSHException):  # noqa: PT012 - refused until there is nobody
        while tries < 50:
            tries += 1
            with suppress(paramiko.AuthenticationException):
                transport.auth_password("student", f"wrong{tries}")
    assert tries <= 12


def test_a_crowd_that_never_logs_in_keeps_nobody_out_and_costs_few_threads(place: Place) -> None:
    before = threading.active_count()
    crowd = [
        socket.create_connection(("127.0.0.1", place.servers.ports["one"])) for _ in range(300)
    ]
    with place.client() as client:
        read(client.invoke_shell(), "echo# ")
        crowd[0].settimeout(10)
        while crowd[0].recv(4096):
            pass  # a greeting, and then the end: the oldest were let go
        assert len(place.servers._transports) <= STRANGERS_LIMIT + 1
        assert threading.active_count() - before < 2 * STRANGERS_LIMIT
    for each in crowd:
        each.close()


def test_a_window_of_four_thousand_million_columns_is_taken_for_a_large_one(place: Place) -> None:
    with place.client() as client:
        channel = client.invoke_shell(width=2**32 - 1, height=2**32 - 1)
        read(channel, "echo# ")
        assert place.shells[0].window == Window(1000, 1000)
        channel.resize_pty(width=2**32 - 1, height=5)
        channel.send(b"size\r")
        assert "1000 " in read(channel, "Window(")


def test_exec_runs_one_command_without_echo_or_prompt(place: Place) -> None:
    with place.client() as client:
        _, output, _ = client.exec_command("say only this")
        assert output.read() == b"only this\r\n"
        assert output.channel.recv_exit_status() == 0


def test_a_quick_commands_end_never_overtakes_the_reply_to_its_request(place: Place) -> None:
    with place.client() as client:
        for number in range(40):
            _, output, _ = client.exec_command(f"say {number}")
            assert output.read() == f"{number}\r\n".encode()


def test_the_first_prompt_comes_at_once(place: Place) -> None:
    with place.client() as client:
        began = time.monotonic()
        read(client.invoke_shell(), "echo# ")
        assert time.monotonic() - began < 0.15


def test_a_shell_without_a_terminal_takes_commands_from_its_input_to_the_end(place: Place) -> None:
    with place.client() as client:
        transport = client.get_transport()
        assert transport is not None
        channel = transport.open_session()
        channel.invoke_shell()
        channel.sendall(b"say a\nsay b\n")
        channel.shutdown_write()
        text = ""
        while data := channel.recv(65536):
            text += data.decode()
        assert "a\r\necho# say b\r\nb\r\necho# " in text
        assert place.shells[0].window is None


def test_two_sessions_on_one_device_do_not_disturb_each_other(place: Place) -> None:
    with place.client() as one, place.client() as two:
        first, second = one.invoke_shell(), two.invoke_shell()
        first.send(b"ask\r")
        read(first, "Sure? ")
        second.send(b"say meanwhile\r")
        assert "meanwhile\r\necho# " in read(second, "meanwhile\r\necho# ")
        first.send(b"yes\r")
        assert "answer yes" in read(first, "answer yes\r\necho# ")


def test_ctrl_c_and_other_sessions_are_served_while_a_command_runs(place: Place) -> None:
    with place.client() as one, place.client() as two:
        first, second = one.invoke_shell(), two.invoke_shell()
        first.send(b"forever\r")
        read(first, "forever\r\n")
        second.send(b"size\r")
        read(second, "None" if place.shells[1].window is None else "Window")
        first.send(b"\x03")
        assert "stopped\r\necho# " in read(first, "stopped\r\necho# ")


def test_a_failing_command_is_one_line_in_its_session_and_the_lab_lives(place: Place) -> None:
    with place.client() as client:
        channel = client.invoke_shell()
        channel.send(b"boom\r")
        text = read(channel, "boom)\r\necho# ")
        assert "ZeroDivisionError" in text
        assert "Traceback" not in text
        channel.send(b"say alive\r")
        read(channel, "alive\r\necho# ")


def test_a_lost_connection_hangs_the_shell_up(place: Place) -> None:
    client = place.client()
    channel = client.invoke_shell()
    read(channel, "echo# ")
    client.close()
    assert place.shells[0].hung.wait(10)


def test_a_reader_that_does_not_read_loses_text_with_a_note_and_delays_nobody(
    place: Place,
) -> None:
    with place.client() as slow, place.client() as other:
        channel = slow.invoke_shell()
        for _ in range(4):
            channel.send(b"flood 3000\r")
        quick = other.invoke_shell()
        began = time.monotonic()
        quick.send(b"say quick\r")
        read(quick, "quick\r\necho# ")
        assert time.monotonic() - began < 5
        assert "characters were dropped: this session reads slowly" in read(channel, "slowly)")


def test_netmiko_connects_and_sends(place: Place) -> None:
    device = {
        "device_type": "linux",
        "host": "127.0.0.1",
        "port": place.servers.ports["two"],
        "username": "student",
    }
    with ConnectHandler(**device, password=LOGIN.password) as connection:
        assert connection.send_command("say through netmiko") == "through netmiko"
    with pytest.raises(NetmikoAuthenticationException):
        ConnectHandler(**device, password="wrong")


def test_a_taken_port_is_named(place: Place) -> None:
    taken = place.servers.ports["one"]
    with pytest.raises(OSError, match=f"port {taken} on 127.0.0.1 is not free"):
        SshServers(["again"], LOGIN, place, first_port=taken)


def test_thirty_devices_listen_within_half_a_second(place: Place) -> None:
    began = time.perf_counter()
    servers = SshServers([f"d{i}" for i in range(30)], LOGIN, place)
    took = time.perf_counter() - began
    for port in servers.ports.values():
        socket.create_connection(("127.0.0.1", port)).close()
    servers.close()
    assert took < 0.5
