"""Alarms as records, so that who subscribes hears when one begins and when it is over.

    amiss now (exportalarms, reportalarms) ─ not among the raised ─→ alarm.raise ─┐
    raised alarms ─ amiss no more ─────────────────────────────────→ alarm.clear ─┴→ log

What was told is what the records say, and each op names the one before it.  So nothing is
remembered elsewhere: who dies between looking and writing looks again, of two workers that see the
same at once one is heard, and what was seen before another told of it is dropped.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

import structlog
from msgspec import Raw
from sqlmodel import Session

from fieldops.flow import exportalarms, reportalarms
from fieldops.flow.alarmwork import Tell
from fieldops.flow.decode import decode_all, sites_of
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.handin import Handin
from fieldops.model.record import Decoded, State
from fieldops.rules.alarmeffects import RAISED, alarm_id
from fieldops.settings import Settings
from fieldops.store import batch, meta, records
from fieldops.store.engine import Store

ACTOR = "alarms"
"""Who raises and clears them: the server's own actor."""
_FEED = "alarms"
_logger = structlog.get_logger(__name__)


def feed_of(session: Session) -> UUID:
    """The feed that alarms stand in: no tablet reads it."""
    return uuid5(meta.organisation(session), _FEED)


class AlarmTeller:
    """Tells what has begun and what is over.  ``step`` is to be called again and again."""

    def __init__(
        self, settings: Settings, store: Store, handin: Handin, clock_ms: Callable[[], int]
    ) -> None:
        self._settings, self._store = settings, store
        self._handin, self._clock_ms = handin, clock_ms

    def step(self) -> None:
        """Look once; looking alone writes nothing."""
        with self._store.read() as session:
            ops = [Raw(op) for op in news(session, self._settings, self._clock_ms())]
        if ops:
            self._handin(Tell(ops))


def news(session: Session, settings: Settings, now_ms: int) -> Iterator[bytes]:
    """The ops that bring the records to what is amiss now."""
    feed = feed_of(session)
    amiss = _amiss(session, settings, feed, now_ms)
    raised = {one.id: one for one in records.in_state(session, feed, "alarm", RAISED)}
    before = records.get(session, amiss.keys() - raised.keys())
    for alarm, said in amiss.items():
        if alarm not in raised:
            cause = {"cause": str(before[alarm].change)} if alarm in before else {}
            yield server_op("alarm.raise@1", ("alarm", alarm), feed, ACTOR, {**said, **cause})
    for alarm, state in raised.items():
        if alarm not in amiss:
            over = {"cause": str(state.change)}
            yield server_op("alarm.clear@1", ("alarm", alarm), feed, ACTOR, over)


def take(session: Session, request: Tell, now_ms: int) -> int:
    """Write what still tells something new, inside the caller's transaction; how many ops."""
    items = decode_all([*map(bytes, request.ops)])
    batch.lock(session, sites_of(items))
    ops = [item for item in items if isinstance(item, Decoded)]
    states = records.get(session, {op.op.subject.id for op in ops})
    fresh = [op.raw for op in ops if _follows(op, states.get(op.op.subject.id))]
    if fresh and enter_server(session, fresh, now_ms).quarantined:
        _logger.error("alarms went to quarantine")
    return len(fresh)


def _follows(op: Decoded, state: State | None) -> bool:
    """Whether nothing has happened to the alarm since the op was made."""
    return op.fields.get("cause") == (None if state is None else str(state.change))


def _amiss(
    session: Session, settings: Settings, feed: UUID, now_ms: int
) -> Mapping[UUID, dict[str, Any]]:
    """What is amiss now, as it is said, by the id of its alarm."""
    found: dict[UUID, dict[str, Any]] = {}
    for run in exportalarms.alarms(session, settings, now_ms):
        said = {"of": "export", "name": run.destination, "what": run.what, "about": run.about}
        found[alarm_id(feed, *said.values())] = said
    for report in reportalarms.alarms(session, settings, now_ms):
        # A late report may turn out to be a failing one: it is the same that does not come.
        said = {"of": "report", "name": report.name, "what": report.what}
        found[alarm_id(feed, "report", report.name)] = said
    return found
