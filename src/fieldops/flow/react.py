"""The server's side of a hand-in: cursor and ops in one transaction, by the mouth all ops enter.

Advance ─ lock sites ─ compare-and-swap the cursor ─ accept ops ─ count a failed attempt
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import structlog
from sqlmodel import Session

from fieldops.flow import (
    alarms,
    auditing,
    caretake,
    couriertake,
    due,
    exporttake,
    hold,
    keep,
    letterwork,
    once,
    reporttake,
    troubles,
    walkreader,
)
from fieldops.flow import plugins as standing
from fieldops.flow.accept import Item
from fieldops.flow.alarmwork import Tell
from fieldops.flow.auditwork import Chain, Vouch
from fieldops.flow.courierwork import Settle
from fieldops.flow.decode import decode_all, sites_of
from fieldops.flow.enter import enter_server
from fieldops.flow.exportwork import ExportRequest
from fieldops.flow.handin import (
    Advance,
    Due,
    HandinAnswer,
    HandinRequest,
    Introduce,
    Release,
    Sweep,
)
from fieldops.flow.letterwork import Posted, Write
from fieldops.flow.reportwork import ReportRequest
from fieldops.flow.scores import score_op
from fieldops.flow.troublework import JobFailed, JobWorks
from fieldops.model.record import Decoded
from fieldops.store import batch, judged, pictures, plugins, readers, records, sightings, walks
from fieldops.store.engine import Store

_logger = structlog.get_logger(__name__)
_DAY_MS = 24 * 3600 * 1000
_WORKING = frozenset({"running", "waiting"})


def take(session: Session, request: HandinRequest, now_ms: int) -> HandinAnswer:
    """Take in one hand-in, inside the caller's transaction."""
    if isinstance(request, Advance):
        return _advance(session, request, now_ms)
    if isinstance(request, Introduce):
        return _introduce(session, request, now_ms)
    if isinstance(request, Sweep):
        troubles.sweep(session, now_ms)
        once.sweep(session, now_ms)
        return HandinAnswer(moved=True, position=keep.sweep(session, now_ms))
    if isinstance(request, Release):
        return HandinAnswer(moved=True, position=hold.go_on(session, now_ms))
    if isinstance(request, Due):
        return HandinAnswer(moved=True, position=due.sweep(session, now_ms))
    if isinstance(request, Write):
        return HandinAnswer(letterwork.write(session, request, now_ms), request.to)
    if isinstance(request, Posted):
        letterwork.posted(session, request, now_ms)
        return HandinAnswer(moved=True, position=len(request.results))
    if isinstance(request, Chain):
        return HandinAnswer(moved=True, position=auditing.extend(session))
    if isinstance(request, Vouch):
        return HandinAnswer(auditing.vouch(session, request.checkpoint), request.checkpoint.last)
    if isinstance(request, Settle):
        return HandinAnswer(couriertake.settle(session, request), request.to)
    if isinstance(request, ExportRequest):
        return HandinAnswer(exporttake.take(session, request, now_ms), 0)
    if isinstance(request, ReportRequest):
        return HandinAnswer(reporttake.take(session, request, now_ms), 0)
    if isinstance(request, JobFailed | JobWorks):
        return HandinAnswer(troubles.take(session, request), 0)
    if isinstance(request, Tell):
        return HandinAnswer(moved=True, position=alarms.take(session, request, now_ms))
    hashes = caretake.take(session, request, now_ms)
    return HandinAnswer(moved=True, position=len(hashes), hashes=hashes)


class DirectHandin:
    """Hands in to the database itself: PostgreSQL, and whoever holds the writer."""

    def __init__(self, store: Store, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._clock_ms = clock_ms

    def __call__(self, request: HandinRequest) -> HandinAnswer:
        """Hand in and wait for the commit; raises ``StoreBusy``."""
        weight = 1 + len(request.ops) if isinstance(request, Advance) else 1
        job = self._store.write(lambda s: take(s, request, self._clock_ms()), weight)
        return job.result()


def _advance(session: Session, request: Advance, now_ms: int) -> HandinAnswer:
    ops = decode_all([*map(bytes, request.ops)])
    # Sites first, as a push locks them: whoever locks in another order deadlocks.
    told = {*(one.site for one in request.scores), *(one.site for one in request.rejudged)}
    told |= {one.site for one in request.walked} | {one.site for one in request.requalified}
    batch.lock(session, sorted({*sites_of(ops), *told}))
    raws = _wanted(session, ops)
    readers.ensure(session, request.reader)
    before = _held(session, request.reader)
    stands = before.state in _WORKING and judged.stands(session, request.rejudged)
    if (
        not stands
        or _is_outdated(session, request)
        or not readers.advance(session, request.reader, request.from_, request.to, now_ms)
    ):
        return _standing(session, request.reader, moved=False)
    pictures.put(session, request.pictures, now_ms)
    sightings.put(session, request.sightings)
    judged.put(session, request.rejudged)
    walks.put(session, request.reader, request.walks)
    if request.measures:
        plugins.add_measures(session, request.reader, request.measures)
    scored = [score_op(session, request.reader, one) for one in request.scores]
    raws += [op for op in scored if op is not None]
    raws += walkreader.take(session, request.walked, request.requalified)
    if raws and enter_server(session, raws, now_ms).quarantined:
        _logger.error("ops of a reader went to quarantine", reader=request.reader)
    attempts = before.attempts if request.to == request.from_ else 0
    _record(session, request, before, attempts, now_ms)
    return _standing(session, request.reader, moved=True)


def _is_outdated(session: Session, request: Advance) -> bool:
    """Whether another version of the plugin has come meanwhile: of several the last one decides."""
    card = plugins.card(session, request.reader) if request.version else None
    if card is None or card.version == request.version:
        return False
    _logger.warning("judged by an older plugin", reader=request.reader, version=request.version)
    return True


def _wanted(session: Session, ops: Sequence[Item]) -> list[bytes]:
    """The ops that are still wanted: what changed while the reader worked is nobody's to decide.

    What was voided, or is of a walk that was, wants nothing any more, and what was reopened is not
    sealed.
    """
    about = {one.id: {one.op.subject.id, one.walk} for one in ops if isinstance(one, Decoded)}
    gone = records.voided(session, {id_ for ids in about.values() for id_ in ids if id_})
    late = keep.late_seals(session, ops)
    return [
        one.raw for one in ops if about.get(one.id, set()).isdisjoint(gone) and one.id not in late
    ]


def _record(
    session: Session, request: Advance, before: readers.ReaderRow, attempts: int, now_ms: int
) -> None:
    """Count the attempt that failed and keep what went wrong."""
    faults = standing.kept(before, request.faults, now_ms)
    if request.failed:
        parked = attempts + 1 >= request.tries
        state = "parked" if parked else "waiting"
        readers.fault(session, request.reader, state, attempts + 1, faults, now_ms)
    elif request.faults:
        readers.fault(session, request.reader, "running", 0, faults, now_ms)


def _introduce(session: Session, request: Introduce, now_ms: int) -> HandinAnswer:
    """A plugin that could not be loaded is off; one in another version judges again.

    So is one tried again that was parked in an older version, unless a person parked it.
    """
    readers.ensure(session, request.reader)
    before = _held(session, request.reader)
    faults = standing.kept(before, request.faults, now_ms)
    if request.card is None:
        readers.fault(session, request.reader, "off", before.attempts, faults, now_ms)
        return _standing(session, request.reader, moved=True)
    known = plugins.card(session, request.reader)
    plugins.put_card(session, request.card)
    plugins.put_levels(session, request.reader, request.levels)
    plugins.put_widget(session, request.reader, request.widget)
    renewed = known is not None and known.version != request.card.version
    state, attempts = before.state, before.attempts
    if state == "off" or (renewed and not standing.is_parked_by_hand(before)):
        state, attempts = "running", 0
    if renewed:
        _read_again(session, request, before, now_ms)
    if request.faults or (state, attempts) != (before.state, before.attempts):
        readers.fault(session, request.reader, state, attempts, faults, now_ms)
    return _standing(session, request.reader, moved=True)


def _read_again(
    session: Session, request: Introduce, before: readers.ReaderRow, now_ms: int
) -> None:
    """Go back so many days: what the new version judges otherwise is withdrawn and raised."""
    plugins.forget_measures(session, request.reader)
    if request.again_days:
        since = standing.position_at(session, now_ms - request.again_days * _DAY_MS)
        readers.go_back(session, request.reader, min(before.position, since))


def _held(session: Session, name: str) -> readers.ReaderRow:
    row = readers.hold(session, name)
    assert row is not None, "a reader is ensured before it is asked for"
    return row


def _standing(session: Session, name: str, moved: bool) -> HandinAnswer:
    row = _held(session, name)
    return HandinAnswer(moved=moved, position=row.position, state=cast(Any, row.state))
