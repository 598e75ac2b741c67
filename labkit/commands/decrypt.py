"""`labkit decrypt`: a capture with ESP replaced by the packets it carried.

Knows the arguments; the work is `labkit.capture.decrypt`.  Needs no tshark.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from labkit.commands import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="IN.pcap", help="the capture to read")
    parser.add_argument("target", type=Path, metavar="OUT.pcap", help="the capture to write")
    parser.add_argument(
        "--keys", type=Path, required=True, metavar="DIR", help="the folder with secrets.json"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the decrypted capture and print what was opened.

    Raises CommandError (2) for a file that is not there; OSError and CaptureError pass.
    """
    for needed in (arguments.source, arguments.keys / "secrets.json"):
        if not needed.is_file():
            raise CommandError(f"there is no file {needed}", status=2)
    from labkit.capture.decrypt import decrypt_file  # needs the environment

    print(decrypt_file(arguments.source, arguments.target, arguments.keys))
    return 0
