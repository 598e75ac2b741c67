"""Peak memory: the whole lab, every port open, above a Python that has only imported its crypto.

The crypto is pyca, which is what the lab's IPsec stands on; paramiko, which brings the SSH
servers, counts as the lab's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import labs
from tests.benchmarks.measure import Comparison, Reading, Unavailable, take_turns
from tests.benchmarks.processes import ask

MB_MORE = 60
CRYPTO = """
import json
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes
from tests.benchmarks.peak import peak_memory
print(json.dumps(peak_memory()))
"""
ROUNDS = 3


def rows() -> Iterator[Comparison]:
    """The lab at its baseline."""
    yield Comparison(
        "peak memory, all ports open",
        "Python with its crypto imported",
        "MB",
        Reading.MORE,
        lambda: take_turns(_lab, _crypto, ROUNDS),
        MB_MORE,
    )


def _lab() -> float:
    with labs.ours() as lab:
        return _known(lab.told["peak"])


def _crypto() -> float:
    return _known(ask(CRYPTO))


def _known(peak: float | None) -> float:
    if peak is None:
        raise Unavailable("this system does not tell a process its peak memory")
    return peak
