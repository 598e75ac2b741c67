"""The keys are found in what charon logs, whichever thread says it and whoever began."""

from __future__ import annotations

from ipaddress import IPv4Address

from labkit.openlab.charon_log import secrets

A, B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")


def value(thread: int, name: str, data: bytes) -> str:
    """A value as charon dumps it: sixteen bytes a line."""
    rows = [data[at : at + 16] for at in range(0, len(data), 16)]
    dump = [
        f"{thread:02}[IKE] {16 * n:4}: {row.hex(' ').upper()}  ................"
        for n, row in enumerate(rows)
    ]
    return "\n".join([f"{thread:02}[IKE] {name} => {len(data)} bytes @ 0x55d0", *dump]) + "\n"


def phase1(thread: int, fill: int) -> str:
    text = f"{thread:02}[MGR] checkout IKEv1 SA by message with SPIs {'11' * 8}_i {'22' * 8}_r\n"
    names = ("shared Diffie Hellman secret", "SKEYID", "SKEYID_d", "SKEYID_a", "SKEYID_e")
    for number, name in enumerate((*names, "encryption key Ka")):
        text += value(thread, name, bytes([fill + number]) * (192 if number == 0 else 32))
    return text + value(thread, "initial IV", bytes(16))


def quick_mode(thread: int, shared: bytes, inbound: int, outbound: int, *, initiator: bool) -> str:
    here, there = (B, A) if initiator else (A, B)
    text = f"{thread:02}[MGR] checkout IKEv1 SA by message with SPIs {'11' * 8}_i {'22' * 8}_r\n"
    text += f"{thread:02}[ENC] parsed QUICK_MODE response 4660 [ HASH SA No ID ID ]\n"
    text += f"{thread:02}[CHD]   using AES_CBC for encryption\n"
    text += f"{thread:02}[CHD]   using HMAC_SHA2_512_256 for integrity\n"
    text += value(thread, "initiator SA seed", shared + bytes(69))
    text += value(thread, "encryption initiator key", b"i" * 32)
    text += value(thread, "encryption responder key", b"r" * 32)
    text += value(thread, "integrity initiator key", b"I" * 64)
    text += value(thread, "integrity responder key", b"R" * 64)
    text += f"{thread:02}[CHD] adding inbound ESP SA\n"
    text += f"{thread:02}[CHD]   SPI 0x{inbound:08x}, src {there} dst {here}\n"
    text += f"{thread:02}[CHD] adding outbound ESP SA\n"
    text += f"{thread:02}[CHD]   SPI 0x{outbound:08x}, src {here} dst {there}\n"
    return text


BEGAN = "09[IKE] initiating Main Mode IKE_SA course[1] to 192.0.2.28\n"


def test_the_initiators_keys_protect_what_the_initiator_sends() -> None:
    log = BEGAN + phase1(12, 1) + quick_mode(9, b"", 0xA1, 0xA2, initiator=True)
    found = secrets([(log, B, A)])
    assert {(each.src, each.spi, each.key) for each in found.esp} == {
        (A, 0xA1, b"r" * 32),
        (B, 0xA2, b"i" * 32),
    }
    (sa,) = found.ike
    assert (sa.initiator, sa.responder, sa.gxy) == (B, A, b"\1" * 192)
    assert sa.quick_modes[0].mid == 0x1234
    assert sa.quick_modes[0].gxy is None


def test_both_logs_tell_of_the_same_keys_once() -> None:
    one = BEGAN + phase1(12, 1) + quick_mode(9, b"", 0xA1, 0xA2, initiator=True)
    other = phase1(3, 1) + quick_mode(4, b"", 0xA2, 0xA1, initiator=False)
    found = secrets([(other, A, B), (one, B, A)])
    assert found == secrets([(one, B, A)])
    assert secrets([(other, A, B)]).esp[0].key == b"i" * 32


def test_where_the_keys_differ_the_initiators_are_given() -> None:
    found = secrets([(phase1(3, 0x40), A, B), (BEGAN + phase1(12, 1), B, A)])
    assert [sa.skeyid for sa in found.ike] == [b"\2" * 32]


def test_perfect_forward_secrecy_leaves_its_secret_in_the_seed() -> None:
    log = BEGAN + phase1(12, 1) + quick_mode(9, b"s" * 256, 0xA1, 0xA2, initiator=True)
    assert secrets([(log, B, A)]).ike[0].quick_modes[0].gxy == b"s" * 256


def test_lines_of_two_threads_may_mix() -> None:
    mixed = ""
    for first, second in zip(
        phase1(12, 1).splitlines(), phase1(7, 1).replace("11" * 8, "33" * 8).splitlines(),
        strict=True,
    ):  # fmt: skip
        mixed += f"{first}\n{second}\n"
    found = secrets([(BEGAN + mixed, B, A)])
    assert {sa.icookie for sa in found.ike} == {b"\x11" * 8, b"\x33" * 8}
    assert {sa.ka for sa in found.ike} == {b"\6" * 32}
