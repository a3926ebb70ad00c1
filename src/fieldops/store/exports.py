"""Runs of the export, how far each destination is, and what was acknowledged.

    write ─ deliver ─ verify ─ accept ─ done          a run's steps: each names what comes next
      └────────┴─────────┴─> superseded               a later night covers it

Every statement that moves a run compares what it stands at: who comes late changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

Step = Literal["write", "deliver", "verify", "accept", "done", "superseded"]
Kind = Literal["full", "incremental", "backfill"]
Witness = Literal["api", "file", "cli", "verified"]
DAY_MS = 24 * 3_600_000
"""No lease and no rest is longer."""
_encode = msgspec.json.Encoder(order="sorted").encode


class Place(Struct, frozen=True, kw_only=True):
    """Where a destination stands; see ``ExportPlace``."""

    name: str
    since_ms: int
    watermark: int = 0
    epoch: bytes = b""
    pseudonym: str = ""


class Totals(Struct, frozen=True):
    """How much a run holds."""

    files: int = 0
    rows: int = 0
    bytes: int = 0


class Run(Struct, frozen=True, kw_only=True):
    """One run; see ``ExportRun``.  ``wanted`` is ``Wanted`` in JSON, instants are ms."""

    id: UUID
    name: str
    destination: str
    night: str = ""
    night_ms: int = 0
    kind: Kind
    after: int
    until: int
    epoch: bytes
    pseudonym: str
    wanted: bytes
    step: Step = "write"
    lease: str = ""
    lease_ms: int = 0
    attempts: int = 0
    next_ms: int = 0
    why: str = ""
    failing_ms: int | None = None
    manifest: str = ""
    totals: Totals = Totals()
    deliveries: int = 0
    made_ms: int
    written_ms: int | None = None
    verified_ms: int | None = None
    accepted_ms: int | None = None
    removed_ms: int | None = None

    def is_held(self, now_ms: int) -> bool:
        """Whether somebody works on it."""
        return _is_to_come(self.lease_ms, now_ms)

    def rests(self, now_ms: int) -> bool:
        """Whether it is not to be tried again yet."""
        return _is_to_come(self.next_ms, now_ms)


def _is_to_come(at_ms: int, now_ms: int) -> bool:
    """Whether an end is ahead; one that is ahead by more than a day, a wrong clock has set."""
    return now_ms < at_ms <= now_ms + DAY_MS


class Ack(Struct, frozen=True):
    """What was said about a run, by whom and how; ``taken`` if the hash was the run's."""

    run: UUID
    at_ms: int
    by: Witness
    actor: UUID | None
    manifest: str
    taken: bool


_PLACE = "name, since_ms, watermark, epoch, pseudonym"
_RUN = ", ".join(Run.__struct_fields__)
_OPEN = "step IN ('write', 'deliver', 'verify')"


def ensure_place(session: Session, name: str, now_ms: int) -> None:
    """Begin a destination now, if it is new, or was begun by a clock that ran ahead."""
    batch.run(
        session,
        f"INSERT INTO export_place ({_PLACE}) VALUES (:name, :now, 0, :none, '')"
        " ON CONFLICT (name) DO UPDATE SET since_ms = excluded.since_ms"
        " WHERE export_place.since_ms > excluded.since_ms",
        name=name,
        now=now_ms,
        none=b"",
    )


def place(session: Session, name: str) -> Place | None:
    """Where a destination stands, if it was ever seen."""
    rows = batch.run(session, f"SELECT {_PLACE} FROM export_place WHERE name = :name", name=name)
    return _place(rows[0]) if rows else None


def places(session: Session) -> dict[str, Place]:
    """Where all stand, by name."""
    rows = batch.run(session, f"SELECT {_PLACE} FROM export_place ORDER BY name")
    return {row[0]: _place(row) for row in rows}


def put_place(session: Session, stands: Place) -> None:
    """Set what a destination's accepted runs reach."""
    batch.run(
        session,
        "UPDATE export_place SET watermark = :watermark, epoch = :epoch, pseudonym = :pseudonym"
        " WHERE name = :name",
        watermark=stands.watermark,
        epoch=stands.epoch,
        pseudonym=stands.pseudonym,
        name=stands.name,
    )


def add(session: Session, run: Run) -> bool:
    """Keep a new run; False if this night, or this name, has one."""
    bound = msgspec.structs.asdict(run) | {"id": run.id.bytes, "totals": _encode(run.totals)}
    marks = ", ".join(f":{name}" for name in Run.__struct_fields__)
    query = f"INSERT INTO export_run ({_RUN}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING 1"
    return bool(batch.run(session, query, **bound))


def get(session: Session, run: UUID) -> Run | None:
    """A run by its id."""
    return _one(session, "id = :id", id=run.bytes)


def named(session: Session, name: str) -> Run | None:
    """A run by its name."""
    return _one(session, "name = :name", name=name)


def last_night(session: Session, destination: str, today: str) -> str:
    """The day of a destination's latest nightly run until ``today``; empty for none.

    Days to come have runs where a clock ran ahead: they are asked for when their night is there.
    """
    query = (
        "SELECT coalesce(max(night), '') FROM export_run WHERE destination = :d AND night <= :today"
    )
    found: str = batch.run(session, query, d=destination, today=today)[0][0]
    return found


def of_night(session: Session, destination: str, night: str) -> Run | None:
    """The run of one night, if there is one."""
    return _one(session, "destination = :d AND night = :n AND night <> ''", d=destination, n=night)


def open_runs(session: Session, destination: str) -> list[Run]:
    """The runs of a destination that have not arrived yet, oldest first."""
    query = f"{_OPEN} AND destination = :d ORDER BY made_ms, id"
    return _some(session, query, d=destination)


def awaited(session: Session, destination: str) -> list[Run]:
    """The runs of a destination that wait for head office's word, oldest first."""
    query = "step = 'accept' AND destination = :d ORDER BY made_ms, id"
    return _some(session, query, d=destination)


def newest_ready(session: Session, destination: str) -> Run | None:
    """The latest run of a destination that has arrived, accepted or not, and is still kept."""
    query = (
        "destination = :d AND step IN ('accept', 'done') AND removed_ms IS NULL"
        " AND kind <> 'backfill' ORDER BY until DESC, made_ms DESC LIMIT 1"
    )
    return _one(session, query, d=destination)


def newest_accepted(session: Session, destination: str) -> Run | None:
    """The accepted run of a destination that reaches farthest, the latest of these."""
    query = (
        "destination = :d AND accepted_ms IS NOT NULL AND kind <> 'backfill'"
        " ORDER BY until DESC, made_ms DESC LIMIT 1"
    )
    return _one(session, query, d=destination)


def outdated(session: Session, destination: str, before_ms: int) -> list[Run]:
    """Runs that arrived (last) before an instant and whose files are still kept, and superseded
    ones of any age."""
    query = (
        "destination = :d AND removed_ms IS NULL AND (step = 'superseded' OR"
        " (coalesce(verified_ms, made_ms) < :before AND step IN ('accept', 'done')))"
        " ORDER BY made_ms, id"
    )
    return _some(session, query, d=destination, before=before_ms)


def listing(
    session: Session, destination: str, before: tuple[int, UUID] | None, limit: int
) -> list[Run]:
    """Runs, the newest first, of one destination or (empty) of all, those before one of them."""
    query = "(:d = '' OR destination = :d)"
    bound: dict[str, Any] = {"d": destination, "limit": limit}
    if before is not None:
        query += " AND (made_ms < :at OR (made_ms = :at AND id < :id))"
        bound |= {"at": before[0], "id": before[1].bytes}
    return _some(session, f"{query} ORDER BY made_ms DESC, id DESC LIMIT :limit", **bound)


def claim(session: Session, run: UUID, lease: str, now_ms: int, until_ms: int) -> bool:
    """Take a run's lease, or keep it on; False while somebody else holds it, or it has arrived."""
    query = (
        f"UPDATE export_run SET lease = :lease, lease_ms = :until WHERE id = :id AND {_OPEN}"
        " AND (lease = :lease OR lease_ms <= :now OR lease_ms > :far) RETURNING 1"
    )
    bound = {"lease": lease, "until": until_ms, "now": now_ms, "far": now_ms + DAY_MS}
    return bool(batch.run(session, query, id=run.bytes, **bound))


def move(session: Session, run: Run, lease: str, step: Step) -> bool:
    """Put a run as it was made of the row, if it stands at ``step`` and the lease still holds."""
    names = ("step", "lease", "lease_ms", "attempts", "next_ms", "why", "failing_ms", "manifest",
             "deliveries", "written_ms", "verified_ms", "accepted_ms", "removed_ms")  # fmt: skip
    sets = ", ".join(f"{name} = :{name}" for name in names)
    bound = {name: getattr(run, name) for name in names}
    query = (
        f"UPDATE export_run SET {sets}, totals = :totals"
        " WHERE id = :id AND step = :stood AND lease = :held RETURNING 1"
    )
    found = batch.run(
        session,
        query,
        **bound,
        totals=_encode(run.totals),
        id=run.id.bytes,
        stood=step,
        held=lease,
    )
    return bool(found)


def add_ack(session: Session, ack: Ack) -> None:
    """Keep what was said about a run."""
    batch.run(
        session,
        'INSERT INTO export_ack (run, at_ms, "by", actor, manifest, taken)'
        " VALUES (:run, :at, :by, :actor, :manifest, :taken)",
        run=ack.run.bytes,
        at=ack.at_ms,
        by=ack.by,
        actor=ack.actor and ack.actor.bytes,
        manifest=ack.manifest,
        taken=int(ack.taken),
    )


def acks(session: Session, run: UUID) -> list[Ack]:
    """What was said about a run, in order."""
    query = (
        'SELECT run, at_ms, "by", actor, manifest, taken FROM export_ack WHERE run = :r ORDER BY no'
    )
    return [
        Ack(_id(row[0]), row[1], row[2], row[3] and _id(row[3]), row[4], bool(row[5]))
        for row in batch.run(session, query, r=run.bytes)
    ]


def _one(session: Session, condition: str, **bound: Any) -> Run | None:
    found = _some(session, condition, **bound)
    return found[0] if found else None


def _some(session: Session, condition: str, **bound: Any) -> list[Run]:
    rows = batch.run(session, f"SELECT {_RUN} FROM export_run WHERE {condition}", **bound)
    return [_run(row) for row in rows]


def _run(row: Sequence[Any]) -> Run:
    members = dict(zip(Run.__struct_fields__, row, strict=True))
    totals = msgspec.json.decode(bytes(members["totals"]), type=Totals)
    raw = {name: bytes(members[name]) for name in ("epoch", "wanted")}
    return Run(**members | raw | {"id": _id(members["id"]), "totals": totals})


def _place(row: Sequence[Any]) -> Place:
    return Place(
        name=row[0], since_ms=row[1], watermark=row[2], epoch=bytes(row[3]), pseudonym=row[4]
    )


def _id(value: Any) -> UUID:
    return UUID(bytes=bytes(value))
