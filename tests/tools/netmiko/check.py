"""netmiko, as it comes, against the lab: both platforms, templates, saving, thirty at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from checking import A, B, Lab, check, main
from netmiko import ConnectHandler
from netmiko.exceptions import ConfigInvalidException, NetmikoAuthenticationException

SESSIONS = 30


@check
def ios_commands(lab: Lab) -> None:
    """cisco_ios: send_command, with paging off and the prompt taken off"""
    with ConnectHandler(**lab.login(B)) as router:
        assert router.find_prompt() == f"{B}#"
        text = router.send_command("show running-config")
        assert "--More--" not in text and text.rstrip().endswith("end"), text
        assert text.count("interface GigabitEthernet") == 3, text


@check
def ios_textfsm(lab: Lab) -> None:
    """cisco_ios: use_textfsm=True gives rows"""
    with ConnectHandler(**lab.login(B)) as router:
        rows = router.send_command("show ip interface brief", use_textfsm=True)
        addresses = {row["interface"]: row["ip_address"] for row in rows}
        assert addresses["GigabitEthernet0/1"] == "198.51.100.2", rows
        assert addresses["Loopback0"] == "10.16.16.16", rows
        [facts] = router.send_command("show version", use_textfsm=True)
        assert facts["hostname"] == B, facts


@check
def ios_modes(lab: Lab) -> None:
    """cisco_ios: enable mode, configuration mode and back"""
    with ConnectHandler(**lab.login(A)) as router:
        router.exit_enable_mode()
        assert router.find_prompt() == f"{A}>" and not router.check_enable_mode()
        router.enable()
        assert router.check_enable_mode()
        router.config_mode()
        assert router.check_config_mode()
        router.exit_config_mode()
        assert router.find_prompt() == f"{A}#"


@check
def ios_configures(lab: Lab) -> None:
    """cisco_ios: send_config_set, save_config, and the saved text has it"""
    lines = [
        "interface Loopback77",
        "description from a script",
        "ip address 192.0.2.129 255.255.255.255",
    ]
    with ConnectHandler(**lab.login(A)) as router:
        router.send_config_set(lines, error_pattern=r"^%")
        assert "[OK]" in router.save_config()
        for text in ("running-config", "startup-config"):
            shown = router.send_command(f"show {text} | section interface Loopback77")
            assert [line.strip() for line in shown.splitlines()] == lines, shown
        router.send_config_set(["no interface Loopback77"], error_pattern=r"% Invalid")
        router.save_config()
        assert "Loopback77" not in router.send_command("show ip interface brief")


@check
def ios_refuses(lab: Lab) -> None:
    """cisco_ios: error_pattern stops send_config_set at the refused line"""
    lines = ["interface Loopback78", "ip adress 192.0.2.130 255.255.255.255", "description never"]
    with ConnectHandler(**lab.login(A)) as router:
        refused = ""
        try:
            router.send_config_set(lines, error_pattern=r"% Invalid input")
        except ConfigInvalidException as error:
            refused = str(error)
        assert "ip adress" in refused, refused
        router.exit_config_mode()
        assert "never" not in router.send_command("show running-config")
        router.send_config_set(["no interface Loopback78"])


@check
def ios_long_command(lab: Lab) -> None:
    """cisco_ios: a long ping by expect_string, a dialogue by send_multiline"""
    with ConnectHandler(**lab.login(B)) as router:
        text = router.send_command(
            "ping 10.15.15.15 source Loopback0 repeat 200", expect_string=r"Success rate.*\n.*#"
        )
        assert "(200/200)" in text, text
        text = router.send_multiline(
            [["ping", "Protocol"], ["ip", "Target"], ["10.15.15.15", "Repeat"], ["3", "Datagram"],
             ["100", "Timeout"], ["2", "Extended"], ["n", "Sweep"], ["n", r"#"]]
        )  # fmt: skip
        assert "(3/3)" in text, text


@check
def sros_commands(lab: Lab) -> None:
    """nokia_sros: send_command, with paging off"""
    with ConnectHandler(**lab.login("R6")) as router:
        assert router.find_prompt().lstrip("*") == "A:R6#"
        assert "TiMOS" in router.send_command("show version")
        text = router.send_command("show router 100 route-table")
        assert "10.16.16.0/24" in text and "Press any key" not in text, text


@check
def sros_textfsm(lab: Lab) -> None:
    """alcatel_sros (netmiko's older name, and that of its templates): use_textfsm=True"""
    with ConnectHandler(**{**lab.login("R2"), "device_type": "alcatel_sros"}) as router:
        rows = router.send_command("show service service-using", use_textfsm=True)
        found = {(row["service_id"], row["type"], row["operational_status"]) for row in rows}
        assert found == {("100", "VPRN", "Up"), ("101", "VPLS", "Up")}, rows
        rows = router.send_command("show router interface", use_textfsm=True)
        assert ["10.10.10.2/32"] in [row["ip_address"] for row in rows], rows


@check
def sros_configures(lab: Lab) -> None:
    """nokia_sros: send_config_set, save_config, and no line refused"""
    with ConnectHandler(**lab.login("R5")) as router:
        refused = r"(Error|MINOR|MAJOR|CRITICAL):"
        router.send_config_set(
            ["/configure system location rack-9", "/configure router interface system"],
            error_pattern=refused,
        )
        assert "rack-9" in router.send_command("admin display-config")
        assert "OK" in router.save_config() and router.find_prompt() == "A:R5#"
        router.send_config_set(["/configure system no location"], error_pattern=refused)
        router.save_config()


@check
def sros_refuses(lab: Lab) -> None:
    """nokia_sros: error_pattern stops send_config_set at the refused line"""
    with ConnectHandler(**lab.login("R5")) as router:
        try:
            router.send_config_set(["/configure nonsense"], error_pattern=r"Error: Bad command")
        except ConfigInvalidException:
            router.send_command("exit all")
        else:
            raise AssertionError("the wrong line was taken")


@check
def hosts(lab: Lab) -> None:
    """linux: the PCs and the lab's own channel answer too"""
    with ConnectHandler(**lab.login("PC-A")) as host:
        assert "192.168.1.10/24" in host.send_command("ip addr")
    with ConnectHandler(**lab.login("lab")) as control:
        assert "baseline" in control.send_command("status")


@check
def wrong_password(lab: Lab) -> None:
    """a wrong password is refused"""
    try:
        ConnectHandler(**{**lab.login(A), "password": "wrong"})
    except NetmikoAuthenticationException:
        return
    raise AssertionError("let in")


SAYS = {
    "linux": ("ip addr", "lo"),
    "nokia_sros": ("show version", "TiMOS"),
    "cisco_ios": ("show version", "IOSv"),
}


@check
def thirty_sessions(lab: Lab) -> None:
    """thirty sessions at once, each with commands of its own, without an error"""
    everybody = threading.Barrier(SESSIONS)
    names = [name for name in lab.names if name != "lab"]

    def session(number: int) -> None:
        name = names[number % len(names)]
        command, expected = SAYS[lab.login(name)["device_type"]]
        with ConnectHandler(**lab.login(name), conn_timeout=60, banner_timeout=60) as device:
            everybody.wait(timeout=120)
            # To find the prompt netmiko sends Enter, and again if a quarter of a second brought
            # nothing; thirty threads at two processors then take the late one for the answer.
            for _ in range(3):
                said = device.send_command(command, expect_string=r"[#>$] ?$", read_timeout=60)
                assert expected in said, said

    with ThreadPoolExecutor(SESSIONS) as pool:
        for done in [pool.submit(session, number) for number in range(SESSIONS)]:
            done.result()


main()
