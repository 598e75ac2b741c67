"""The mode graph of IOS: which rows each mode has, and what it puts into the prompt.

Data only; grammars are compiled when a mode is first entered, once a process.
"""

from __future__ import annotations

from labkit.cli.cisco_ios import (
    config_aaa,
    config_acl,
    config_archive,
    config_crypto,
    config_crypto_map,
    config_interface,
    config_keyring,
    config_routing,
    config_system,
    login_guard,
)
from labkit.cli.cisco_ios.rows import Mode, Row

_STEERING = config_system.STEERING


def _mode(name: str, rows: list[Row], parent: str | None = "config") -> Mode:
    return Mode(name, f"({name})", [*_STEERING, *rows], parent)


MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        _mode(
            "config",
            [
                *config_system.SERVICE,
                *config_archive.GLOBAL,
                *config_aaa.GLOBAL,
                *login_guard.ROWS,
                *config_interface.GLOBAL,
                *config_crypto.GLOBAL,
                *config_crypto_map.GLOBAL,
                *config_keyring.GLOBAL,
                *config_routing.GLOBAL,
                *config_acl.GLOBAL,
            ],
            None,
        ),
        _mode("config-if", config_interface.INTERFACE),
        _mode("config-line", [*config_system.LINE, *config_aaa.LINE]),
        _mode("config-isakmp", config_crypto.POLICY),
        _mode("config-isakmp-peer", config_crypto.PEER),
        _mode("cfg-crypto-trans", config_crypto.TRANSFORM_SET),
        _mode("config-crypto-map", [*config_crypto_map.ENTRY, *config_keyring.USE]),
        _mode("conf-keyring", config_keyring.KEYRING),
        _mode("conf-isa-prof", config_keyring.PROFILE),
        _mode("config-router", config_routing.ROUTER_BGP),
        _mode("config-router-af", config_routing.AF, "config-router"),
        _mode("config-route-map", config_routing.ROUTE_MAP),
        _mode("config-ext-nacl", config_acl.EXTENDED),
        _mode("config-std-nacl", config_acl.STANDARD),
        _mode("config-archive", config_archive.ARCHIVE),
        _mode("config-red", []),
        _mode("config-cp", []),
    )
}
"""The modes of configuring, by name."""
