"""Real strongSwan speaks IKEv1 and ESP with us, in network namespaces of their own.

Skipped where charon, its vici tool or the right to make namespaces is missing.  What is tried,
and the page that says how it went, is `matrix`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interop import matrix, strongswan
from tests.interop.matrix import MISMATCHES, OTHERS, ROLES, UP, Mismatch, Suite
from tests.interop.strongswan import Ours, Strongswan
from tests.interop.wrong import MISTAKES

PAGE = strongswan.ROOT / "docs" / "interoperability.md"
WE_BEGIN = ROLES[0]
Pair = tuple[Ours, Strongswan]
went: list[tuple[str, str, str]] = []
"""The rows of the page, as they were seen in this run."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    lacking = strongswan.missing()
    if lacking:
        if os.environ.get("LABKIT_REQUIRE_STRONGSWAN") == "1":
            pytest.fail(f"{lacking}, and LABKIT_REQUIRE_STRONGSWAN=1 demands it", pytrace=False)
        pytest.skip(lacking)
    with strongswan.running(tmp_path_factory.mktemp("strongswan")) as pair:
        yield pair


def bring_up(both: Pair, role: str, ours: dict[str, object], theirs: dict[str, str]) -> None:
    """A tunnel between the two, begun by one of them."""
    us, them = both
    them.load(**theirs)
    us("configure", **ours)
    if role == WE_BEGIN:
        us("begin")
    else:
        with them.initiate():
            pass
    # charon's threads may take our last message of aggressive mode after our first of quick mode,
    # which it then ignores: we say it again after 10 s, as IOS does.
    assert us("installed", pairs=1, seconds=25), them.log()[-3000:]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("suite", matrix.suites(), ids=str)
def test_a_tunnel_comes_up_and_pings_cross_it_both_ways(
    both: Pair, suite: Suite, role: str
) -> None:
    us, them = both
    bring_up(both, role, suite.ours, suite.theirs)
    assert us("ping"), them.log()[-3000:]
    assert them.ping()
    report = us("report")
    assert report["answered"] >= 1
    assert report["in_udp"]
    assert set(report["pfs"]) == {suite.pfs}
    went.append((str(suite), role, UP))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mismatch", MISMATCHES, ids=lambda each: each.name)
def test_a_mismatch_ends_on_both_sides_as_it_should(
    both: Pair, mismatch: Mismatch, role: str
) -> None:
    us, them = both
    ours, theirs = mismatch.told(role)
    them.load(**theirs)
    us("configure", **ours)
    event, words = mismatch.ends[ROLES.index(role)]
    begun = None
    if role == WE_BEGIN:
        us("begin")
    else:
        begun = them.initiate()
    try:
        assert us("until", event=event), (us("report"), them.log()[-3000:])
        assert them.says(words), them.log()[-3000:]
        assert "SaInstalled" not in us("report")["events"]
    finally:
        if begun is not None:
            begun.terminate()
            begun.wait(10)
    went.append((mismatch.name, role, f"we: {event}; charon: {words}"))


@pytest.mark.parametrize("role", ROLES)
def test_aggressive_mode(both: Pair, role: str) -> None:
    us, _ = both
    bring_up(both, role, {"aggressive": role == WE_BEGIN}, {"aggressive": "yes"})
    assert us("ping")
    seen(OTHERS[ROLES.index(role)])


def test_strongswan_renews_both_phases_and_packets_go_on(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    assert us("ping")
    them.control("--rekey", "--child", "net")
    assert us("installed", pairs=2)
    assert us("ping")
    them.control("--rekey", "--ike", "labkit")
    assert them.says("CONNECTING => ESTABLISHED", times=2), them.log()[-3000:]
    assert us("ping")
    seen(OTHERS[2])


def test_we_renew_phase_2_and_packets_go_on(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    assert us("ping")
    us("rekey")
    assert us("installed", pairs=2), them.log()[-3000:]
    assert us("ping")
    assert them.ping()
    seen(OTHERS[3])


def test_our_deletes_are_understood(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    assert us("ping")
    us("delete")
    assert them.says("received DELETE for IKE_SA")
    assert "labkit" not in them.control("--list-sas")
    seen(OTHERS[4])


def test_its_deletes_are_understood(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    assert us("ping")
    them.control("--terminate", "--ike", "labkit", "--force")
    assert us("until", event="SaDeleted")
    assert us("until", event="IkeSaDeleted")
    seen(OTHERS[5])


def test_we_ask_whether_it_is_there_and_give_it_up(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {"dpd": True}, {})
    assert them.says("N(DPD_ACK)"), them.log()[-3000:]
    us("deaf")
    assert us("until", event="PeerDead", seconds=20)
    seen(OTHERS[6])


def test_it_asks_whether_we_are_there_and_gives_us_up(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {"dpd": "dpd_delay = 1s\n  dpd_timeout = 3s"})
    assert them.says("parsed INFORMATIONAL_V1 request"), them.log()[-3000:]
    assert them.says("N(DPD_ACK)"), them.log()[-3000:]
    us("deaf")
    assert them.says("DPD check timed out"), them.log()[-3000:]
    seen(OTHERS[7])


def test_perfect_forward_secrecy_that_we_do_not_ask_for_is_given(both: Pair) -> None:
    bring_up(both, ROLES[1], {}, {"esp": "aes256-sha512-modp2048"})
    assert both[0]("ping")
    assert both[0]("report")["pfs"] == [14, 14]
    seen(OTHERS[8])


def test_perfect_forward_secrecy_that_it_does_not_know_is_refused(both: Pair) -> None:
    us, them = both
    them.load()
    us("configure", pfs=14)
    us("begin")
    assert us("until", event="NotifyReceived"), them.log()[-3000:]
    assert them.says("no matching proposal found, sending NO_PROPOSAL_CHOSEN")
    assert "SaInstalled" not in us("report")["events"]
    seen(OTHERS[9])


def test_both_begin_at_once(both: Pair) -> None:
    us, them = both
    them.load()
    us("configure")
    begun = them.initiate()
    us("begin")
    begun.wait(20)
    assert us("installed", pairs=1, seconds=25), them.log()[-3000:]
    assert us("ping")
    assert them.ping()
    seen(OTHERS[10])


def test_a_flood_of_pings_goes_on_while_phase_2_is_renewed(both: Pair) -> None:
    """A ping that is not answered is sent again, as whatever is above ESP would: at the moment of
    change charon's threads may take our packet before the message that makes its SA."""
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    assert us("ping")
    for number, renew in enumerate((lambda: them.control("--rekey", "--child", "net"),
                                    lambda: us("rekey"))):  # fmt: skip
        assert us("flood", count=20) == 0
        renew()
        assert us("flood", count=50) <= 1
        assert us("installed", pairs=2 + number), them.log()[-3000:]
        assert us("flood", count=20) == 0
    seen(OTHERS[11])


def test_esp_that_is_fragmented_on_the_way_arrives(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    with strongswan.narrow(us, them, 1200):
        assert us("ping", size=1300), them.log()[-3000:]
        assert them.ping(1300)
    assert all(host.fragments() for host in (us.host, them.host))
    seen(OTHERS[12])


def test_esp_that_is_sent_once_more_is_refused_by_both(both: Pair) -> None:
    us, them = both
    bring_up(both, WE_BEGIN, {}, {})
    assert us("ping")
    assert us("hear again") == "Replayed"
    assert "sequence number verification failed" not in them.log()
    us("say again")
    assert them.says("sequence number verification failed"), them.log()[-3000:]
    assert us("ping")
    seen(OTHERS[13])


# ---- made wrong on purpose: without this the rest would prove nothing

NOTICED = {
    "IV": "could not decrypt payloads",
    "ESP padding, zeros": "parsing ESP payload failed: invalid padding",
    "ESP padding, its length": "parsing ESP payload failed: invalid padding",
}
"""What charon says of a mistake of ours."""
BORNE = ("payload order", "ESP padding, longer")
"""What charon puts up with; the recordings of tests/parity do not."""


@pytest.fixture
def make(both: Pair) -> Iterator[Callable[[str], None]]:
    """Makes a mistake until the end of the test."""
    yield lambda mistake: both[0]("wrong", mistake=mistake)
    both[0]("wrong", mistake=None)


@pytest.mark.parametrize("mistake", NOTICED)
def test_a_mistake_of_ours_ends_in_no_answer(
    both: Pair, make: Callable[[str], None], mistake: str
) -> None:
    us, them = both
    make(mistake)
    them.load()
    us("configure")
    us("begin")
    assert them.says("ESTABLISHED"), them.log()[-3000:]
    if mistake == "IV":
        assert not us("installed", pairs=1, seconds=1)
    else:
        assert us("installed", pairs=1)
        assert not us("ping", seconds=1)
    assert them.says(NOTICED[mistake]), them.log()[-3000:]


def test_a_wrong_notify_code_is_taken_for_what_it_says(
    both: Pair, make: Callable[[str], None]
) -> None:
    us, them = both
    make("notify code")
    them.load(esp="aes128-sha256")
    us("configure")
    begun = them.initiate()
    try:
        assert them.says("received PAYLOAD_MALFORMED error notify"), them.log()[-3000:]
        assert matrix.WE_REFUSE not in them.log()
    finally:
        begun.terminate()
        begun.wait(10)


@pytest.mark.parametrize("mistake", BORNE)
def test_what_charon_puts_up_with_is_left_to_the_recordings(
    both: Pair, make: Callable[[str], None], mistake: str
) -> None:
    make(mistake)
    bring_up(both, WE_BEGIN, {}, {})
    assert both[0]("ping")


def test_every_mistake_is_tried_here() -> None:
    assert {*NOTICED, *BORNE, "notify code"} == set(MISTAKES)


def seen(name: str) -> None:
    went.append((name, "", "as said"))


def test_the_page_tells_of_all_of_it(both: Pair, request: pytest.FixtureRequest) -> None:
    """Last: it looks at what this run has seen, and writes the page if it is asked to."""
    if any(each.failed for each in _reports(request)) or len(went) < len(matrix.expected()):
        pytest.skip("the whole matrix was not run, or not all of it went well")
    assert went == matrix.expected()
    if os.environ.get("LABKIT_WRITE_INTEROPERABILITY") == "1":
        began = (both[1].folder / "log").read_text()
        match = re.search(r"\((strongSwan [\d.]+)", began)
        assert match
        PAGE.write_text(matrix.page(went, match[1]), encoding="utf-8")


def _reports(request: pytest.FixtureRequest) -> list[pytest.TestReport]:
    stats = request.config.pluginmanager.get_plugin("terminalreporter")
    return list(getattr(stats, "stats", {}).get("failed", [])) if stats else []


def test_the_stored_page_has_a_row_for_every_scenario() -> None:
    """Without any strongSwan: the page does not fall behind what is tried."""
    text = Path(PAGE).read_text(encoding="utf-8")
    head, _, table = text.partition("|---|---|---|\n")
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in
            table.splitlines()]  # fmt: skip
    assert rows == matrix.expected()
    wanted = matrix.head("VERSION").replace("|---|---|---|\n", "")
    assert re.sub(r"strongSwan [\d.]+,", "VERSION,", head) == wanted
