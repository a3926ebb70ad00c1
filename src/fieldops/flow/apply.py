"""admitted ops → ledger + state + log, inside the caller's transaction.

    ops ─ fold those whose needs are there ─ write ledger, records, debts ─ changes to the log

An op whose needs are not there is returned as waiting; an op that fails by itself is rejected; the
others go on.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from uuid import UUID

import structlog
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import claims, duetimes, findingrows
from fieldops.flow.fold import Fold
from fieldops.model.change import Change
from fieldops.model.record import Applied, Decoded, Ready, Rejected
from fieldops.store import definitions, desksettle, ledger, log, records, releases

_logger = structlog.get_logger(__name__)
_NOTHING: frozenset[bytes] = frozenset()


class Waiting(Struct, frozen=True):
    """An op whose needs are not there; ``needs`` as in ``store.held``."""

    ready: Ready
    needs: frozenset[bytes]


class Outcome(Struct, frozen=True):
    """``results[i]`` is what became of ``ops[i]``."""

    results: list[Applied | Rejected | Waiting]
    applied: list[Applied]
    changes: list[Change]


def apply(
    session: Session,
    ops: Sequence[Ready],
    source: int,
    received_ms: int,
    come: frozenset[bytes] = _NOTHING,
    last: bool = False,
) -> Outcome:
    """Give ops their effect.  ``come`` are needs to be taken as met: their time is up.

    With ``last`` an op waits behind those that are being released for the same need.
    """
    fold = Fold(session, [one.decoded for one in ops], source, received_ms)
    wanted = _wanted(ops)
    every = frozenset().union(*set(wanted))
    found = met(session, every) | come
    if last and every:
        found -= releases.among(session, every)
    results: list[Applied | Rejected | Waiting]
    if all(one <= found for one in set(wanted)):
        results = [*fold.take(ops)]
    else:
        results = _in_turn(fold, ops, wanted, found)
    applied = [done for done in results if isinstance(done, Applied)]
    _write(session, fold, applied, source, received_ms)
    return Outcome(results, applied, fold.changes)


def _in_turn(
    fold: Fold, ops: Sequence[Ready], wanted: Sequence[frozenset[bytes]], met: set[bytes]
) -> list[Applied | Rejected | Waiting]:
    """Fold what waits for nothing, then what waited for that, until the rest waits in vain."""
    results: dict[int, Applied | Rejected | Waiting] = {}
    waiting = list(range(len(ops)))
    while waiting:
        again = []
        for slot in waiting:
            if not wanted[slot] <= met:
                again.append(slot)
                continue
            (done,) = fold.take([ops[slot]])
            results[slot] = done
            if isinstance(done, Applied):
                met.add(done.decoded.op.id.bytes)
        if len(again) == len(waiting):
            break
        waiting = again
    for slot in waiting:
        results[slot] = Waiting(ops[slot], wanted[slot] - met)
    return [results[slot] for slot in range(len(ops))]


def _write(
    session: Session, fold: Fold, applied: Sequence[Applied], source: int, received_ms: int
) -> None:
    """Write what was folded; the log's positions are drawn by the writer before COMMIT."""
    ledger.append(session, applied, source, received_ms)
    records.add(session, fold.fresh)
    records.put(session, fold.edited)
    claims.settle(
        session,
        fold.before,
        fold.changed,
        applied,
        fold.named,
        fold.here,
        source,
        received_ms,
    )
    findingrows.settle(session, fold.before, fold.changed.values())
    duetimes.settle(session, fold.changed.values())
    desksettle.settle(session, fold.before, fold.changed, applied, received_ms)
    log.append(session, fold.changes)


def needs(decoded: Decoded) -> frozenset[bytes]:
    """What must be there before the op: other ops (16 bytes) and its definition (32 bytes)."""
    op = decoded.op
    definition = _NOTHING if op.def_ is None else _definition(op.def_)
    if not op.needs:
        return definition
    return definition | {need.bytes for need in op.needs}


def _wanted(ops: Sequence[Ready]) -> list[frozenset[bytes]]:
    """``needs`` of each; where none names an op, those with the same checklist need the same."""
    every = [one.decoded for one in ops]
    if any(decoded.op.needs for decoded in every):
        return list(map(needs, every))
    alike = {decoded.op.def_: decoded for decoded in every}
    wanted = {definition: needs(decoded) for definition, decoded in alike.items()}
    return [wanted[decoded.op.def_] for decoded in every]


@lru_cache(maxsize=256)
def _definition(sha256: str) -> frozenset[bytes]:
    """A walk's ops all cite the same checklist."""
    return frozenset((bytes.fromhex(sha256),))


def met(session: Session, every: Collection[bytes]) -> set[bytes]:
    """Which of these needs are there: ops that took effect, definitions that are published."""
    named = [UUID(bytes=need) for need in every if len(need) == 16]
    hashes = [need for need in every if len(need) == 32]
    return {one.bytes for one in ledger.known(session, named)} | definitions.known(session, hashes)
