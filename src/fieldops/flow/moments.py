"""When ops happened and arrived, with the bound of the error, as their devices' clocks say it.

ledger ─ received, occurred, the boot it was counted in ─ what the device had heard ─→ Moment
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from fieldops.model.moment import Moment
from fieldops.store import arrivals, devices
from fieldops.store.arrivals import Arrival

LATE_RECEIPT_MS = 15 * 60 * 1000
"""What arrives later than this after it happened was recorded out of reach of the server (ours)."""


def of(session: Session, ops: Iterable[UUID]) -> dict[UUID, Moment]:
    """The moments of ops that took effect, by op id."""
    arrived = arrivals.of(session, ops)
    senders = arrivals.devices(session, arrived)
    bounds = {device: devices.earliest(session, device) for device in set(senders.values())}
    return {
        op: _moment(one, bounds[senders[op]] if op in senders else None)
        for op, one in arrived.items()
    }


def _moment(arrival: Arrival, bounds: dict[str, int] | None) -> Moment:
    received, occurred = arrival.received_ms, arrival.occurred_ms
    if bounds is None and occurred is None:
        return Moment(received_ms=received, occurred_ms=received, error_ms=0)
    # What a desk repaired repeats a tablet's time, by what was known of its clocks then.
    early = bounds.get(arrival.boot) if bounds else None
    if occurred is None or early is None:
        return Moment(received_ms=received, occurred_ms=occurred)
    error = max(0, occurred - (early + arrival.mono))
    return Moment(received_ms=received, occurred_ms=occurred, error_ms=error)
