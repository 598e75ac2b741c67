"""What the notebooks are run for: LABKIT_MODE is learn, solve or teach.

`learn` is what a learner has and what is committed.  In `solve` every exercise applies its stored
solution over SSH and must pass, which is how CI proves the course.  `teach` is `learn` that also
shows solutions, typical wrong answers and timing.
"""

from __future__ import annotations

import os
from enum import StrEnum


class Mode(StrEnum):
    LEARN = "learn"
    SOLVE = "solve"
    TEACH = "teach"


def mode() -> Mode:
    """The mode of this process.  Raises ValueError for a word that is none."""
    word = os.environ.get("LABKIT_MODE") or Mode.LEARN
    try:
        return Mode(word)
    except ValueError:
        known = ", ".join(Mode)
        raise ValueError(f"LABKIT_MODE is one of {known}, not {word!r}") from None
