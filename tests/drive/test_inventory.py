"""Inventories: what may stand in them, and what is said about those that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labkit.drive import inventory
from labkit.drive.inventory import InventoryError

NETMIKO = {"device_type": "nokia_sros", "host": "127.0.0.1", "port": 40001, "password": "x"}


def test_the_json_of_serve_is_an_inventory(tmp_path: Path) -> None:
    path = tmp_path / "lab.json"
    device = {"name": "R6", "platform": "nokia_sros", "netmiko": NETMIKO}
    path.write_text(json.dumps({"checkpoint": "baseline", "devices": [device]}))
    found = inventory.load(path)["R6"]
    assert (found.platform, found.netmiko["port"], found.real) == ("nokia_sros", 40001, False)


def test_a_persons_yaml_is_one_too_and_takes_secrets_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTER_PASSWORD", "from outside")
    path = tmp_path / "mine.yaml"
    path.write_text(
        "devices:\n  - name: R6\n    platform: nokia_sros\n"
        '    netmiko: {host: 192.0.2.6, username: admin, password: "env:ROUTER_PASSWORD"}\n'
    )
    found = inventory.load(path)["R6"]
    assert found.netmiko["password"] == "from outside"
    assert found.netmiko["device_type"] == "nokia_sros"
    assert found.real
    assert "from outside" not in repr(found)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (3, "needs a list `devices`"),
        ({"devices": [{"name": "R6"}]}, "device 1: needs `name`, `platform` and a mapping"),
        ({"devices": [{"platform": "linux", "netmiko": {"host": "x"}}]}, "needs a `name`"),
        ({"devices": [{"name": "R", "platform": "linux", "netmiko": {}}]}, "needs a `host`"),
        ({"devices": [{"name": "R", "netmiko": {"host": "x"}}]}, "needs a `platform`"),
        (
            {
                "devices": [
                    {"name": "R", "netmiko": {**NETMIKO, "password": "env:NOT_THERE_AT_ALL"}}
                ]
            },
            "the environment has no NOT_THERE_AT_ALL",
        ),
        ({"devices": [{"name": "R", "netmiko": NETMIKO}] * 2}, "R is listed twice"),
    ],
)
def test_a_wrong_inventory_is_refused_with_its_reason(document: Any, message: str) -> None:
    with pytest.raises(InventoryError, match=message):
        inventory.parse(document)


def test_an_unknown_device_names_those_that_there_are() -> None:
    known = inventory.parse({"devices": [{"name": "R6", "netmiko": NETMIKO}]})
    with pytest.raises(InventoryError, match="no device 'R7'; there are: R6"):
        known["R7"]


@pytest.mark.parametrize(
    "more", [{"real": True}, {"netmiko": {**NETMIKO, "ip": "192.0.2.1"}},
             {"netmiko": {**NETMIKO, "ssh_config_file": "~/.ssh/config"}}],
)  # fmt: skip
def test_a_detour_from_loopback_leads_to_a_real_device(more: dict[str, Any]) -> None:
    """netmiko prefers `ip` to `host`, and an SSH configuration may jump anywhere."""
    entry = {"name": "R6", "platform": "nokia_sros", "netmiko": NETMIKO, **more}
    assert inventory.parse({"devices": [entry]})["R6"].real


@pytest.mark.parametrize(
    "text", ['devices:\n - password: "hunter2\n', '{"password": "hunter2"', "a: " + "[" * 200_000]
)
def test_what_is_said_about_a_broken_inventory_quotes_nothing_of_it(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InventoryError, match=r"neither JSON nor YAML: .* line|too deep") as refused:
        inventory.load(path)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
