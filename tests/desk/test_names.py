"""What a notebook imports is there, under its name of today and under that of yesterday."""

from __future__ import annotations

import pytest

from labkit import desk, ui


@pytest.mark.parametrize("name", desk.ROOMS)
def test_every_name_of_the_desk_is_there_and_in_the_alias_too(name: str) -> None:
    assert getattr(ui, name) is getattr(desk, name)
    assert name in dir(desk)
