"""Lifetimes of ESP SAs: when a successor is due, and when the old ones end.

As on IOS, half a minute before the end of an SA that has carried packets a new one is asked for
(`RekeyDue`), by the end that initiated it; if that comes to nothing, by the other a little later.
An SA that nobody used just ends; one with an idle time ends when it was not used for so long.
The new SAs carry packets as soon as the peer has them; the old ones stay for packets that are
still on their way, until their end or half a minute more.

Must not know: crypto maps (the router answers `RekeyDue` with a request), kilobytes (the router
counts them), exchanges.
"""

from __future__ import annotations

from labkit.ike.context import Context
from labkit.ike.events import RekeyDue
from labkit.ike.sa import SECOND, Life
from labkit.ike.values import ChildSa, Role

REKEY_MARGIN = 30
"""Seconds before the end at which the initiator renews."""
LINGER = 30 * SECOND
"""How long replaced SAs stay."""


def margin(lifetime: int, role: Role) -> int:
    """Microseconds before the end of an SA that lives `lifetime` seconds; the other end waits."""
    ours = min(REKEY_MARGIN, lifetime // 4) * SECOND
    return ours if role is Role.INITIATOR else ours // 2


def next_time(context: Context) -> int | None:
    """When something is to be done about some ESP SA."""
    return min((_due(context, child) for child in context.children.values()), default=None)


def _due(context: Context, child: ChildSa) -> int:
    life = context.lives[child.inbound_spi]
    due = life.ends
    if not life.renewing:
        due = min(due, end_of(child) - margin(child.lifetime_seconds, child.role))
    return due if life.idle is None else min(due, life.last + life.idle)


def end_of(child: ChildSa) -> int:
    """When its time is over."""
    return child.created + child.lifetime_seconds * SECOND


def installed(context: Context, child: ChildSa, *, complete: bool) -> None:
    """A new SA; once it is `complete`, those that it replaces are on their way out."""
    context.lives.setdefault(child.inbound_spi, Life(end_of(child), last=context.now))
    if not complete:
        return
    for other in context.children.values():
        life = context.lives[other.inbound_spi]
        if (
            other.inbound_spi != child.inbound_spi
            and life.renewing
            and purpose(other) == purpose(child)
        ):
            life.ends = min(life.ends, context.now + LINGER)


def used(context: Context, child: ChildSa) -> None:
    """A packet has passed, either way."""
    life = context.lives.get(child.inbound_spi)
    if life is not None:
        life.used, life.last = True, context.now


def idle_after(context: Context, child: ChildSa, seconds: int | None) -> None:
    """How long no packet may pass before the SA ends (None: as long as it likes)."""
    life = context.lives.get(child.inbound_spi)
    if life is not None:
        life.idle = None if seconds is None else seconds * SECOND


def renew(context: Context, child: ChildSa) -> None:
    """The end is near, in time or in kilobytes: have a successor made, if there is none yet."""
    life = context.lives.get(child.inbound_spi)
    if life is None or life.renewing:
        return
    life.renewing = True
    if life.used and _newest(context, child):
        due = RekeyDue(child.local, child.peer, child.connection, child)
        context.events.append(due)


def _newest(context: Context, child: ChildSa) -> bool:
    same = [other for other in context.children.values() if purpose(other) == purpose(child)]
    return same[-1].inbound_spi == child.inbound_spi


def purpose(child: ChildSa) -> tuple[object, ...]:
    """What an SA is for: another for the same replaces it."""
    return child.local, child.peer, child.local_selector, child.remote_selector


def expired(context: Context) -> list[tuple[ChildSa, str]]:
    """Those whose end has come, and why; on the way, those whose end is near are renewed."""
    now = context.now
    over = []
    for child in list(context.children.values()):
        life = context.lives[child.inbound_spi]
        if life.ends <= now:
            over.append((child, "lifetime expired"))
        elif life.idle is not None and life.last + life.idle <= now:
            over.append((child, "idle time expired"))
        elif _due(context, child) <= now:
            renew(context, child)
    return over
