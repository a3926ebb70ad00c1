"""The writing side of exports: each request of ``exportwork`` as one transaction.

    plan ─ claim ─ move … move ─ ack ─→ the watermark of the destination moves

A run is made once a night whoever asks, is worked on by whoever holds its lease, and is accepted by
the hash of its manifest alone.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.exportwork import (
    AckRun,
    ClaimRun,
    ExportRequest,
    MoveRun,
    PlanRun,
    RemoveRun,
    RestRun,
    SeePlace,
)
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, named
from fieldops.store import audit, auditchain, batch, exports, log
from fieldops.store.exports import Ack, Kind, Place, Run, Step, Witness
from fieldops_sync.ids import actor_id


class _Rows(Struct):
    """What of an order (``export.orders``) decides which rows there are, and how masked."""

    level: int
    datasets: tuple[str, ...]


ACTOR = "export"
"""Who acts when nobody asked: the server's own actor."""
ARRIVED = ("accept", "done")
"""What a run is at that lies at its destination, read back and found whole."""
_PLACES = UUID("5f1c6f0e-5f9b-5d0e-9a3c-1f6f0b8b7a11")
"""The namespace of the keys by which destinations are locked."""


def take(session: Session, request: ExportRequest, now_ms: int) -> bool:
    """Do what was handed in, inside the caller's transaction; False if it came too late."""
    return _DOERS[type(request)](session, request, now_ms)


def _see(session: Session, asked: SeePlace, now_ms: int) -> bool:
    exports.ensure_place(session, asked.name, now_ms)
    return True


def plan(session: Session, asked: PlanRun, now_ms: int) -> None:
    """Make a run that somebody asks for.  Raises ``ProblemError`` export-under-way."""
    if not _plan(session, asked, now_ms):
        raise ProblemError(problem("export-under-way", named(asked.destination)))


def _plan(session: Session, asked: PlanRun, now_ms: int) -> bool:
    """Make the run, unless its night has one; what has not arrived by now is covered by it."""
    _alone(session, asked.destination)
    exports.ensure_place(session, asked.destination, now_ms)
    before = exports.open_runs(session, asked.destination)
    if any(one.lease and one.is_held(now_ms) for one in before):
        return False
    run = _run(session, asked, now_ms)
    if not exports.add(session, run):
        return False
    if run.kind != "backfill":
        for one in before:
            if one.accepted_ms is None and one.kind != "backfill":
                _supersede(session, one, run)
    _note(session, "plan", run, now_ms, asked.actor, kind=run.kind, after=run.after)
    return True


def _run(session: Session, asked: PlanRun, now_ms: int) -> Run:
    place = exports.place(session, asked.destination)
    assert place is not None, "a destination is ensured before it is asked for"
    epoch = log.epoch(session).bytes
    kind, after = _reach(session, place, asked, epoch)
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    stamp = f"{moment:%Y%m%dT%H%M%S}{now_ms % 1000:03}Z"
    return Run(
        id=asked.id,
        name=f"{asked.destination}-{asked.night or stamp}-{kind}",
        destination=asked.destination,
        night=asked.night,
        night_ms=asked.night_ms,
        kind=kind,
        after=after,
        until=log.counter(session),
        epoch=epoch,
        pseudonym=asked.pseudonym,
        wanted=_sealed(session, asked.wanted),
        made_ms=now_ms,
    )


def _sealed(session: Session, wanted: str) -> bytes:
    """The order with the newest checkpoint of the audit, which is the run's from here on."""
    newest = auditchain.latest_checkpoint(session)
    order = msgspec.json.decode(wanted)
    return msgspec.json.encode(order if newest is None else order | {"audit": newest})


def _reach(session: Session, place: Place, asked: PlanRun, epoch: bytes) -> tuple[Kind, int]:
    """What kind of run it is, and behind which position it begins.

    What was accepted of another life of the log, under other keys, or as other rows than the
    destination gets now, is nothing to build on.
    """
    if asked.kind in ("full", "backfill"):
        return asked.kind, 0
    stands = place.watermark > 0 and (place.epoch, place.pseudonym) == (epoch, asked.pseudonym)
    if not stands or not _builds_on(session, asked):
        return "full", 0
    return "incremental", place.watermark


def _builds_on(session: Session, asked: PlanRun) -> bool:
    """Whether what was accepted last has the datasets that are wanted, at the same level."""
    newest = exports.newest_accepted(session, asked.destination)
    if newest is None:
        return False
    had = msgspec.json.decode(newest.wanted, type=_Rows)
    wants = msgspec.json.decode(asked.wanted, type=_Rows)
    every = not had.datasets
    return had.level == wants.level and (
        every or (bool(wants.datasets) and {*wants.datasets} <= {*had.datasets})
    )


def _supersede(session: Session, old: Run, new: Run) -> None:
    why = f"{new.name} covers it"
    over = replace(old, step="superseded", lease="", lease_ms=0, why=why, failing_ms=None)
    exports.move(session, over, old.lease, old.step)


def _claim(session: Session, asked: ClaimRun, now_ms: int) -> bool:
    return exports.claim(session, asked.run, asked.lease, now_ms, now_ms + asked.for_ms)


def _move(session: Session, asked: MoveRun, now_ms: int) -> bool:
    run = _get_alone(session, asked.run)
    if run is None:
        return False
    moved = replace(run, step=asked.to, attempts=0, next_ms=0, why="", failing_ms=None)
    if asked.from_ == "write":
        moved = replace(moved, manifest=asked.manifest, totals=asked.totals, written_ms=now_ms)
    if asked.from_ == "deliver":
        moved = replace(moved, deliveries=run.deliveries + 1)
    if asked.from_ == "verify":
        moved = replace(moved, verified_ms=now_ms)
    if asked.to in ARRIVED:
        # Delivered once more: it was accepted before.
        step = "done" if run.accepted_ms is not None else asked.to
        moved = replace(moved, step=step, lease="", lease_ms=0)
    if not exports.move(session, moved, asked.lease, asked.from_):
        return False
    if asked.from_ == "deliver":
        _note(session, "deliver", moved, now_ms, None, rows=moved.totals.rows)
    if moved.step == "done" and run.accepted_ms is None:
        _accept(session, moved, "verified", None, now_ms)
    return True


def _rest(session: Session, asked: RestRun, now_ms: int) -> bool:
    run = exports.get(session, asked.run)
    if run is None:
        return False
    rested = replace(run, lease="", lease_ms=0)
    if asked.why:
        rested = replace(
            rested,
            attempts=run.attempts + 1,
            why=asked.why,
            next_ms=now_ms + asked.rest_ms,
            failing_ms=run.failing_ms or now_ms,
            step="deliver" if asked.is_back and run.step == "verify" else run.step,
        )
    if asked.is_over and (end := _end_of(run)) is not None:
        rested = replace(rested, step=end, attempts=0, next_ms=0, failing_ms=None)
    return exports.move(session, rested, asked.lease, run.step)


def _end_of(run: Run) -> Step | None:
    """Where a run goes that no further try can bring; None where the next night covers it."""
    if run.accepted_ms is not None:
        return "done"
    if run.verified_ms is not None:
        return "accept"
    return "superseded" if run.kind == "backfill" else None


def _ack(session: Session, asked: AckRun, now_ms: int) -> bool:
    try:
        acknowledge(session, asked.run, asked.manifest, "file", None, now_ms)
    except ProblemError:
        said = _recorded(asked.manifest)
        if all(one.manifest != said for one in exports.acks(session, asked.run)):
            refuse_ack(session, asked.run, said, "file", None, now_ms)
        return False
    return True


def acknowledge(
    session: Session, run: UUID, manifest: str, by: Witness, actor: UUID | None, now_ms: int
) -> Run:
    """Head office has loaded a run: from here on the next one begins.

    ``manifest`` is the SHA-256 of its ``datapackage.json``.  Doing it again changes nothing.
    Raises ``ProblemError`` not-found, export-not-arrived, manifest-mismatch; a wrong hash is kept
    on record by ``refuse_ack`` in a transaction of its own.
    """
    found = _get_alone(session, run)
    if found is None:
        raise ProblemError(problem("not-found"))
    if found.step not in ARRIVED:
        raise ProblemError(problem("export-not-arrived", _stands(found)))
    if manifest.strip().lower() != found.manifest:
        raise ProblemError(problem("manifest-mismatch", manifest=manifest[:64]))
    if found.accepted_ms is not None:
        return found
    moved = replace(found, step="done")
    if not exports.move(session, moved, found.lease, found.step):
        raise ProblemError(problem("export-not-arrived", named(found.name)))
    return _accept(session, moved, by, actor, now_ms)


def refuse_ack(
    session: Session, run: UUID, manifest: str, by: Witness, actor: UUID | None, now_ms: int
) -> None:
    """Keep that a run was acknowledged by another hash than its own."""
    exports.add_ack(session, Ack(run, now_ms, by, actor, _recorded(manifest), taken=False))


def _recorded(manifest: str) -> str:
    """A hash that was named, as it is kept: some files and shells hold what no text may."""
    return manifest[:64].encode("ascii", "replace").decode().replace("\0", "?")


def _accept(session: Session, run: Run, by: Witness, actor: UUID | None, now_ms: int) -> Run:
    done = replace(run, accepted_ms=now_ms)
    exports.move(session, done, run.lease, run.step)
    exports.add_ack(session, Ack(run.id, now_ms, by, actor, run.manifest, taken=True))
    _raise_watermark(session, done)
    _note(session, "accept", done, now_ms, actor, by=by)
    return done


def _raise_watermark(session: Session, run: Run) -> None:
    """Whatever order acknowledgments come in, the farthest one counts, the latest of these."""
    place = exports.place(session, run.destination)
    newest = exports.newest_accepted(session, run.destination)
    if place is None or run.kind == "backfill" or newest is None or newest.id != run.id:
        return
    # An increment means something only to whoever has what it builds on.
    if run.kind == "full" or (place.epoch, place.pseudonym) == (run.epoch, run.pseudonym):
        marks = replace(place, watermark=run.until, epoch=run.epoch, pseudonym=run.pseudonym)
        exports.put_place(session, marks)


def redeliver(session: Session, run: UUID, actor: UUID | None, now_ms: int) -> Run:
    """Deliver a run once more, byte for byte.  Raises ``ProblemError`` not-found,
    export-not-arrived."""
    found = _get_alone(session, run)
    if found is None:
        raise ProblemError(problem("not-found"))
    again = replace(found, step="deliver", next_ms=0, why="", removed_ms=None)
    if found.step not in ARRIVED or not exports.move(session, again, found.lease, found.step):
        raise ProblemError(problem("export-not-arrived", _stands(found)))
    _note(session, "redeliver", again, now_ms, actor)
    return again


def _remove(session: Session, asked: RemoveRun, now_ms: int) -> bool:
    run = exports.get(session, asked.run)
    if run is None:
        return False
    gone = exports.move(session, replace(run, removed_ms=now_ms), run.lease, run.step)
    if gone:
        _note(session, "remove", run, now_ms, None)
    return gone


def _alone(session: Session, destination: str) -> None:
    """Hold up who else plans or accepts runs of a destination, in another process, until COMMIT."""
    batch.lock(session, [uuid5(_PLACES, destination)])


def _get_alone(session: Session, run: UUID) -> Run | None:
    """A run whose destination is this transaction's alone from here on."""
    found = exports.get(session, run)
    if found is None:
        return None
    _alone(session, found.destination)
    return exports.get(session, run)


def _note(
    session: Session, verb: str, run: Run, now_ms: int, actor: UUID | None, **more: Any
) -> None:
    """Every export leaves an audit record (domain.md, rule 11)."""
    detail = {"run": run.name, "destination": run.destination, "until": run.until, **more}
    who = actor or actor_id(ACTOR)
    audit.add(session, audit.Entry(f"export.{verb}", now_ms, who, subject=run.id, detail=detail))


_DOERS: dict[type, Callable[[Session, Any, int], bool]] = {
    SeePlace: _see,
    PlanRun: _plan,
    ClaimRun: _claim,
    MoveRun: _move,
    RestRun: _rest,
    AckRun: _ack,
    RemoveRun: _remove,
}


def _stands(found: Run) -> Said:
    return Said(f"{found.name} 处于 {found.step!r}", f"{found.name} is at {found.step!r}")
