"""The writing side of webhooks: what a courier hands in, as one transaction."""

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.courierwork import Settle
from fieldops.store import outlets
from fieldops.store.outlets import Outlet


def settle(session: Session, asked: Settle) -> bool:
    """Keep how far an endpoint is.  False, and nothing is kept, if it stands elsewhere by now."""
    before = outlets.get(session, asked.endpoint)
    if before is None or not outlets.put(
        session, _after(before, asked), asked.from_, asked.replays
    ):
        return False
    outlets.bury(session, asked.dead)
    outlets.forget_dead(session, asked.endpoint, asked.again)
    return True


def _after(before: Outlet, asked: Settle) -> Outlet:
    taken = asked.delivered + len(asked.again)
    moved = replace(
        before,
        position=asked.to,
        delivered=before.delivered + taken,
        delivered_ms=asked.at_ms if taken else before.delivered_ms,
        refused=asked.refused,
    )
    trouble = asked.trouble
    # Whatever the endpoint answered to another event ends a streak of failures.
    goes_on = taken or asked.dead or trouble is None
    moved = replace(moved, tries=0, failing_ms=None) if goes_on else moved
    if trouble is None:
        return replace(moved, state="running", next_ms=0, why="")
    return replace(
        moved,
        state="suspended" if trouble.suspended else "waiting",
        tries=moved.tries + 1,
        failing_ms=moved.failing_ms or asked.at_ms,
        next_ms=trouble.next_ms,
        why=trouble.why,
    )
