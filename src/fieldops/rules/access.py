"""Rights: deny by default; an action names the roles that may do it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from fieldops.model.access import Grant, Level, Person, Role

WALKERS = frozenset({Role.INSPECTOR, Role.SUPERVISOR})
"""Who walks: what a tablet shows and writes is theirs."""
READERS = frozenset(Role) - {Role.EXPORTER}
"""Who looks at records at a desk.  An exporter takes exports along, and sees no record."""
_DESK = frozenset({Role.SUPERVISOR})
_SETUP = frozenset({Role.OPS, Role.ADMINISTRATOR})

PRIVATE_KINDS = frozenset({"person", "receipt", "endpoint"})
"""What stands in a device's own feed (PIN hashes, receipts) is for that device alone, and where the
server sends what happens (addresses may hold keys) for administrators."""

OFFICE_KINDS: Mapping[str, frozenset[Role]] = {
    "alarm": frozenset({Role.OPS, Role.EXPORTER, Role.ADMINISTRATOR}),
}
"""What stands in a feed of the company's own, which no tablet reads: for who holds one of these
roles on every site, whatever else he may look at."""

OP_ROLES: dict[str, frozenset[Role]] = {
    "inspection.start@1": WALKERS,
    "inspection.submit@1": WALKERS,
    "inspection.handover@1": WALKERS,
    "inspection.seal@1": _DESK,
    "inspection.reopen@1": _DESK,
    "result.record@1": WALKERS,
    "photo.attach@1": WALKERS,
    "photo.waive@1": _DESK,
    "feedback.record@1": WALKERS,
    "complaint.handle@1": WALKERS,
    "consent.set@1": _SETUP,
    "finding.note@1": WALKERS,
    "finding.report@1": WALKERS,
    "finding.assign@1": _DESK,
    "rectification.report@1": WALKERS,
    "recheck.record@1": WALKERS,
    "finding.appeal@1": WALKERS,
    "appeal.decide@1": _DESK,
    "finding.pause@1": _DESK,
    "finding.resume@1": _DESK,
    "suggestion.make@1": WALKERS,
    "record.void@1": WALKERS,
    "conflict.resolve@1": WALKERS,
    "review.decide@1": _DESK,
    "site.set@1": _SETUP,
    "area.set@1": _SETUP,
    "register.set@1": _SETUP,
    "calendar.set@1": _SETUP,
    "person.set@1": _SETUP,
    "checklist.publish@1": _SETUP,
    "checklist.withdraw@1": _SETUP,
    "override.set@1": _SETUP | _DESK,
    "plan.set@1": _SETUP | _DESK,
    "round.withdraw@1": _SETUP | _DESK,
    "round.assign@1": _SETUP | _DESK,
    "round.handover@1": WALKERS,
    "qualification.set@1": _SETUP,
    "policy.set@1": _SETUP | _DESK,
    "endpoint.set@1": frozenset({Role.ADMINISTRATOR}),
}
"""Who may write which op; the server's own actors are not people and need no grant."""


def grants_for(
    person: Person, roles: Iterable[Role], site: UUID | None, now_ms: int
) -> list[Grant]:
    """The person's grants in force for any of these roles on a site (None: on any site at all)."""
    wanted = frozenset(roles)
    return [
        grant
        for grant in person.grants
        if grant.role in wanted
        and (grant.expires_ms is None or grant.expires_ms > now_ms)
        and (site is None or grant.sites is None or site in grant.sites)
    ]


def may(person: Person, roles: Iterable[Role], site: UUID | None, now_ms: int) -> bool:
    """Whether the person holds one of the roles for the site now."""
    return bool(grants_for(person, roles, site, now_ms))


def level(person: Person, site: UUID | None, now_ms: int, roles: Iterable[Role] = READERS) -> Level:
    """The highest data level that the person holds for a site by these roles; L1 without any.

    A level counts for what its role may do: an exporter's opens exports, and neither the desk's
    records nor what a tablet pulls.
    """
    held = grants_for(person, roles, site, now_ms)
    return max((grant.level for grant in held), default=Level.L1)


def sites(person: Person, roles: Iterable[Role], now_ms: int) -> frozenset[UUID] | None:
    """The sites where the person holds one of the roles; None means every site."""
    held = grants_for(person, roles, None, now_ms)
    if len(held) == 1:
        return held[0].sites
    if any(grant.sites is None for grant in held):
        return None
    return frozenset(site for grant in held for site in grant.sites or ())


def office_kinds(person: Person, now_ms: int) -> frozenset[str]:
    """The kinds of ``OFFICE_KINDS`` that the person may look at."""
    return frozenset(
        kind for kind, roles in OFFICE_KINDS.items() if sites(person, roles, now_ms) is None
    )
