"""Which sites a device has, told in versions: a cursor names the version that its device knows.

A gained site is bootstrapped; a lost one is named in ``sites_removed`` before any other row.
"""

from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.rights import device_people, device_sites
from fieldops.model.access import Level, Person
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import WALKERS, grants_for, level
from fieldops.store import devices, meta, records
from fieldops_sync.wire import Limits


class Scope(Struct, frozen=True):
    """A device's sites now, the version they are told as, its people, the level it may read at.

    ``level`` holds for what is of no site, and for sites that ``levels`` does not name.

    ``fresh`` says that the version is not stored yet; ``told`` that the device already knows it.
    """

    version: int
    sites: tuple[UUID, ...]
    fresh: bool
    told: bool
    level: Level
    people: frozenset[UUID] = frozenset()
    levels: dict[UUID, Level] = {}

    def level_at(self, feed: UUID) -> Level:
        """The level that the device may read a feed at."""
        return self.levels.get(feed, self.level) if self.levels else self.level


def current(session: Session, device: UUID, limits: Limits, now_ms: int) -> Scope:
    """The device's scope.  Raises ``ProblemError`` too-many-sites beyond the limit."""
    people = device_people(session, device)
    sites = _sites(session, people, now_ms)
    if len(sites) > limits.device_sites:
        raise ProblemError(
            problem("too-many-sites", limit="device_sites", maximum=limits.device_sites)
        )
    known = devices.scopes(session, device)
    last = known[-1] if known else None
    fresh = last is None or last.sites != sites
    version = (last.version if last else 0) + (1 if fresh else 0)
    told = last is not None and not fresh and last.told
    level, levels = _level(people, None, now_ms), _levels(people, sites, now_ms)
    return Scope(version, sites, fresh, told, level, frozenset(people), levels)


def keep(session: Session, device: UUID, scope: Scope, acknowledged: int, now_ms: int) -> None:
    """Store a new version, and that the device knows those up to ``acknowledged``."""
    if scope.fresh:
        devices.add_scope(session, device, scope.version, scope.sites, now_ms)
    if acknowledged:
        devices.told_scope(session, device, acknowledged)


def told_sites(session: Session, device: UUID, version: int) -> tuple[UUID, ...] | None:
    """The sites of a version; () for version 0, None for one that was never told."""
    if version == 0:
        return ()
    found = {row.version: row.sites for row in devices.scopes(session, device)}
    return found.get(version)


def feeds(session: Session, device: UUID, sites: tuple[UUID, ...]) -> list[UUID]:
    """The feeds that a device reads: its own, the organisation's, and its sites'."""
    return sorted({device, meta.organisation(session), *sites})


def _sites(session: Session, people: dict[UUID, Person], now_ms: int) -> tuple[UUID, ...]:
    mine = device_sites(people.values(), now_ms)
    return tuple(sorted(records.site_ids(session) if mine is None else mine))


def _level(people: dict[UUID, Person], site: UUID | None, now_ms: int) -> Level:
    """A shared tablet shows its data to everyone who may sign in: the lowest level counts."""
    held = (level(person, site, now_ms, WALKERS) for person in people.values())
    return min(held, default=Level.L1)


def _levels(people: dict[UUID, Person], sites: tuple[UUID, ...], now_ms: int) -> dict[UUID, Level]:
    """The level by site; empty where all that these people walk by is of one level everywhere."""
    held = [one for who in people.values() for one in grants_for(who, WALKERS, None, now_ms)]
    different = {grant.level for grant in held}
    if len(different) < 2 and (len(people) < 2 or different <= {Level.L1}):
        return {}
    return {site: _level(people, site, now_ms) for site in sites}
