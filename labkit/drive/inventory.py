"""Which devices there are and how to reach them, from a file.

Reads the JSON that `labkit serve --json` prints, or a person's YAML of the same shape:

    devices:
      - name: R6
        platform: nokia_sros
        netmiko: {host: 192.0.2.6, username: admin, password: "env:LAB_PASSWORD"}

`env:NAME` takes a secret from the environment, so that none need stand in a file.  A device is
*real*, and asked about before it is changed, unless it is on this machine's loopback.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import Any

import yaml


class InventoryError(ValueError):
    """The file is no inventory; the message names the file and the device."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device by name, and the arguments that netmiko takes for it."""

    name: str
    platform: str
    netmiko: Mapping[str, Any] = field(repr=False)

    @property
    def real(self) -> bool:
        """Whether it may matter to somebody (anything but 127.0.0.0/8)."""
        host = str(self.netmiko["host"])
        try:
            return not IPv4Address(host).is_loopback
        except AddressValueError:
            return host != "localhost"


@dataclass(frozen=True, slots=True)
class Inventory:
    devices: Mapping[str, Device]

    def __getitem__(self, name: str) -> Device:
        try:
            return self.devices[name]
        except KeyError:
            known = ", ".join(self.devices)
            raise InventoryError(f"no device {name!r}; there are: {known}") from None


def load(path: Path) -> Inventory:
    """Read an inventory.  Raises InventoryError if it is none, OSError if it cannot be read."""
    text = path.read_text(encoding="utf-8")
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise InventoryError(f"{path}: neither JSON nor YAML: {error}") from error
    return parse(document, str(path))


def parse(document: Any, source: str = "inventory") -> Inventory:
    """Build an inventory from the parsed document.  Raises InventoryError."""
    if not isinstance(document, dict) or not isinstance(document.get("devices"), list):
        raise InventoryError(f"{source}: needs a list `devices`")
    devices: dict[str, Device] = {}
    for i, entry in enumerate(document["devices"], start=1):
        device = _device(entry, f"{source}: device {i}")
        if device.name in devices:
            raise InventoryError(f"{source}: device {device.name} is listed twice")
        devices[device.name] = device
    return Inventory(devices)


def _device(entry: Any, where: str) -> Device:
    if not isinstance(entry, dict) or not isinstance(entry.get("netmiko"), dict):
        raise InventoryError(f"{where}: needs `name`, `platform` and a mapping `netmiko`")
    arguments = {"device_type": entry.get("platform"), **entry["netmiko"]}
    for key, value in (("name", entry.get("name")), ("host", arguments.get("host"))):
        if not isinstance(value, str) or not value:
            raise InventoryError(f"{where}: needs a `{key}`")
    if not arguments["device_type"]:
        raise InventoryError(f"{where}: needs a `platform`")
    arguments = {key: _secret(value, where) for key, value in arguments.items()}
    return Device(entry["name"], str(entry.get("platform", arguments["device_type"])), arguments)


def _secret(value: Any, where: str) -> Any:
    if not isinstance(value, str) or not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if name not in os.environ:
        raise InventoryError(f"{where}: the environment has no {name}")
    return os.environ[name]
