"""Every fault of `data/faults` is seen as its file says, and goes out again without a trace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from labkit.course.observer import InProcess, Observer
from labkit.course.predicates import ask
from labkit.sim.lab import faults
from labkit.sim.lab.faults import REFERENCE, Asked, FaultError
from labkit.sim.lab.lab import Lab

ROWS = 40
"""Of the fault table."""
A, B = "Site-A-GW-Router", "Site-B-GW-Router"
LISTENING = """\
configure terminal
logging buffered 200000
end
debug crypto isakmp
debug crypto ipsec
"""


def configurations(lab: Lab) -> dict[str, str]:
    """What every device would be saved as, and the links."""
    devices = lab.world.devices
    found = {name: device.render() for name, device in devices.items()}
    for name in set(devices) - {A, B}:  # debugging of a gateway does not outlive its reload
        found[f"debug {name}"] = "\n".join(devices[name].debug_commands())
    found["links"] = next(line for line in lab.status().splitlines() if line.startswith("Link"))
    return found


def otherwise(observer: Observer, asked: Iterable[Asked], holds: bool) -> list[str]:
    """What is not as it should be, with what was found instead."""
    findings = [(each, ask(observer, each.that, each.arguments)) for each in asked]
    return [
        f"{each.that} {dict(each.arguments)}: {finding.found}"
        for each, finding in findings
        if finding.holds is not holds
    ]


@pytest.mark.parametrize("name", faults.names())
def test_a_fault_is_seen_as_its_file_says_and_leaves_no_trace(name: str) -> None:
    """Healthy: `breaks` and `spares` hold.  In: `breaks` fail, `shows` and `spares` hold.  Out:
    `breaks` and `spares` hold, and every configuration is as it was."""
    fault = faults.load(name)
    with Lab(REFERENCE) as lab:
        observer = InProcess(lab)
        for gateway in (A, B):
            for line in LISTENING.splitlines():
                lab.run(gateway, line)
        healthy = configurations(lab)
        assert otherwise(observer, (*fault.breaks, *fault.spares), True) == []
        lab.fault(name)
        assert f"Fault       {name}: " in lab.status()
        assert otherwise(observer, fault.breaks, False) == []
        assert otherwise(observer, (*fault.shows, *fault.spares), True) == []
        lab.fault(None)
        assert "Fault" not in lab.status()
        assert configurations(lab) == healthy
        assert otherwise(observer, (*fault.breaks, *fault.spares), True) == []


def test_every_row_of_the_fault_table_has_a_file() -> None:
    assert {faults.load(name).row for name in faults.names()} == set(range(1, ROWS + 1))


@pytest.mark.parametrize("name", faults.names())
def test_a_fault_can_be_seen_and_a_decoy_breaks_nothing(name: str) -> None:
    fault = faults.load(name)
    assert fault.symptom
    assert fault.spares
    assert not (fault.decoy and fault.breaks)
    assert fault.decoy or fault.breaks or fault.shows


def test_a_second_fault_takes_the_place_of_the_first() -> None:
    with Lab(REFERENCE) as lab:
        lab.fault("f38")
        lab.fault("f20a")
        assert "default via 172.16.1.1" in lab.run("PC-B", "ip route")
        assert "192.168.1.0" not in lab.run("Site-B-GW-Router", "show ip route")


def test_a_fault_that_somebody_has_repaired_by_hand_is_taken_out_all_the_same() -> None:
    with Lab(REFERENCE) as lab:
        healthy = configurations(lab)
        lab.fault("f24")
        b = "Site-B-GW-Router"
        for line in (
            "configure terminal",
            "no ip nat inside source list 1 interface GigabitEthernet0/1 overload",
            "no access-list 1",
            "end",
        ):
            lab.run(b, line)
        lab.fault(None)
        assert configurations(lab) == healthy


def test_what_cannot_be_is_said_in_a_line() -> None:
    with Lab() as lab:
        with pytest.raises(FaultError, match="there is no fault 'f99'"):
            lab.fault("f99")
        with pytest.raises(ValueError, match="no fault is in"):
            lab.fault(None)
        assert lab.run("lab", "fault f99").startswith("% there is no fault 'f99'")
        assert lab.run("lab", "fault off") == "% no fault is in\n"


def test_a_line_that_a_device_refuses_undoes_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "row: 1\ntitle: t\ncause: c\nproof: p\n"
        "inject: {config: {PC-B: ip route del default, PC-A: ip nonsense}}\n"
        "restore: {config: {PC-B: ip route add default via 172.16.1.1}}\n"
    )
    (tmp_path / "bad.yaml").write_text(text)
    monkeypatch.setattr(faults, "load", lambda name: faults.read(tmp_path / f"{name}.yaml"))
    with Lab(REFERENCE) as lab:
        healthy = configurations(lab)
        with pytest.raises(ValueError, match="nonsense"):
            lab.fault("bad")
        assert configurations(lab) == healthy
        assert "Fault" not in lab.status()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "no mapping where one is expected"),
        ("row: 1\nsymptoms: []", "unknown keys: symptoms"),
        ("row: 1\ntitle: t\nproof: p", "lacks cause"),
        ("title: t\ncause: c\nproof: p", "lacks row"),
        ("row: 1\ntitle: t\ncause: c\nproof: p\ninject: {lines: {}}", "unknown keys: lines"),
        ("row: {", "not YAML"),
        ("row: 1\ntitle: t\ncause: c\nproof: p\nbreaks: [{what: x}]", "unknown keys: what"),
    ],
)
def test_a_file_that_is_no_fault_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(FaultError, match=f"mine.yaml: .*{message}"):
        faults.read(tmp_path / "mine.yaml")
