"""From an event of the router to the lines of the log and of debugging.

The one place that knows which module words which event.
"""

from __future__ import annotations

from collections.abc import Iterable, Set


def log_lines(event: object) -> Iterable[str]:
    """Log messages about an event, without time stamps."""
    return ()


def debug_lines(event: object, flags: Set[str]) -> Iterable[str]:
    """Debug output about an event, as far as these flags ask for it."""
    return ()


def least_interval(event: object) -> int:
    """Microseconds between two messages of this kind; 0: all are logged."""
    return 0
