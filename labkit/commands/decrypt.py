"""`labkit decrypt`: a capture with ESP replaced by the packets it carried.

Knows the arguments; the work is `labkit.capture.decrypt`.  Needs no tshark.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from labkit.commands import CommandError, part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="IN.pcap", help="the capture to read")
    parser.add_argument("target", type=Path, metavar="OUT.pcap", help="the capture to write")
    parser.add_argument(
        "--keys", type=Path, required=True, metavar="DIR", help="the folder with secrets.json"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the decrypted capture.  Raises CommandError for files that cannot be read."""
    decrypt = part("labkit.capture.decrypt").decrypt
    secrets = arguments.keys / "secrets.json"
    for needed in (arguments.source, secrets):
        if not needed.is_file():
            raise CommandError(f"there is no file {needed}", status=2)
    try:
        print(decrypt(arguments.source, arguments.target, arguments.keys))
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from error
    return 0
