"""The coverage pages list what the grammars say and who needs it; nothing is there for nobody."""

from __future__ import annotations

import re

import pytest

from tests.coverage import pages, users

ERRORS = {
    "cisco_ios": ("% Invalid input detected at '^' marker.", "% Incomplete command."),
    "nokia_sros": ("Error: Bad command.", "Error: Invalid parameter."),
}


def test_the_stored_pages_are_what_the_grammars_say() -> None:
    """After a change of a grammar: python -m labkit coverage."""
    assert pages.stale(users.CLONE / "docs", write=False) == []


@pytest.mark.parametrize("platform", ERRORS)
def test_what_is_said_to_be_missing_is_missing(platform: str) -> None:
    text = (users.CLONE / f"docs/coverage/{platform}.md").read_text(encoding="utf-8")
    gaps = re.findall(r"^\| `(.*?)` \| `(.*)` \|$", text, re.M)
    assert len(gaps) == len(pages.known_gaps()[platform])
    assert [gap for gap in gaps if gap[1] not in ERRORS[platform]] == []


@pytest.mark.parametrize("platform", pages.ROUTERS)
def test_every_row_of_a_router_has_a_user(platform: str) -> None:
    """A row that nobody types is cut, with what only it needs; else users.yaml says who does."""
    assert [row for row, user in pages.needed_on(platform).items() if not user] == []


def test_every_command_of_the_hosts_and_the_control_channel_has_a_user() -> None:
    assert [row for row, user in pages.needed_on_hosts().items() if not user] == []


def test_what_is_allowed_without_a_user_is_a_short_list_with_reasons_that_are_needed() -> None:
    allowed = users.named()["allowed"]
    assert len(allowed) <= 30
    rows = [pages.needed_on(platform) for platform in pages.ROUTERS] + [pages.needed_on_hosts()]
    needed = {user for each in rows for user in each.values()}
    assert [entry for entry in allowed if f"({entry['why']})" not in needed] == []
