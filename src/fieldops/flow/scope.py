"""Which sites a device has, told in versions: a cursor names the version that its device knows.

A gained site is bootstrapped; a lost one is named in ``sites_removed`` before any other row.
"""

from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.rights import device_people, device_sites
from fieldops.model.access import Level, Person
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import level
from fieldops.store import devices, meta, records
from fieldops_sync.wire import Limits


class Scope(Struct, frozen=True):
    """A device's sites now, the version they are told as, its people, the level it may read at.

    ``fresh`` says that the version is not stored yet; ``told`` that the device already knows it.
    """

    version: int
    sites: tuple[UUID, ...]
    fresh: bool
    told: bool
    level: Level
    people: frozenset[UUID] = frozenset()


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
    return Scope(version, sites, fresh, told, _level(people, now_ms), frozenset(people))


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


def _level(people: dict[UUID, Person], now_ms: int) -> Level:
    """A shared tablet shows its data to everyone who may sign in: the lowest level counts."""
    return min((level(person, None, now_ms) for person in people.values()), default=Level.L1)
