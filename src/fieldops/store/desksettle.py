"""The rows that desks list by, brought to what records say in the transaction of each change."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from fieldops.model.record import Applied, State
from fieldops.store import batch, began
from fieldops.store.deskrule import Row, is_listed, row
from fieldops.store.writer import is_again


def settle(
    session: Session,
    before: Mapping[int, State],
    changed: Mapping[int, State],
    applied: Sequence[Applied],
    received_ms: int,
) -> None:
    """Bring the rows to what the batch's subjects say now, both by number."""
    listed = [
        state
        for number, state in changed.items()
        if is_listed(state) or (number in before and is_listed(before[number]))
    ]
    if not listed:
        return
    times = {
        one.state.id.int: one.occurred_ms or received_ms
        for one in applied
        if one.receipt.revision == 1
    }
    known = [old for one in listed if (old := before.get(one.id.int)) and _is_late(old, one)]
    times |= began.times(session, known)
    batch.delete_desk(
        session, [one.id.bytes for one in listed if _is_renewed(before.get(one.id.int), one)]
    )
    rows: tuple[list[Row], list[Row]] = ([], [])
    # A new record has no row, unless somebody made one up: then this runs again, and looks.
    may_be_there = is_again(session)
    for one in filter(is_listed, listed):
        is_old = may_be_there or one.id.int in before
        rows[is_old].append(row(one, times.get(one.id.int, received_ms)))
    batch.insert_desk(session, sorted(rows[False]))
    batch.upsert_desk(session, sorted(rows[True]))


def _is_late(old: State, new: State) -> bool:
    """Whether a record has no row so far but wants one now: it stands where the record began."""
    return old.revision > 0 and is_listed(new) and not is_listed(old)


def _is_renewed(old: State | None, new: State) -> bool:
    """Whether its row goes, or is made anew: the walk that a stub stood for has begun."""
    return old is not None and (not is_listed(new) or old.revision == 0)
