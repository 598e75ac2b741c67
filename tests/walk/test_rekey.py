"""Lifetimes and clears, typed by hand: new SAs before the old ones end, and what the wire says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.walk import shark
from tests.walk.reading import A, B, alive, counters, loss, marks, spis
from tests.walk.served import Served

Serve = Callable[..., Served]

PING = "ping 192.168.1.1 source GigabitEthernet0/0"
ESP, ISAKMP = "3", "1"
SHORT_POLICY = "crypto isakmp policy 10\nlifetime 900\n"
LITTLE = "crypto ipsec security-association lifetime kilobytes 2560\n"


def deletes(lab: Served) -> list[tuple[str, str]]:
    """Protocol and sender of every DELETE on the customer's access link, opened with the keys."""
    rows = shark.fields(
        lab.capture("a-access"),
        ["isakmp.delete.protoid", "ip.src"],
        "isakmp.typepayload == 12",
        lab.keys,
    )
    return [(protocol, source) for protocol, source in rows]


def agree(lab: Served) -> None:
    """What goes out of one gateway by an SPI comes in at the other by the same."""
    assert spis(lab, A, "inbound") == spis(lab, B, "outbound")
    assert spis(lab, A, "outbound") == spis(lab, B, "inbound")


@pytest.mark.needs("tshark")
def test_phase_2_is_renewed_before_its_hour_is_over_and_no_ping_is_lost(serve: Serve) -> None:
    """Half a minute before the end there are two pairs, then only the new one."""
    lab = serve("--checkpoint", "tunnel")
    (old,) = spis(lab, B, "inbound")
    lab.type("lab", "advance 3500")
    assert marks(lab, B, f"{PING} repeat 100") == "!" * 100
    lab.type("lab", "advance 75")
    assert len(spis(lab, B, "inbound")) == len(spis(lab, A, "inbound")) == 2
    assert marks(lab, B, f"{PING} repeat 100") == "!" * 100
    lab.type("lab", "advance 60")
    (new,) = spis(lab, B, "inbound")
    assert new != old
    agree(lab)
    assert marks(lab, B, f"{PING} repeat 10") == "!" * 10
    assert counters(lab, A) == counters(lab, B) == (214, 214)
    assert [row[3] for row in alive(lab, B)] == [1001], "the ISAKMP SA is the one of before"
    access = lab.capture("a-access")
    assert shark.count(access, "isakmp.exchangetype == 32", lab.keys) == 6
    used = [row[0].lower() for row in shark.fields(access, ["esp.spi"], "ip.dst == 198.51.100.2")]
    used = [spi for spi in used if spi]
    assert used.count(old) == 104
    assert used.count(new) == 110
    assert used == sorted(used, key=[old, new].index), "once the new SA is there, it is used"
    assert shark.count(access, "esp.icv_bad == 1 || esp.icv_good == 0", lab.keys) == 0
    assert sorted(deletes(lab)) == [(ESP, "192.0.2.28"), (ESP, "198.51.100.2")]


@pytest.mark.needs("tshark")
def test_phase_1_is_renewed_and_the_esp_sas_do_not_notice(serve: Serve) -> None:
    """A second main mode before the end of the first SA; the ESP SAs stay as they are."""
    lab = serve("--checkpoint", "crypto-map")
    for gateway in (A, B):
        lab.configure(gateway, SHORT_POLICY)
    assert marks(lab, B, PING) == ".!!!!"
    before = spis(lab, B, "inbound")
    for _ in range(7):
        lab.type("lab", "advance 150")
        assert loss(lab, "PC-B", "192.168.1.10") == 0
    assert [row[3] for row in alive(lab, B)] == [1002]
    assert [row[3] for row in alive(lab, A)] == [1002]
    assert spis(lab, B, "inbound") == before
    access = lab.capture("a-access")
    assert shark.count(access, "isakmp.exchangetype == 2", lab.keys) == 12
    assert shark.count(access, "isakmp.exchangetype == 32", lab.keys) == 3
    assert shark.count(access, shark.MALFORMED, lab.keys) == 0


@pytest.mark.needs("tshark")
def test_phase_2_is_renewed_by_volume_and_no_ping_is_lost(serve: Serve) -> None:
    """2560 kilobytes are 1,828 pings of 1400 bytes; the next SAs are there before."""
    lab = serve("--checkpoint", "crypto-map")
    lab.configure(B, LITTLE)
    assert marks(lab, B, PING) == ".!!!!"
    (old,) = spis(lab, B, "inbound")
    assert marks(lab, B, f"{PING} repeat 2000 size 1400") == "!" * 2000
    lab.type("lab", "advance 60")
    (new,) = spis(lab, B, "inbound")
    assert new != old
    agree(lab)
    assert shark.count(lab.capture("a-access"), "isakmp.exchangetype == 32", lab.keys) == 6


@pytest.mark.needs("tshark")
def test_clears_are_told_on_the_wire(serve: Serve) -> None:
    """`clear crypto sa` deletes ESP SAs at both ends, `clear crypto isakmp` only Phase 1."""
    lab = serve("--checkpoint", "tunnel")
    (old,) = spis(lab, A, "inbound")
    lab.type(B, "clear crypto sa")
    assert deletes(lab) == [(ESP, "198.51.100.2")]
    for gateway in (A, B):
        assert spis(lab, gateway, "inbound") == spis(lab, gateway, "outbound") == []
        assert "current outbound spi: 0x0(0)" in lab.type(gateway, "show crypto ipsec sa")
        assert [row[2:4] for row in alive(lab, gateway)] == [("QM_IDLE", 1001)]
    assert marks(lab, B, PING) == ".!!!!"
    assert spis(lab, A, "inbound") != [old]
    before = spis(lab, A, "inbound")
    lab.type(B, "clear crypto isakmp")
    assert deletes(lab)[1:] == [(ISAKMP, "198.51.100.2")]
    assert alive(lab, A) == alive(lab, B) == []
    assert marks(lab, B, PING) == "!!!!!"
    assert spis(lab, A, "inbound") == before
