"""scrapli 2 (the same ideas, a new engine in one library) against the lab: both its transports."""

from __future__ import annotations

from typing import Any

from checking import A, B, Lab, check, main
from scrapli import AuthOptions, Cli
from scrapli.auth import LookupKeyValue
from scrapli.transport import BinOptions, Ssh2Options

TRANSPORTS = (BinOptions, Ssh2Options)
DEFINITIONS = {"cisco_ios": "cisco_iosxe", "nokia_sros": "nokia_sros_classic"}


def device(lab: Lab, name: str, transport: type = BinOptions) -> Any:
    """A connection to be used in `with`."""
    login = lab.login(name)
    return Cli(
        login["host"],
        port=login["port"],
        definition_file_or_name=DEFINITIONS[login["device_type"]],
        auth_options=AuthOptions(
            username=login["username"],
            password=login["password"],
            lookups=[LookupKeyValue(key="enable", value=login["secret"])],
        ),
        transport_options=transport(),
    )


@check
def ios_commands(lab: Lab) -> None:
    """cisco_iosxe: send_input by both transports"""
    for transport in TRANSPORTS:
        with device(lab, B, transport) as router:
            done = router.send_input("show running-config")
            assert not done.failed and done.result.rstrip().endswith("end"), done.result
            assert "--More--" not in done.result


@check
def ios_configures(lab: Lab) -> None:
    """cisco_iosxe: configuration mode and back, a refused line is a failed one"""
    with device(lab, A) as router:
        lines = ["interface Loopback81", "description scrapli 2"]
        assert not router.send_inputs(lines, requested_mode="configuration").failed
        shown = router.send_input("show running-config interface Loopback81").result
        assert "description scrapli 2" in shown, shown
        assert router.send_input("nonsense", requested_mode="configuration").failed
        router.send_input("no interface Loopback81", requested_mode="configuration")
        assert "Loopback81" not in router.send_input("show ip interface brief").result


@check
def sros_commands(lab: Lab) -> None:
    """nokia_sros_classic: send_input and contexts, by both transports"""
    for transport in TRANSPORTS:
        with device(lab, "R6", transport) as router:
            done = router.send_input("show router 100 route-table")
            assert not done.failed and "10.16.16.0/24" in done.result, done.result
            router.enter_mode(requested_mode="configuration")
            assert "config" in router.get_prompt().result
            assert router.send_input("show nonsense").failed


main()
