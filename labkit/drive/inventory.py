"""Which devices there are and how to reach them, from a file.

Reads the JSON that `labkit serve --json` prints, or a person's YAML of the same shape:

    devices:
      - name: R6
        platform: nokia_sros
        netmiko: {host: 192.0.2.6, username: admin, password: "env:LAB_PASSWORD"}

`env:NAME` takes a secret from the environment, so that none need stand in a file.  A device is
*real*, and asked about before it is changed, unless it is on this machine's loopback; one that is
reached through a tunnel from there says `real: true`.
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

from labkit import plain_yaml

DETOURS = ("ip", "sock", "ssh_config_file")
"""Arguments of netmiko that lead elsewhere than `host` says."""


class InventoryError(ValueError):
    """The file is no inventory; the message names the file and the device."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device by name, and the arguments that netmiko takes for it."""

    name: str
    platform: str
    netmiko: Mapping[str, Any] = field(repr=False)
    said_real: bool = False
    """The inventory says `real: true`."""

    @property
    def real(self) -> bool:
        """Whether it may matter to somebody: anything but 127.0.0.0/8, reached directly."""
        if self.said_real or any(self.netmiko.get(each) for each in DETOURS):
            return True
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
    try:
        text = plain_yaml.read_text(path)
        if text.lstrip().startswith("{"):
            document = json.loads(text)
        else:
            node = plain_yaml.compose(text, aliases=True)
            document = None if node is None else plain_yaml.build(node)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise InventoryError(f"{path}: neither JSON nor YAML: {_reason(error)}") from None
    return parse(document, str(path))


def _reason(error: Exception) -> str:
    """What is wrong, without the text around it: that may be a password."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem} in line {error.problem_mark.line + 1}"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}"
    return str(error) if isinstance(error, plain_yaml.PlainYamlError) else type(error).__name__


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
    platform = str(entry.get("platform", arguments["device_type"]))
    return Device(entry["name"], platform, arguments, bool(entry.get("real")))


def _secret(value: Any, where: str) -> Any:
    if not isinstance(value, str) or not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if name not in os.environ:
        raise InventoryError(f"{where}: the environment has no {name}")
    return os.environ[name]
