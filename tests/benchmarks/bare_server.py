"""The least that netmiko can connect to: a paramiko server that echoes lines and prompts.

Run as a module in a process of its own; its arguments are a platform and, if it is to answer a
command, that command and a file with the bytes to print.  Prints netmiko's arguments as JSON once
it listens and ends when its input does.  It is made to be hard to beat: an Ed25519 key and no
Nagle delay as in our lab, one thread that reads and writes, nothing remembered.
"""

from __future__ import annotations

import io
import json
import socket
import sys
import threading
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

HOST = "127.0.0.1"
USERNAME, PASSWORD = "student", "student"
PROMPTS = {"cisco_ios": b"Site-A-GW-Router#", "nokia_sros": b"A:R1# "}


class Bare(paramiko.ServerInterface):
    """Lets one user in and gives the channel's session to a thread of its own."""

    def __init__(self, prompt: bytes, answers: dict[bytes, bytes]) -> None:
        self._prompt = prompt
        self._answers = answers

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if (username, password) == (USERNAME, PASSWORD) else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_pty_request(
        self,
        channel: paramiko.Channel,
        term: bytes,
        width: int,
        height: int,
        pixelwidth: int,
        pixelheight: int,
        modes: bytes,
    ) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        threading.Thread(target=self._echo, args=(channel,), daemon=True).start()
        return True

    def _echo(self, channel: paramiko.Channel) -> None:
        channel.sendall(b"\r\n" + self._prompt)
        line = b""
        while typed := channel.recv(4096):
            echo = b""
            for piece in typed.replace(b"\r\n", b"\n").replace(b"\r", b"\n").splitlines(True):
                line += piece
                if not piece.endswith(b"\n"):
                    echo += piece
                    continue
                answer = self._answers.get(line[:-1], b"")
                echo += piece[:-1] + b"\r\n" + answer + self._prompt
                line = b""
            channel.sendall(echo)


def main() -> None:
    platform, *answered = sys.argv[1:]
    answers = {answered[0].encode(): Path(answered[1]).read_bytes()} if answered else {}
    listener = socket.create_server((HOST, 0), backlog=64)
    key = _host_key()
    bare = PROMPTS[platform], answers
    serve = threading.Thread(target=_accept, args=(listener, key, *bare), daemon=True)
    serve.start()
    arguments = {"device_type": platform, "host": HOST, "port": listener.getsockname()[1]}
    login = {"username": USERNAME, "password": PASSWORD}
    print(json.dumps(arguments | login), flush=True)
    sys.stdin.read()


def _accept(
    listener: socket.socket, key: paramiko.PKey, prompt: bytes, answers: dict[bytes, bytes]
) -> None:
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(client)
        transport.add_server_key(key)
        transport.start_server(event=threading.Event(), server=Bare(prompt, answers))


def _host_key() -> paramiko.PKey:
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode("ascii")))


if __name__ == "__main__":
    main()
