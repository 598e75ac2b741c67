"""The classic CLI as a person meets it: prompts, moving about, help, errors, the pager."""

from __future__ import annotations

import pytest

from labkit.sim.net.link import LinkChange
from tests.sim.routers.sros.bench import Bench


def test_a_session_is_greeted_once_and_sees_one_prompt(quiet: Bench) -> None:
    greeting = quiet.terminal("R6").greeting
    assert greeting.startswith("TiMOS-C-13.0.R9 ")
    assert greeting.endswith("\n\nA:R6# ")


def test_the_prompt_shows_the_context_and_a_star_for_what_is_not_saved(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("configure service vprn 100")
    assert r6.prompt() == "A:R6>config>service>vprn# "
    r6('interface "toCustomerSiteB-SideB"')
    assert r6.prompt() == "A:R6>config>service>vprn>if# "
    r6('description "x"')
    assert r6.prompt() == "*A:R6>config>service>vprn>if# "
    assert "Saving configuration ... OK" in r6("/admin save")
    assert r6.prompt() == "A:R6>config>service>vprn>if# "


def test_a_context_just_created_ends_its_prompt_in_a_dollar(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6('configure router interface "new"')
    assert r6.prompt() == "*A:R6>config>router>if$ "
    r6("exit")
    r6('configure router interface "new"')
    assert r6.prompt() == "*A:R6>config>router>if# "


def test_exit_goes_where_one_came_from_and_back_one_up(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    r6("configure service vprn 100 bgp")
    r6("back")
    assert r6.prompt() == "A:R6>config>service>vprn# "
    r6("exit")
    r6("exit")
    assert r6.prompt() == "A:R6# "
    r6("configure router mpls")
    r6("exit all")
    assert r6.prompt() == "A:R6# "


def test_show_and_rooted_commands_work_in_any_context(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    r6("configure router mpls")
    assert "sap" not in r6("show service sap-using").lower().split("portid")[0]
    assert "1/1/1" in r6("/show service sap-using")
    assert r6.prompt() == "A:R6>config>router>mpls# "


def test_show_is_a_context_of_its_own(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    r6("show router 100")
    assert r6.prompt() == "A:R6>show>router# "
    assert "Route Table (Service: 100)" in r6("route-table")


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("shwo", 0, "Error: Bad command."),
        ("show router bogus", 12, "Error: Bad command."),
        ("show service id abc base", 16, "Error: Invalid parameter."),
        ("show service id 0 base", 16, "Error: Invalid parameter."),
        ("ping 10.0.0.256", 5, "Error: Invalid parameter."),
        ("configure router in x extra", 22, "Error: Bad command."),
    ],
)
def test_a_caret_stands_below_the_first_bad_word(
    quiet: Bench, line: str, column: int, message: str
) -> None:
    printed = quiet.terminal("R6")(line).split("\n")
    assert printed == [" " * (len("A:R6# ") + column) + "^", message]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("show service id", "Error: Missing parameter"),
        ("show service id 7 base", 'MINOR: CLI Invalid service id "7".'),
        ("show router 999 route-table", 'MINOR: CLI Invalid router instance "999".'),
        ("ping 10.0.0.1 router 999", 'MINOR: CLI Invalid router instance "999".'),
        ("admin rollback revert 3 now", "MINOR: CLI Rollback checkpoint file does not exist."),
        ('show router mpls lsp "no-such"', 'MINOR: CLI LSP "no-such" does not exist.'),
    ],
)
def test_what_is_missing_or_does_not_exist_is_named(quiet: Bench, line: str, message: str) -> None:
    assert quiet.terminal("R6")(line).split("\n")[-1] == message


def test_words_may_be_shortened_as_long_as_they_are_clear(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert r6("sho rout 100 route-t").startswith("\n=====")
    assert r6("s").split("\n")[-1] == "Error: Ambiguous command."


def test_info_is_indented_by_its_depth_between_dashes(quiet: Bench) -> None:
    r1 = quiet.terminal("R2")
    r1("configure service vpls 101")
    assert r1("info").split("\n") == [
        "-" * 46,
        "            allow-ip-int-bind",
        "            exit",
        "            stp",
        "                shutdown",
        "            exit",
        '            service-name "CustomerSiteA"',
        "            spoke-sdp 21:101 create",
        "                no shutdown",
        "            exit",
        "            no shutdown",
        "-" * 46,
    ]


def test_info_detail_writes_defaults_too(quiet: Bench) -> None:
    r2 = quiet.terminal("R2")
    r2('configure service vprn 100 interface "toCustomerSiteA" vrrp 101')
    assert "preempt" not in r2("info")
    detail = [line.strip() for line in r2("info detail").split("\n")]
    assert {"preempt", "message-interval 1", "no telnet-reply", "priority 201"} <= set(detail)


def test_match_picks_lines(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert r6("admin display-config | match route-distinguisher").strip() == (
        "route-distinguisher 65000:100"
    )
    assert "Bad command" in r6("show version | frobnicate x")


def test_pipes_follow_each_other_and_pick_by_place(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert r6("show router interface | match toR | match 1/1/4").startswith("toR2 ")
    assert r6("show router interface | match toR | count") == "Count: 2 lines"
    near = r6("show router interface | match toR2 pre-lines 1 post-lines 1").split("\n")
    assert [line.split()[0] for line in near] == ["10.10.10.6/32", "toR2", "10.0.26.2/30"]
    assert r6("show router interface | match to max-count 1").count("\n") == 0
    assert r6('admin display-config | match "^ +vprn 1" expression').strip().startswith("vprn 100")


@pytest.mark.parametrize(
    ("pipe", "message"),
    [
        ("|", "Error: Missing parameter"),
        ("| match", "Error: Missing parameter"),
        ('| match "(" expression', "Error: Invalid parameter."),
        ("| match x nonsense", "Error: Bad command."),
        ("| count more", "Error: Bad command."),
    ],
)
def test_a_pipe_that_cannot_be_is_refused(quiet: Bench, pipe: str, message: str) -> None:
    assert quiet.terminal("R6")(f"show version {pipe}").endswith(message)


def test_a_question_mark_lists_what_can_follow(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    r6("configure service")
    printed = r6.type("?")
    assert "[no] vprn" in printed and "[no] sdp" in printed
    assert printed.endswith("A:R6>config>service# ")
    usage = r6.type("sdp ?")
    assert "- sdp <id> [mpls] [gre] [create]" in usage
    assert "[1..17407]" in usage
    assert usage.endswith("A:R6>config>service# sdp ")


def test_help_and_tab_work_after_a_pipe(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    printed = r6.type("show port | ?")
    assert "match" in printed and "count" in printed
    assert printed.endswith("A:R6# show port | ")
    assert "[invert-match]" in r6.type("match ?")
    r6.type("\x15")
    assert r6.type("show port | ma\t").endswith("show port | match ")


def test_usage_explains_the_parameters_of_every_form(quiet: Bench) -> None:
    printed = quiet.terminal("R6").type("admin rollback compare ?")
    assert " <checkpoint> " in printed and " <other> " in printed


def test_tab_completes_a_word(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert r6.type("conf\t").endswith("configure ")
    assert r6.type("serv\t").endswith("configure service ")


def test_the_pager_stops_after_a_page_and_q_leaves_it(quiet: Bench) -> None:
    r6 = quiet.terminal("R6", height=24)
    printed = r6.type("admin display-config\r")
    assert printed.endswith("Press any key to continue (Q to quit)")
    assert printed.count("\n") == 24
    assert r6.type("q").endswith("A:R6# ")
    r6("environment no more")
    assert r6("admin display-config").count("\n") > 100


def test_two_sessions_see_each_others_changes_and_removed_contexts_are_left(
    bench: Bench,
) -> None:
    one, two = bench.terminal("R6"), bench.terminal("R6")
    one("configure service vprn 300 customer 1 create")
    two("configure service vprn 300")
    one("exit all")
    one("configure service no vprn 300")
    two("info")
    assert two.prompt() == "*A:R6>config>service# "


def test_navigation_settings_and_empty_lines_take_no_time_but_commands_a_second(
    quiet: Bench,
) -> None:
    r6 = quiet.terminal("R6")
    before = quiet.network.clock.now
    r6("environment no more")
    r6("")
    r6.type("sho\t?")
    assert quiet.network.clock.now == before
    r6("")
    quiet.terminal("R6")("show version")
    assert quiet.network.clock.now >= before + 1_000_000


def test_debug_is_shown_as_a_tree_and_no_debug_clears_it(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert r6("show debug") == ""
    r6("configure mirror mirror-dest 200 create")
    r6("exit all")
    r6("admin save")
    r6("debug mirror-source 200 port 1/1/1 ingress egress")
    assert r6("show debug").split("\n") == [
        "debug",
        "    mirror-source 200",
        "        port 1/1/1 egress ingress",
        "        no shutdown",
        "    exit",
        "exit",
    ]
    assert r6.prompt() == "A:R6# "
    r6("no debug mirror-source 200")
    assert r6("show debug") == ""
    r6("debug mirror-source 200 port 1/1/1 egress")
    r6("no debug")
    assert bench.devices["R6"].debug_commands() == []


def test_a_reboot_brings_back_what_was_saved_and_no_debugging(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("configure mirror mirror-dest 200 create")
    r6("exit all")
    r6("admin save")
    r6('configure system name "other"')
    r6("debug mirror-source 200 port 1/1/1 egress")
    r6("admin reboot now")
    assert r6.shell.closed
    again = bench.terminal("R6")
    assert again.prompt() == "A:R6# "
    assert again("show debug") == ""


def test_logout_ends_the_session_and_is_forgotten_by_the_router(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert r6.shell in quiet.devices["R6"].sessions
    r6.type("logout\r")
    assert r6.shell.closed
    assert r6.shell not in quiet.devices["R6"].sessions


def test_match_has_options_for_case_the_rest_a_count_and_what_follows(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert r6('show router interface | match "TOR" ignore-case').count("\n") == 1
    assert "toR2" not in r6("show router interface | match to invert-match")
    assert r6("show router interface | match toR count") == "Count: 2 lines"
    assert "10.0.26.2/30" in r6("show router interface | match toR2 post-lines 1")


def test_the_log_tells_of_a_port_its_session_and_a_new_master_newest_first(bench: Bench) -> None:
    bench.network.set_link("b-primary", LinkChange(up=False))
    bench.network.run(1_000_000)
    text = bench.terminal("R6")("show log log-id 99")
    assert "WARNING: SNMP #2004 Base 1/1/1" in text
    assert text.index("Peer 198.51.100.2: moved from higher state") > 0
    numbers = [int(line.split()[0]) for line in text.splitlines() if " UTC " in line]
    assert numbers == sorted(numbers, reverse=True)
    assert "changed state to master" in bench.terminal("R2")("show log log-id 99")


def test_a_displayed_configuration_can_be_pasted_into_another_router(bench: Bench) -> None:
    text = bench.devices["R6"].render()
    bench.terminal("R4")("admin reboot now")  # nothing was saved: it comes back with nothing
    r4 = bench.terminal("R4")
    for line in text.splitlines():
        printed = r4(line).replace(line.strip().removeprefix("echo ").strip('"'), "").strip()
        assert printed == "", (line, printed)
    assert r4.prompt() == "*A:R6# "
    pasted, original = bench.devices["R4"].facts(), bench.devices["R6"].facts()
    assert (pasted.vrfs, pasted.bgp) == (original.vrfs, original.bgp)


def test_a_begun_word_lists_only_what_it_may_become(quiet: Bench) -> None:
    printed = quiet.terminal("R6").type("show ro?").split("\n")
    assert [line.split()[0] for line in printed[1:-1]] == ["router"]


def test_a_rollback_shows_what_changed_and_takes_it_back(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert "does not exist" in r6("admin rollback compare")
    r6('admin rollback save comment "before"')
    before = bench.devices["R6"].render()
    r6('configure service vprn 100 description "changed"')
    r6("configure service vprn 100 no autonomous-system")
    compared = [line.strip() for line in r6("admin rollback compare").split("\n")]
    assert '+             description "changed"' in compared
    assert "-             autonomous-system 65000" in compared
    assert "vprn 100 customer 1 create" in compared
    assert "OK" in r6("admin rollback revert latest-rb now")
    assert bench.devices["R6"].render() == before
    assert "before" in r6("show system rollback")
    assert r6.prompt() == "*A:R6# "


def test_rollback_checkpoints_are_compared_with_each_other_viewed_and_deleted(
    bench: Bench,
) -> None:
    r6 = bench.terminal("R6")
    r6("admin rollback save")
    r6('configure system location "here"')
    r6("admin rollback save")
    assert '+         location "here"' in r6("admin rollback compare 1 to latest-rb")
    assert '-         location "here"' in r6("admin rollback compare active-cfg to 1")
    assert '-         location "here"' in r6("admin rollback compare to 1")
    assert r6("admin rollback view | match location").strip() == 'location "here"'
    r6("admin rollback delete latest-rb")
    assert "location" not in r6("admin rollback view")
    assert "does not exist" in r6("admin rollback delete 1")


def test_other_clients_are_not_started_from_a_router(quiet: Bench) -> None:
    for command in ("ssh 10.10.10.1", "telnet 10.10.10.1", "telnet 10.10.10.1 router 100"):
        assert quiet.terminal("R6")(command) == "MINOR: CLI Operation is not permitted."
