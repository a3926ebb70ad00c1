"""Runs and destinations of the export, as people look at them."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlmodel import Session

from fieldops.destinations import Destination
from fieldops.flow.paging import Ask, Page, Place, after, cut, id_of
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Level, Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, named
from fieldops.rules.access import grants_for
from fieldops.rules.exportschedule import following
from fieldops.rules.zones import zone
from fieldops.settings import Settings
from fieldops.store import exports, log
from fieldops.store.exports import Ack, Run

LIST = "exports"


class AckView(Struct, frozen=True):
    """What was said about a run: the hash that was named, and whether it was the run's."""

    at: str
    by: str
    actor: UUID | None
    manifest_sha256: str
    taken: bool


class RunView(Struct, frozen=True, kw_only=True):
    """One run.  ``step`` is what is to be done next: ``write``, ``deliver``, ``verify``,
    ``accept`` (it has arrived, head office's word is awaited), ``done``; or ``superseded``.

    ``why`` is what went wrong last, while it is not mended; positions are of the log, ``after``
    exclusive, ``until`` inclusive.
    """

    id: UUID
    name: str
    destination: str
    night: str
    kind: str
    after: int
    until: int
    step: str
    why: str
    attempts: int
    manifest_sha256: str
    files: int
    rows: int
    bytes: int
    deliveries: int
    made_at: str
    written_at: str | None = None
    arrived_at: str | None = None
    accepted_at: str | None = None
    removed_at: str | None = None
    acks: list[AckView] = []


class DestinationView(Struct, frozen=True, kw_only=True):
    """One destination of the settings, and how far it is.

    ``watermark`` is the position that its accepted runs reach, ``behind`` how many changes the log
    has beyond it.
    """

    name: str
    kind: str
    place: str
    schedule: str
    level: int
    purpose: str
    formats: list[str]
    watermark: int
    behind: int
    next_at: str | None
    last: RunView | None


def listing(session: Session, destination: str, ask: Ask) -> Page[RunView]:
    """Runs, the newest first, of one destination or (empty) of all."""
    place = after(ask, Place)
    before = None if place is None else (place.at_ms, id_of(place.id))
    found = exports.listing(session, destination, before, ask.limit + 1)
    return cut(ask, found, lambda run: Place(run.made_ms, run.id.hex), run_view)


def show(session: Session, run: UUID) -> RunView:
    """One run with what was said about it.  Raises ``ProblemError`` not-found."""
    return run_view(one(session, run), exports.acks(session, run))


def one(session: Session, run: UUID) -> Run:
    """A run.  Raises ``ProblemError`` not-found."""
    found = exports.get(session, run)
    if found is None:
        raise ProblemError(problem("not-found"))
    return found


def destinations(session: Session, settings: Settings, now_ms: int) -> list[DestinationView]:
    """Every destination of the settings."""
    return [_place(session, settings, given, now_ms) for given in settings.export.destinations]


def known(settings: Settings, name: str) -> Destination:
    """A destination of the settings.  Raises ``ProblemError`` destination-unknown."""
    found = settings.export.destination(name)
    if found is None:
        raise ProblemError(problem("destination-unknown", named(name[:100])))
    return found


def check_level(person: Person, needed: int, now_ms: int) -> None:
    """Whether somebody may have what a destination of this level gets, of every site.

    Raises ``ProblemError`` forbidden.
    """
    grants = grants_for(person, (Role.EXPORTER,), None, now_ms)
    held = max((one.level for one in grants if one.sites is None), default=Level.L1)
    if held < needed:
        why = Said(f"本次导出含 L{needed} 级数据", f"this run holds data of level {needed}")
        raise ProblemError(problem("forbidden", why))


def run_view(run: Run, acks: Sequence[Ack] = ()) -> RunView:
    """A run as people look at it."""
    names = set(RunView.__struct_fields__)
    members = {name: value for name, value in asdict(run).items() if name in names}
    return RunView(
        **members,
        manifest_sha256=run.manifest,
        files=run.totals.files,
        rows=run.totals.rows,
        bytes=run.totals.bytes,
        made_at=rfc3339(run.made_ms),
        written_at=_at(run.written_ms),
        arrived_at=_at(run.verified_ms),
        accepted_at=_at(run.accepted_ms),
        removed_at=_at(run.removed_ms),
        acks=[
            AckView(rfc3339(one.at_ms), one.by, one.actor, one.manifest, one.taken) for one in acks
        ],
    )


def _place(
    session: Session, settings: Settings, given: Destination, now_ms: int
) -> DestinationView:
    stands = exports.place(session, given.name)
    watermark = 0 if stands is None else stands.watermark
    last = exports.listing(session, given.name, None, 1)
    zone_ = zone(settings.timezone)
    coming = following(given.schedule, zone_, now_ms) if given.schedule else None
    return DestinationView(
        name=given.name,
        kind=given.kind,
        place=given.place,
        schedule=given.schedule,
        level=given.level,
        purpose=given.purpose,
        formats=list(given.formats),
        watermark=watermark,
        behind=log.counter(session) - watermark,
        next_at=None if coming is None else rfc3339(coming.at_ms),
        last=run_view(last[0]) if last else None,
    )


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
