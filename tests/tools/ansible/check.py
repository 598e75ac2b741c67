"""Ansible's cisco.ios, as the PyPI bundle has it, against the lab: the playbooks beside this.

network_cli over paramiko and over libssh; what must hold is asserted in the playbooks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checking import A, B, Lab, check, main

HERE = Path(__file__).parent
WAN = {A: "192.0.2.28", B: "198.51.100.2"}


def play(lab: Lab, playbook: str, ssh_type: str) -> None:
    """Run a playbook on both gateways; raises AssertionError with what Ansible said."""
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "inventory.json")
        inventory.write_text(json.dumps(gateways(lab, ssh_type)), encoding="utf-8")
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                *("-i", str(inventory), str(Path(folder, playbook))),
            ],
            env=settings(folder),
            cwd=copy(folder),
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def gateways(lab: Lab, ssh_type: str) -> dict[str, object]:
    """An inventory of both gateways."""
    hosts = {}
    for name, address in WAN.items():
        login = lab.login(name)
        hosts[name] = {
            "ansible_host": login["host"],
            "ansible_port": login["port"],
            "ansible_user": login["username"],
            "ansible_password": login["password"],
            "ansible_become_password": login["secret"],
            "wan": address,
        }
    common = {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "cisco.ios.ios",
        "ansible_network_cli_ssh_type": ssh_type,
        "ansible_become": True,
        "ansible_become_method": "ansible.netcommon.enable",
    }
    return {"gateways": {"hosts": hosts, "vars": common}}


def copy(folder: str) -> str:
    """The playbooks in a folder that may be written to: backups go beside them."""
    for playbook in HERE.glob("*.yml"):
        Path(folder, playbook.name).write_text(playbook.read_text(encoding="utf-8"), "utf-8")
    return folder


def settings(folder: str) -> dict[str, str]:
    """Nothing of the person's own Ansible, SSH or home."""
    return {
        **os.environ,
        "HOME": folder,
        "ANSIBLE_HOME": folder,
        "ANSIBLE_LOCAL_TEMP": folder,
        "ANSIBLE_HOST_KEY_CHECKING": "False",
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PERSISTENT_CONTROL_PATH_DIR": folder,
        "LC_ALL": "C.UTF-8",
    }


@check
def facts(lab: Lab) -> None:
    """ios_command with wait_for and prompts, ios_facts, over libssh"""
    play(lab, "facts.yml", "libssh")


@check
def configure(lab: Lab) -> None:
    """ios_config and ios_static_routes change nothing the second time, over paramiko"""
    play(lab, "configure.yml", "paramiko")


main()
