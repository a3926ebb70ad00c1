"""Plans and rounds at the desk, a page at a time: plans the newest first, rounds by when due."""

from uuid import UUID

from msgspec import Struct

from fieldops.flow.audience import Audience
from fieldops.flow.lists import rows
from fieldops.flow.look import View
from fieldops.flow.paging import Ask, Page
from fieldops.store import deskrows


class Wanted(Struct, frozen=True):
    """Which plans or rounds: of a site, in a state, of a plan, due from ``since_ms`` on."""

    kind: str
    site: UUID | None = None
    state: str = ""
    plan: UUID | None = None
    since_ms: int | None = None
    until_ms: int | None = None


def page(who: Audience, wanted: Wanted, ask: Ask) -> Page[View]:
    """A page of the plans or rounds of the person's sites."""
    asked = deskrows.Wanted(
        kind=wanted.kind,
        states=(wanted.state,) if wanted.state else (),
        item=str(wanted.plan) if wanted.plan else "",
        since_ms=wanted.since_ms,
        until_ms=wanted.until_ms,
    )
    return rows(who, asked, wanted.site, ask)
