"""`show router ldp`: the sessions that signal the pseudowires' labels."""

from __future__ import annotations

import re

from tests.sim.routers.sros.bench import Bench


def test_a_session_stands_with_each_far_end_of_an_sdp(bench: Bench) -> None:
    def sessions() -> list[str]:
        text = bench.terminal("R1")("show router ldp session")
        return re.findall(r"^10\.10\.10\.(\d):0 +Targeted +Established", text, re.M)

    assert sessions() == ["2", "3", "5", "6"]
    bench.terminal("R2")("configure service sdp 21 shutdown")
    bench.network.run(1_000_000)
    assert sessions() == ["3", "5", "6"]
