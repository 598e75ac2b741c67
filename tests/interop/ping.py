"""One echo request from SOURCE to TARGET, and again until it is answered or SECONDS are over.

    python -m tests.interop.ping SOURCE TARGET SECONDS BYTES

For machines without ping(8).  Exit status 0: answered.
"""

from __future__ import annotations

import select
import socket
import sys
import time

from labkit.protocols.wire.icmp import Icmp, echo_request
from labkit.protocols.wire.ipv4 import ICMP, IPv4

REPLY = 0


def main() -> int:
    source, target, seconds, size = sys.argv[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.bind((source, 0))
        end = time.monotonic() + float(seconds)
        sequence = 0
        while time.monotonic() < end:
            sequence += 1
            raw.sendto(echo_request(78, sequence, bytes(int(size))).encode(), (target, 0))
            while select.select([raw], [], [], 0.2)[0]:
                packet = IPv4.decode(raw.recv(65535))
                if packet.protocol == ICMP and str(packet.src) == target:
                    answer = Icmp.decode(packet.payload)
                    if (answer.type, answer.identifier) == (REPLY, 78):
                        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
