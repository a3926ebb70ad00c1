"""Who works where: names for pages, and whom something can be given to."""

from uuid import UUID

from msgspec import Struct

from fieldops.flow.audience import Audience
from fieldops.flow.paging import Ask, Page, after, cursor
from fieldops.model.access import Person, Role
from fieldops.rules.access import READERS, sites
from fieldops.store import people

_AT_ONCE = 200
"""People who are read at a time."""
_PASSED_OVER = 2_000
"""How many of other sites are passed over for a page at most: then it is short."""


class Colleague(Struct, frozen=True, kw_only=True):
    """A person with the roles held where the caller looks, on one site or on any of them."""

    id: UUID
    name: str
    staff_number: str
    team: str
    post: str
    roles: list[Role]


def page(who: Audience, site: UUID | None, role: Role | None, ask: Ask) -> Page[Colleague]:
    """A page of the people of one of the caller's sites, or of all of them; those of ``role``."""
    mine = who.sites if site is None else frozenset({site} & (who.sites or {site}))
    found: list[Colleague] = []
    behind, passed = after(ask, UUID), 0
    while part := people.behind(who.session, behind, _AT_ONCE):
        for one in part:
            if len(found) == ask.limit or passed == _PASSED_OVER:
                return Page(found, cursor(ask, behind))
            behind, passed = one.id, passed + 1
            roles = _roles(one, mine, who.now_ms)
            if roles and (role is None or role in roles):
                found.append(_colleague(one, roles))
        if len(part) < _AT_ONCE:
            break
    return Page(found)


def _roles(person: Person, mine: frozenset[UUID] | None, now_ms: int) -> list[Role]:
    """The roles that a person holds on one of these sites; None: on any."""
    held = {role: sites(person, [role], now_ms) for role in READERS}
    return sorted(role for role, where in held.items() if _meet(where, mine))


def _meet(where: frozenset[UUID] | None, mine: frozenset[UUID] | None) -> bool:
    """Whether two sets of sites have one in common, None being all there are."""
    if where is None or mine is None:
        return where != frozenset() and mine != frozenset()
    return not where.isdisjoint(mine)


def _colleague(one: Person, roles: list[Role]) -> Colleague:
    return Colleague(
        id=one.id,
        name=one.name,
        staff_number=one.staff_number,
        team=one.team,
        post=one.post,
        roles=roles,
    )
