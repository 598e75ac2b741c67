"""FakeNOS with the devices it is given, ready and timed: run as a file by FakeNOS's own Python.

Its argument is JSON, [[name, platform, port], ...].  Prints {"seconds": ...} once every port
accepts, imports not counted, and ends when its input does.  Must not import labkit: the
environment that FakeNOS lives in has none of it, so it finds `ports` as its neighbour.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time

import ports  # type: ignore[import-not-found]
from fakenos import FakeNOS  # type: ignore[import-not-found]

USERNAME, PASSWORD = "student", "student"


def main() -> None:
    devices = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)  # a port that is only knocked at is an error to it
    hosts = {
        name: {"port": port, "platform": platform, "username": USERNAME, "password": PASSWORD}
        for name, platform, port in devices
    }
    start = time.perf_counter()
    FakeNOS(inventory={"hosts": hosts}).start()
    ports.wait_open([port for _, _, port in devices])
    print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
    sys.stdin.read()
    os._exit(0)  # its threads would be waited for, a second each


if __name__ == "__main__":
    main()
