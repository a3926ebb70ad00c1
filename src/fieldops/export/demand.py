"""Asking for a run: the schedule does, and people at desks and shells."""

from datetime import date
from uuid import UUID

from fieldops.destinations import Destination
from fieldops.export import orders
from fieldops.flow.exportwork import PlanRun
from fieldops.rules.exportschedule import Night
from fieldops.store.exports import Kind
from fieldops_sync.ids import uuid7


def nightly_run(given: Destination, secret: bytes, night: Night) -> PlanRun:
    """The run of a night; ``secret`` is the database's own.  Raises ``DeliveryError``."""
    return PlanRun(
        id=uuid7(),
        destination=given.name,
        night=night.day,
        night_ms=night.at_ms,
        wanted=orders.order(given),
        pseudonym=orders.fingerprint(orders.keys_secret(given, secret)),
    )


def wanted_run(
    given: Destination,
    secret: bytes,
    actor: UUID,
    full: bool = False,
    days: tuple[date, date] | None = None,
) -> PlanRun:
    """A run that somebody asks for now: what there is since the accepted one, or everything
    (``full``), or what occurred on some ``days``.  Raises ``DeliveryError``.
    """
    kind: Kind | None = "backfill" if days else "full" if full else None
    return PlanRun(
        id=uuid7(),
        destination=given.name,
        kind=kind or "",
        wanted=orders.order(given, days),
        pseudonym=orders.fingerprint(orders.keys_secret(given, secret)),
        actor=actor,
    )
