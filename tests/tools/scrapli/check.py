"""scrapli 1, as it comes, against the lab: four transports, Cisco IOS and SR OS classic."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import Any

from checking import A, B, Lab, check, main
from scrapli import AsyncScrapli, Scrapli
from scrapli.exceptions import ScrapliAuthenticationFailed

TRANSPORTS = ["system", "paramiko"]
if importlib.util.find_spec("ssh2"):  # has no wheels for the newest Pythons
    TRANSPORTS.append("ssh2")


def arguments(lab: Lab, name: str, **more: Any) -> dict[str, Any]:
    """What scrapli wants to be told of a device."""
    login = lab.login(name)
    sros = login["device_type"] == "nokia_sros"
    return {
        "host": login["host"],
        "port": login["port"],
        "auth_username": login["username"],
        "auth_password": login["password"],
        "auth_strict_key": False,
        "ssh_config_file": False,
        "platform": "nokia_sros" if sros else "cisco_iosxe",
        **({"variant": "classic"} if sros else {"auth_secondary": login["secret"]}),
        **more,
    }


@check
def ios_transports(lab: Lab) -> None:
    """cisco_iosxe: send_command by every transport"""
    for transport in TRANSPORTS:
        with Scrapli(**arguments(lab, B, transport=transport)) as router:
            assert router.get_prompt() == f"{B}#", transport
            response = router.send_command("show running-config")
            assert not response.failed and response.result.endswith("end"), (transport, response)


@check
def ios_asyncssh(lab: Lab) -> None:
    """cisco_iosxe: two routers at once by the asyncssh transport"""

    async def version(name: str) -> str:
        async with AsyncScrapli(**arguments(lab, name, transport="asyncssh")) as router:
            return str((await router.send_command("show version")).result)

    async def both() -> list[str]:
        return list(await asyncio.gather(version(A), version(B)))

    for name, text in zip((A, B), asyncio.run(both()), strict=True):
        assert f"{name} uptime is" in text, text


@check
def ios_privileges(lab: Lab) -> None:
    """cisco_iosxe: every privilege level and back"""
    with Scrapli(**arguments(lab, A, transport="system")) as router:
        for level in ("exec", "privilege_exec", "configuration", "privilege_exec"):
            router.acquire_priv(level)
        assert router.get_prompt() == f"{A}#"


@check
def ios_configures(lab: Lab) -> None:
    """cisco_iosxe: send_configs, failed for the refused line and stopped at it"""
    with Scrapli(**arguments(lab, A, transport="paramiko")) as router:
        done = router.send_configs(["interface Loopback79", "description scrapli"])
        assert not done.failed, done.result
        shown = router.send_command("show running-config interface Loopback79")
        assert " description scrapli" in shown.result.splitlines(), shown.result
        done = router.send_configs(["nonsense", "interface Loopback80"], stop_on_failed=True)
        assert done.failed and len(done) == 1, done.result
        router.send_config("no interface Loopback79")
        shown = router.send_command("show ip interface brief | include Loopback[78]")
        assert "Loopback" not in shown.result, shown.result


@check
def ios_interactive(lab: Lab) -> None:
    """cisco_iosxe: send_interactive answers what `copy` asks"""
    with Scrapli(**arguments(lab, A, transport="system")) as router:
        done = router.send_interactive(
            [
                ("copy running-config startup-config", "Destination filename", False),
                ("", "[OK]", False),
            ]
        )
        assert not done.failed and "[OK]" in done.result, done.result


@check
def sros_transports(lab: Lab) -> None:
    """nokia_sros classic (scrapli_community): send_command by every transport"""
    for transport in TRANSPORTS:
        with Scrapli(**arguments(lab, "R6", transport=transport)) as router:
            response = router.send_command("show router 100 route-table")
            assert not response.failed and "10.16.16.0/24" in response.result, response.result


@check
def sros_configures(lab: Lab) -> None:
    """nokia_sros classic: send_configs, and a refused line is a failed one"""
    with Scrapli(**arguments(lab, "R4", transport="system")) as router:
        done = router.send_configs(["system location rack-4", "exit all"])
        assert not done.failed, done.result
        text = router.send_command("admin display-config").result
        assert "rack-4" in text and "# Finished" in text, text
        assert router.send_command("show nonsense").failed
        assert not router.send_config("system no location").failed
        assert not router.send_command("admin save").failed


@check
def wrong_password(lab: Lab) -> None:
    """a wrong password is refused"""
    for transport in TRANSPORTS:
        try:
            Scrapli(**arguments(lab, A, transport=transport, auth_password="wrong")).open()
        except ScrapliAuthenticationFailed:
            continue
        raise AssertionError(transport)


main()
